"""What does our part of the database look like?

All names begin with `recon_`, because Dagster may live in the same database. How these tables
came to be is told by `migrations/`; a test holds the two together.
"""

from datetime import UTC, datetime

import sqlalchemy as sa


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, on databases that know time zones and on those that do not."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a moment without a zone; bring every other to UTC."""
        if value is not None and value.tzinfo is None:
            message = "a moment without a time zone cannot be stored"
            raise ValueError(message)
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give SQLite's naive answers the zone they were stored in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

attempts = sa.Table(
    "recon_attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("reconciliation", sa.Text, nullable=False),
    sa.Column("morning", sa.Date, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False, index=True),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("as_of", Moment),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("snapshots", sa.JSON, nullable=False),
    sa.Column("concluded_at", Moment),
    # Whether its observations are in. A trusted morning that was never compared saw nothing, which
    # is not the same as having seen that there is nothing.
    sa.Column("recorded", sa.Boolean, nullable=False),
    # How its keys were read; NULL where it was recorded before anybody asked.
    sa.Column("epoch", sa.Text),
    # Why it counts no more, in a sentence; NULL where it counts.
    sa.Column("retracted", sa.Text),
    sa.UniqueConstraint("reconciliation", "morning", "number"),
)

observations = sa.Table(
    "recon_observations",
    metadata,
    sa.Column("attempt_id", sa.ForeignKey("recon_attempts.id"), primary_key=True),
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("cause", sa.Text),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("settling", sa.Boolean, nullable=False),
    sa.Column("money_class", sa.Text),
    # Text, because SQLite has no decimals and an amount must come back digit for digit.
    sa.Column("amount", sa.Text),
    sa.Column("currency", sa.Text),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("source_ids", sa.JSON, nullable=False),
    sa.Column("statuses", sa.JSON, nullable=False),
    sa.Column("changed_at", sa.JSON, nullable=False),
    # Seconds; NULL for what had not cleared when both systems were asked once more.
    sa.Column("cleared_after", sa.BigInteger),
)

# Customer numbers that were not compared: nobody looked at a difference of theirs.
set_apart = sa.Table(
    "recon_set_apart",
    metadata,
    sa.Column("attempt_id", sa.ForeignKey("recon_attempts.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
)


def _said_counts(name: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reconciliation", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("morning", sa.Date, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )


accepted_counts = _said_counts("recon_accepted_counts")
confirmed_counts = _said_counts("recon_confirmed_counts")

decisions = sa.Table(
    "recon_decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("reconciliation", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False, index=True),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("to", sa.Text),
    sa.Column("until", sa.Date),
)

retractions = sa.Table(
    "recon_retractions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("reconciliation", sa.Text, nullable=False),
    sa.Column("morning", sa.Date, nullable=False),
    sa.Column("restored", sa.Boolean, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

leases = sa.Table(
    "recon_leases",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("reconciliation", sa.Text, nullable=False),
    sa.Column("morning", sa.Date, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False),
    # Its process, so that one that died on this machine keeps nobody waiting.
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("taken_at", Moment, nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    sa.UniqueConstraint("reconciliation", "morning"),
)

messages = sa.Table(
    "recon_messages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("reconciliation", sa.Text, nullable=False),
    sa.Column("morning", sa.Date, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("lines", sa.JSON, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("severity", sa.Text, nullable=False, server_default="normal"),
    # Each a name and an address.
    sa.Column("links", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("about", sa.Text, nullable=False, server_default=""),
)

deliveries = sa.Table(
    "recon_deliveries",
    metadata,
    sa.Column("message_id", sa.ForeignKey("recon_messages.id"), primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", Moment, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("sent_at", Moment),
)
