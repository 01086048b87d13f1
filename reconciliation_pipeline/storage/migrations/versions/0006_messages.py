"""How much a message matters, where it leads, and which part of its topic it is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it; what was stored before matters as much as most does, and leads nowhere."""
    op.add_column("recon_messages", sa.Column("severity", sa.Text, nullable=False, server_default="normal"))
    op.add_column("recon_messages", sa.Column("links", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("recon_messages", sa.Column("about", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away again."""
    for column in ("about", "links", "severity"):
        op.drop_column("recon_messages", column)
