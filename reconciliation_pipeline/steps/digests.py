"""Has a snapshot the digests it is compared by? They are written with it, and again when the rules have changed."""

from pathlib import Path

from reconciliation_pipeline.compare import digests
from reconciliation_pipeline.compare.engine import EngineLimits, write_digests
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import Incomparable
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.rules import amount_field, key_rule, rules
from reconciliation_pipeline.steps.work import Work

WORTH_KEEPING = 1024 * 1024
"""Bytes of a snapshot below which its digests are worked out whenever they are asked for: it takes no time."""

LEAST_MEMORY = 64 * 10**6
"""Bytes of memory for writing them, before it spills: a pull keeps within little."""
THREADS = 2


def memory_for(path: Path) -> str:
    """Say how much memory a snapshot's digests may take: what DuckDB needs to spill grows with what it spills.

    Measured: 64 MB are enough for 10 million records (a quarter of a GB), 77 are too few for 50 million (1.2 GB).
    """
    return f"{max(LEAST_MEMORY, path.stat().st_size // 5) // 10**6}MB"


def settled_rules(work: Work) -> ComparisonRules:
    """Gather from the settings alone how this pair is compared."""
    sides = work.reconciliation.sides
    return ComparisonRules(
        fields=rules(work.reconciliation),
        amount_field=amount_field(work.reconciliation),
        reduce={side: sides[side].reduce != "none" for side in Side},
        key=key_rule(work.reconciliation),
    )


def digests_of(work: Work, side: Side, path: Path, sha256: str | None) -> Path | None:
    """Find the digests of a snapshot, or write them; None where that is not worth it.

    Args:
        work: The reconciliation at hand.
        side: Whose snapshot it is.
        path: Its file.
        sha256: The hash of its bytes.

    Raises:
        StorageUnavailable: The disk is full or the folder may not be written.
    """
    if sha256 is None or path.stat().st_size < WORTH_KEEPING:
        return None
    how = settled_rules(work)
    name, kept = digests.name_of(how, side), work.store.digests

    def write(target: Path) -> None:
        write_digests(path, how, side, target, EngineLimits(memory_for(path), work.store.spill_folder, THREADS))

    try:
        return kept.find(sha256, name) or kept.keep(sha256, name, write)
    except Incomparable:
        # The comparison itself says what is wrong with the snapshot.
        return None
