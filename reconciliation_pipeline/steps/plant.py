"""Would this very comparison have seen a difference, had there been one?

Planted records go through the same mapping, into the same kind of file, into the same comparison as the real ones,
and their differences are judged as the real ones are. Then all of it is taken out again and held against the plan.
Nothing planted leaves this module but two numbers, and the names of what was missed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import randbelow, token_hex

from reconciliation_pipeline.compare.engine import compare_and_trace
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.scratch import scratch
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.connectors.planting import Seedbed
from reconciliation_pipeline.connectors.sowing import sow
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.harvest import gather, separate
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.planting import plants
from reconciliation_pipeline.domain.plants import RESERVED, Ground, Place, Sown, moments
from reconciliation_pipeline.domain.records import Discrepancy, Side
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.terms import windows
from reconciliation_pipeline.steps.pull import value_names
from reconciliation_pipeline.storage.writer import SnapshotWriter

DIGITS = 22
"""Random digits of a key that has to be a number."""

Compare = Callable[[SnapshotFiles, ComparisonRules], tuple[Comparison, tuple[Place, ...]]]
"""Compares everything, and says where each planted row ended."""

Judge = Callable[[Iterable[Discrepancy]], tuple[Observation, ...]]
"""Judges differences as those of the morning are."""


def compare_planted(  # noqa: PLR0913 - the pair, its files and rules, and the morning
    pair: Reconciliation,
    files: SnapshotFiles,
    rules: ComparisonRules,
    *,
    as_of: datetime,
    until: datetime,
    judge: Judge,
    compare: Compare = compare_and_trace,
    aside: Path | None = None,
) -> Comparison:
    """Compare two snapshots, and prove on planted records that this comparison sees.

    Args:
        pair: The settings; the records are planted as its two systems would write them.
        files: The snapshots.
        rules: How they are compared.
        as_of: When the earlier of the two pulls began (UTC).
        until: When the later of the two ended (UTC).
        judge: How the morning's differences are judged.
        compare: How two sides are compared.
        aside: Where the planted records lie meanwhile; None for the system's own place.

    Returns:
        The comparison of the real records, with what became of the planted ones.

    Raises:
        Incomparable: A file is missing, damaged, or not a snapshot these rules can read.
    """
    beds = {side: Seedbed(pair.sides[side]) for side in Side}
    grounds = {side: bed.ground for side, bed in beds.items()}
    prefix = reserve(grounds)
    shortest, longest = windows(pair)
    when = moments(as_of=as_of, until=until, window=longest, shortest=shortest)
    planned = plants(rules.fields, rules.amount_field, grounds, when, prefix=prefix, keys=rules.key)
    sown = sow(planned, beds, rules.fields)
    with scratch(aside) as folder:
        planted = _write(folder, pair, sown)
        whole, places = compare(replace(files, planted=planted), rules)
    real, harvest = separate(whole, places, prefix)
    judged = judge(harvest.discrepancies)
    return replace(real, planted=gather(sown, harvest, judged, rules.fields, rules.amount_field))


def reserve(grounds: Mapping[Side, Ground]) -> str:
    """Make up what every planted key begins with: 128 random bits, so that no real key does.

    Where a number is read from a key or an id it is digits alone, and few enough to be compared as a number.
    """
    if any(ground.digits for ground in grounds.values()):
        # A leading zero might not matter.
        first = 10 ** (DIGITS - 1)
        return str(first + randbelow(9 * first))
    return f"{RESERVED}{token_hex(16)}-"


def _write(folder: Path, pair: Reconciliation, sown: Iterable[Sown]) -> dict[Side, Path]:
    """Write the planted rows of each side as its snapshot is written."""
    written = {}
    for side in Side:
        with SnapshotWriter(folder, f"{side}.parquet", value_names(pair.sides[side])) as writer:
            writer.write(row for one in sown for row in one.rows.get(side, ()))
        written[side] = folder / writer.path
    return written
