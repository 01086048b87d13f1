"""No index of observations by item: each of a morning's rows went to another page of it, more of them every day.

Whoever asks for one item asks every morning for it, by the primary key.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take it away."""
    op.drop_index("ix_recon_observations_item", "recon_observations")


def downgrade() -> None:
    """Make it again."""
    op.create_index("ix_recon_observations_item", "recon_observations", ["item"])
