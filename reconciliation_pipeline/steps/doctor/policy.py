"""Do the limits of a reconciliation let a bad pull pass, or refuse ordinary mornings?"""

from collections.abc import Iterator

from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.doctor.finding import Finding, ok, warn

LOW_FLOOR, HIGH_FLOOR = 0.5, 0.98
LOW_CEILING, HIGH_CEILING = 1.02, 3


def limits(pair: Reconciliation) -> Iterator[Finding]:
    """Look at `floor`, `ceiling` and `key_overlap`."""
    doubts = list(_doubts(pair))
    if not doubts:
        text = f"a side with less than {pair.floor:.0%} or more than {pair.ceiling:.0%} of the last trusted morning"
        yield ok("limits", f"{text} is not believed.")
    yield from doubts


def _doubts(pair: Reconciliation) -> Iterator[Finding]:
    if pair.floor < LOW_FLOOR:
        text = f"`floor` is {pair.floor:g}: a side could lose more than half of its records and still be believed."
        yield warn("limits", text, "Raise it: 0.8 is the default, and `recon accept-count` is for a genuine drop.")
    if pair.floor > HIGH_FLOOR:
        text = f"`floor` is {pair.floor:g}: an ordinary day with a few records less would be refused."
        yield warn("limits", text, "Lower it: 0.8 is the default.")
    if pair.ceiling > HIGH_CEILING:
        text = f"`ceiling` is {pair.ceiling:g}: a side could hold each record several times and still be believed."
        yield warn("limits", text, "Lower it: 1.5 is the default, and `recon accept-count` is for genuine growth.")
    if pair.ceiling < LOW_CEILING:
        text = f"`ceiling` is {pair.ceiling:g}: an ordinary day with a few new records would be refused."
        yield warn("limits", text, "Raise it: 1.5 is the default.")
    if pair.key_overlap == 0:
        text = "`key_overlap` is 0: two accounts that have no customer in common would be compared."
        yield warn("limits", text, "Raise it: 0.5 is the default.")
