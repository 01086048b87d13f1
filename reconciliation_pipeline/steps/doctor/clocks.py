"""Do the clocks agree, and are times read in the right zone? Ages are measured by both."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from reconciliation_pipeline.domain.doubts_between import CLOCKS_APART
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.model import Reconciliation, SideBase, Timestamp
from reconciliation_pipeline.steps.doctor.finding import Finding, fail, ok, warn
from reconciliation_pipeline.steps.doctor.visit import Visit

SKEW = timedelta(minutes=2)
"""Difference between a source's clock and ours that is worth a word."""


def clock(visit: Visit) -> Iterator[Finding]:
    """Hold a side's clock against ours; one that is declared local may pretend another time."""
    if visit.ahead is None or visit.settings.local:
        return
    what, seconds = f"{visit.label} clock", abs(visit.ahead).total_seconds()
    text = f"its clock and ours are {seconds:.0f} s apart."
    if abs(visit.ahead) <= SKEW:
        yield ok(what, text)
    else:
        yield warn(what, text, "Synchronise this machine's clock (NTP), or have that system's set right.")


def both_clocks(visits: Mapping[Side, Visit]) -> Iterator[Finding]:
    """Hold the two sides' clocks against each other, as every morning does."""
    ahead = [visit.ahead for visit in visits.values() if visit.ahead is not None]
    if len(ahead) < len(Side) or all(visit.work.pretends for visit in visits.values()):
        return
    apart = abs(ahead[0] - ahead[1])
    text = f"the clocks of the two systems are {_spelt(apart)} apart"
    if apart <= CLOCKS_APART:
        yield ok("clocks", f"{text}.")
    else:
        remedy = "Have the clock (NTP) of the wrong one set; until then every morning is refused."
        yield fail("clocks", f"{text}, so no difference could be called young or old.", remedy)


def times(visit: Visit) -> Iterator[Finding]:
    """Look for times that cannot be: later than the source's own clock, or in an hour that exists twice."""
    what, fields = f"{visit.label} times", dated(visit.settings)
    latest = visit.now + SKEW
    moments = [
        max(found) for row in visit.rows if (found := [at for at in (row.created_at, row.updated_at) if at is not None])
    ]
    future = [moment for moment in moments if moment > latest]
    if future:
        text = (
            f"{len(future):,} of {len(visit.rows):,} records on the first page are from the future, "
            f"by up to {_spelt(max(future) - visit.now)}: times without an offset are read in the wrong zone, "
            "or its clock is wrong."
        )
        name = next(iter(fields), "updated_at")
        yield warn(what, text, f"Write the zone they are in: `{name}: {{field: ..., timezone: Europe/Berlin}}`.")
    shifting = sorted({at.timezone for at in fields.values() if at.format is None and _shifts(at.timezone, visit.now)})
    for zone in shifting:
        text = f"times without an offset are read as {zone}, where one hour of every autumn exists twice."
        yield warn(what, text, "Let the system write UTC or an offset; otherwise ages in that one hour may be wrong.")
    if moments and not future and not shifting:
        yield ok(what, f"{len(moments):,} on the first page, none from the future.")
    if not fields:
        text = "no time of creation or change is mapped, so no difference can ever count as lag."
        yield warn(what, text, "Map `updated_at` or `created_at`, if the system knows one of them.")


def dated(settings: SideBase) -> dict[str, Timestamp]:
    """Give the times that a side maps, the last change first."""
    found = {"updated_at": settings.updated_at, "created_at": settings.created_at}
    return {name: at for name, at in found.items() if at is not None}


def zone(pair: Reconciliation, now: datetime, here: tzinfo | None = None) -> Finding:
    """Hold the zone of a reconciliation against this machine's.

    Args:
        pair: The reconciliation.
        now: Now (UTC).
        here: This machine's zone; None asks the machine.
    """
    ours, theirs = now.astimezone(here), now.astimezone(pair.zone)
    text = f"mornings are those of {pair.timezone}, where it is {theirs:%H:%M}"
    if ours.utcoffset() == theirs.utcoffset():
        return ok("time zone", f"{text}, as on this machine.")
    text = f"{text}; on this machine it is {ours:%H:%M}"
    if "timezone" not in pair.model_fields_set:
        remedy = "Write `timezone` into the settings: where people live whose mornings these are."
        return warn("time zone", f"{text}, and the settings name no zone.", remedy)
    return ok("time zone", f"{text}. Only cron goes by the machine.")


def _shifts(name: str, now: datetime) -> bool:
    in_zone = ZoneInfo(name)
    return len({datetime(now.year, month, 1, tzinfo=UTC).astimezone(in_zone).utcoffset() for month in range(1, 13)}) > 1


def _spelt(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if span < SKEW else f"{round(seconds / 60):,} min"
