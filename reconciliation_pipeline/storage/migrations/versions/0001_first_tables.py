"""The first tables: attempts, observations, accepted counts, messages and their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create them."""
    _create_attempts()
    _create_observations()
    _create_accepted_counts()
    _create_outbox()


def downgrade() -> None:
    """Drop them, and everything in them."""
    for name in ("deliveries", "messages", "accepted_counts", "observations", "attempts"):
        op.drop_table(f"recon_{name}")


def _create_attempts() -> None:
    op.create_table(
        "recon_attempts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("morning", sa.Date, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("as_of", _MOMENT),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("snapshots", sa.JSON, nullable=False),
        sa.Column("concluded_at", _MOMENT),
        sa.Column("recorded", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recon_attempts"),
        sa.UniqueConstraint("reconciliation", "morning", "number", name="uq_recon_attempts_reconciliation"),
    )
    op.create_index("ix_recon_attempts_run_id", "recon_attempts", ["run_id"])


def _create_observations() -> None:
    op.create_table(
        "recon_observations",
        sa.Column("attempt_id", sa.Integer, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("cause", sa.Text),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("settling", sa.Boolean, nullable=False),
        sa.Column("money_class", sa.Text),
        sa.Column("amount", sa.Text),
        sa.Column("currency", sa.Text),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("source_ids", sa.JSON, nullable=False),
        sa.Column("statuses", sa.JSON, nullable=False),
        sa.Column("changed_at", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "item", name="pk_recon_observations"),
        sa.ForeignKeyConstraint(["attempt_id"], ["recon_attempts.id"], name="fk_recon_observations_attempt_id"),
    )
    op.create_index("ix_recon_observations_item", "recon_observations", ["item"])


def _create_accepted_counts() -> None:
    op.create_table(
        "recon_accepted_counts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("morning", sa.Date, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recon_accepted_counts"),
    )


def _create_outbox() -> None:
    op.create_table(
        "recon_messages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("morning", sa.Date, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("lines", sa.JSON, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recon_messages"),
        sa.UniqueConstraint("key", name="uq_recon_messages_key"),
    )
    op.create_table(
        "recon_deliveries",
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", _MOMENT, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("sent_at", _MOMENT),
        sa.PrimaryKeyConstraint("message_id", "channel", name="pk_recon_deliveries"),
        sa.ForeignKeyConstraint(["message_id"], ["recon_messages.id"], name="fk_recon_deliveries_message_id"),
    )
