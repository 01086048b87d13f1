"""Which customer numbers a morning did not compare, so that no difference of theirs was looked at.

Mornings of before are taken to have looked at everything, as they were then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    op.create_table(
        "recon_set_apart",
        sa.Column("attempt_id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["recon_attempts.id"], name="fk_recon_set_apart_attempt_id"),
        sa.PrimaryKeyConstraint("attempt_id", "key", name="pk_recon_set_apart"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("recon_set_apart")
