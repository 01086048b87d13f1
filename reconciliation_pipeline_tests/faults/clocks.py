"""Which faults spoil times and clocks? C69 and C70 of the corpus."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from reconciliation_pipeline_tests.faults.stage import Fault, Must, Stage, kin
from reconciliation_pipeline_tests.faults.values import everywhere, times
from reconciliation_pipeline_tests.faults.world import HOUR, MINUTE, moment_of, stamp


def _local_time(text: str) -> str:
    return moment_of(text).astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None).isoformat()


def _skewed(skew: timedelta) -> Callable[[Stage], None]:
    """Set the system's clock wrong; what it stamps is wrong by as much."""

    def install(stage: Stage) -> None:
        stage.fired += 1
        stage.system.skew = skew
        for record in stage.held:
            record |= {name: stamp(moment_of(record[name]) + skew) for name in ("created", "updated")}

    return install


def _old_date(stage: Stage) -> None:
    """A cache in front of the list says a time of hours ago."""
    stage.fired += 1
    stage.system.skew = -5 * HOUR


CLOCK: Final = Fault("clock", "C70", "", _old_date, frozenset({"clock_skew"}), positions=("first",))

FAULTS: Final = (
    CLOCK.but(
        id="times of another zone without saying so",
        corpus="C69",
        text="Times carry no zone and are those of New York; the settings say UTC.",
        install=everywhere(times(_local_time)),
        must=Must.EITHER,
        beyond="A time without a zone is read in the zone that the settings name. If that is wrong, lag is called "
        "real: a false alarm, seen by whoever looks at its age, and never a false green.",
    ),
    *kin(
        CLOCK.but(
            id=f"clock {'+' if skew > timedelta(0) else '-'}{word}",
            corpus="C70",
            text=f"The system's clock, and all it stamps, is {word} {'ahead' if skew > timedelta(0) else 'behind'}.",
            install=_skewed(skew),
            codes=frozenset({"clock_skew"}),
            must=must,
        )
        for word, size, must in (
            ("5 min", 5 * MINUTE, Must.PASS),
            ("1 h", HOUR, Must.REFUSE),
            ("24 h", 24 * HOUR, Must.REFUSE),
        )
        for skew in (size, -size)
    ),
    CLOCK.but(
        id="clock -24 h, the other side says no time",
        corpus="C70",
        text="The system's clock is 24 h behind; the other system does not say what time it is.",
        install=_skewed(-24 * HOUR),
        codes=frozenset({"clock_skew"}),
        other={"dated": False},
    ),
    CLOCK.but(
        id="an old time in front of the list, the other side says none",
        corpus="C70",
        text="The list says a time of five hours ago, as caches do; the other system says none.",
        install=_old_date,
        codes=frozenset({"clock_skew"}),
        other={"dated": False},
    ),
)
