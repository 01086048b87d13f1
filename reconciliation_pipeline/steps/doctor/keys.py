"""Can the records of one side be told apart by their keys, and will they keep them?"""

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciliation_pipeline.domain.doubts_walk import TROUBLED_KEYS
from reconciliation_pipeline.domain.keys import REMEDY, unstable
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline.steps.doctor.finding import Finding, ok, warn
from reconciliation_pipeline.steps.doctor.visit import Visit


def keys(visit: Visit) -> Iterator[Finding]:
    """Look at the keys of the first page: are they there, is each its record's own, and does it stay?"""
    what, settings = f"{visit.label} keys", visit.settings
    # Whoever never was a customer needs no number.
    wanted = [row for row in visit.rows if row.state is not State.OUT_OF_SCOPE]
    known = [row.key for row in wanted if row.key is not None]
    troubles = []
    if (unkeyed := len(wanted) - len(known)) > TROUBLED_KEYS * len(wanted):
        text = f"{unkeyed:,} of {len(wanted):,} records on the first page have no key at {_where(settings.key_paths)}."
        troubles.append(warn(what, text, "Check `key` in the settings against a record of that system."))
    shared = sum(count for count in Counter(known).values() if count > 1)
    if shared and settings.reduce == "none":
        text = f"{shared:,} of {len(wanted):,} records on the first page share their key with another one."
        remedy = "If several records for one customer are normal, set `reduce`; otherwise another field is the key."
        troubles.append(warn(what, text, remedy))
    if (sentence := unstable(known, settings.key_paths)) is not None:
        troubles.append(warn(what, sentence, REMEDY))
    if known and not troubles:
        yield ok(what, f"{len(known):,} on the first page, {_apart(shared)}.")
    yield from troubles


def _where(paths: Sequence[str]) -> str:
    return " and ".join(f"`{path}`" for path in paths)


def _apart(shared: int) -> str:
    return f"{shared:,} of them shared, which `reduce` makes one" if shared else "no two alike"
