"""How long a difference had been there that was gone when both systems were asked once more."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    op.add_column("recon_observations", sa.Column("cleared_after", sa.BigInteger))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("recon_observations", "cleared_after")
