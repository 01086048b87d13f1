"""What people read off the systems' own screens."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for confirmed counts."""
    op.create_table(
        "recon_confirmed_counts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("morning", sa.Date, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recon_confirmed_counts"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("recon_confirmed_counts")
