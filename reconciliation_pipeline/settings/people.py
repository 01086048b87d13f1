"""When does a morning run, and who answers for what it finds?"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from reconciliation_pipeline.settings.values import Cron, CurrencyCode, Duration, FieldName, Strict, Text


class Schedule(Strict):
    """When the morning runs."""

    cron: Cron = "0 4 * * *"
    """Minute and hour, daily or on one weekday, in the reconciliation's time zone."""


class Route(Strict):
    """Who answers for some of the differences; what is not said does not matter."""

    owner: Text
    """Whoever answers for them."""
    kind: Literal["crm_only", "billing_only", "value_conflict"] | None = None
    """Only differences of this kind."""
    field: Text | None = None
    """Only records that differ in this field."""
    key: Text | None = None
    """Only records whose key looks like this: `*` stands for anything, `?` for one letter, as in `AT-*`."""


class Owners(Strict):
    """Who answers for what; `default` for everything that has no other owner."""

    routes: list[Route] = Field(default_factory=list)
    """Asked first, in their order: the first that fits says who answers."""

    default: str = "unassigned"
    """Whoever answers for everything else."""
    crm_only: str | None = None
    """Whoever answers for customers that billing does not charge."""
    billing_only: str | None = None
    """Whoever answers for charges the CRM knows no customer for."""
    value_conflict: str | None = None
    """Whoever answers for values that differ."""


class SettlingFor(Strict):
    """How young some differences may be and still be normal lag, where that is not `settling`."""

    crm_only: Duration | None = None
    """Records that billing does not know."""
    billing_only: Duration | None = None
    """Records that the CRM does not know."""
    value_conflict: Duration | None = None
    """Records with different values."""
    fields: dict[FieldName, Duration] = Field(default_factory=dict)
    """Records that differ in these fields; where several differ, the shortest time counts."""


class Due(Strict):
    """When a difference has to be gone: `within` after its amount or its age crosses a line; without one, never."""

    within: Duration = timedelta(days=3)
    """How long there is time from then on, in whole days."""
    amount: dict[CurrencyCode, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    """By currency, the amount from which on a difference is due at once."""
    escalate_after: Duration = timedelta(days=7)
    """How long after its due day `escalate_to` hears of a difference that nobody has decided about."""
    escalate_to: Text | None = None
    """Who hears of it then; by default whoever answers for everything else."""
    age: Duration | None = None
    """The age, since the first morning in a row that saw it, from which on a difference is due."""
