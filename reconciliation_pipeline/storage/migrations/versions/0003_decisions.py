"""What people decide about differences, mornings that were taken back, and how keys were read."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "recon_decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to", sa.Text),
        sa.Column("until", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_recon_decisions"),
    )
    op.create_index("ix_recon_decisions_item", "recon_decisions", ["item"])
    op.create_table(
        "recon_retractions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("morning", sa.Date, nullable=False),
        sa.Column("restored", sa.Boolean, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recon_retractions"),
    )
    op.add_column("recon_attempts", sa.Column("epoch", sa.Text))
    op.add_column("recon_attempts", sa.Column("retracted", sa.Text))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("recon_attempts", "retracted")
    op.drop_column("recon_attempts", "epoch")
    op.drop_table("recon_retractions")
    op.drop_index("ix_recon_decisions_item", "recon_decisions")
    op.drop_table("recon_decisions")
