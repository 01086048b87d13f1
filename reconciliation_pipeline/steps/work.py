"""What every step is handed: the reconciliation, the store, the secrets and a clock.

Made once per run by the shell (`defs/` or `cli/`); no step reads the environment or the clock itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from reconciliation_pipeline.channels.build import channel_name, route_of
from reconciliation_pipeline.channels.routing import routed
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.storage.store import Store


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """One reconciliation, ready to be worked on.

    Attributes:
        reconciliation: Its settings.
        store: The archive, the ledger and the outbox.
        environ: Where secrets are looked up by name.
        pretended_now: An instant that stands for now; believed only when every side is local.
        clock: The time of day (UTC).
    """

    reconciliation: Reconciliation
    store: Store
    environ: Mapping[str, str]
    pretended_now: datetime | None = None
    clock: Callable[[], datetime] = _wall_clock

    @property
    def id(self) -> str:
        """Id of the reconciliation."""
        return self.reconciliation.id

    @property
    def pretends(self) -> bool:
        """Whether the pretended instant is believed."""
        return self.pretended_now is not None and self.reconciliation.is_local

    def now(self) -> datetime:
        """Say what time it is (UTC)."""
        if self.pretended_now is not None and self.reconciliation.is_local:
            return self.pretended_now
        return self.clock()

    def today(self) -> date:
        """Say which local date it is, in the reconciliation's zone."""
        return self.now().astimezone(self.reconciliation.zone).date()

    def scheduled(self, morning: date) -> datetime:
        """Say at which instant a morning was due (UTC); the moment that a past one speaks of."""
        minute, hour = (int(part) for part in self.reconciliation.schedule.cron.split()[:2])
        return datetime.combine(morning, time(hour, minute), self.reconciliation.zone).astimezone(UTC)

    def channels(self, message: Message | None = None) -> list[str]:
        """Name the channels a message goes to; all of them where no message is given."""
        settings = self.reconciliation.channels
        if message is None:
            return [channel_name(one) for one in settings]
        return list(routed(message, [route_of(one) for one in settings]))
