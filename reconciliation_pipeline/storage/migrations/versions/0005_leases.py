"""Which run is at work on which morning."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    op.create_table(
        "recon_leases",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("morning", sa.Date, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recon_leases"),
        sa.UniqueConstraint("reconciliation", "morning", name="uq_recon_leases_reconciliation"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("recon_leases")
