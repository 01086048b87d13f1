"""What must be true of the demo world at the story's instant?

Counts only. How lives come about that add up to them belongs in `past.py`.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from reconciliation_pipeline.demo.plans import Mix

ZONE = ZoneInfo("Europe/Berlin")
"""Where the company of the story has its mornings."""

HOUR = time(4)
"""When its night's work is over."""

CANCELLED_IN_CRM = Mix(starter=10, starter_yearly=1, team=14, business=6)
UNKNOWN_TO_CRM = Mix(starter=5, team=5, business=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """How many customers are in which situation at the story's instant.

    Attributes:
        agreeing: Active on both sides with equal values.
        cancelled_in_crm: Cancelled in the CRM long ago, still running in billing.
        unknown_to_crm: Running in billing for long, never arrived in the CRM.
        recent_cancelled: How many of `cancelled_in_crm` were lost in the last two weeks.
        recent_unknown: How many of `unknown_to_crm` were lost in the last two weeks.
        settling_crm_only: New in the CRM within the hour, on their way to billing.
        settling_billing_only: New in billing within the hour, on their way to the CRM.
        settling_conflicts: Changed in the CRM within the hour, the change on its way to billing.
        former_cancelled: Cancelled on both sides.
        former_archived: Archived in the CRM, cancelled in billing.
        former_purged: Cancelled in billing, no longer known to the CRM.
        lagging_mornings: How many mornings before the story's have records on their way.
        lag_min: Fewest records on their way at any other morning.
        lag_max: Most records on their way at any other morning; less than the story's own.
        events_a_day: Most ordinary events of one working day after the story.
        days_after: How many days the world goes on; after that it stands still.
    """

    agreeing: int = 1_171
    cancelled_in_crm: Mix = CANCELLED_IN_CRM
    unknown_to_crm: Mix = UNKNOWN_TO_CRM
    recent_cancelled: int = 2
    recent_unknown: int = 1
    settling_crm_only: int = 8
    settling_billing_only: int = 8
    settling_conflicts: int = 1
    former_cancelled: int = 12
    former_archived: int = 20
    former_purged: int = 45
    lagging_mornings: int = 30
    lag_min: int = 3
    lag_max: int = 9
    events_a_day: int = 3
    days_after: int = 90

    @property
    def crm_active(self) -> int:
        """Records the CRM calls active, archived ones left out."""
        return self.agreeing + self.settling_crm_only + self.settling_conflicts

    @property
    def crm_pulled(self) -> int:
        """Every record of the CRM, archived ones included."""
        return self.crm_active + self.cancelled_in_crm.count + self.former_cancelled + self.former_archived

    @property
    def billing_running(self) -> int:
        """Running subscriptions."""
        real = self.cancelled_in_crm.count + self.unknown_to_crm.count
        return self.agreeing + self.settling_billing_only + self.settling_conflicts + real

    @property
    def billing_pulled(self) -> int:
        """Every subscription, cancelled ones included."""
        return self.billing_running + self.former_cancelled + self.former_archived + self.former_purged

    def as_json(self) -> dict[str, Any]:
        """Turn the story into what a JSON file can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Story":
        """Read what `as_json` wrote."""
        mixes = {name: Mix(**raw[name]) for name in ("cancelled_in_crm", "unknown_to_crm")}
        return cls(**{**raw, **mixes})


STORY = Story()
"""The first morning of the company that believed its two systems agree."""


def story_instant(now: datetime) -> datetime:
    """Give the story's instant on the local date of `now`: 04:00 in `ZONE`, whatever the hour (UTC)."""
    return datetime.combine(now.astimezone(ZONE).date(), HOUR, ZONE).astimezone(UTC)
