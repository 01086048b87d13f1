"""What compares the snapshots of this pair?"""

from functools import partial
from pathlib import Path

from reconciliation_pipeline.compare.engine import EngineLimits, compare_and_trace
from reconciliation_pipeline.settings.engine import SparkSettings
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.plant import Compare


def engine_of(reconciliation: Reconciliation, *, temp_folder: Path | None = None) -> Compare:
    """Choose what compares two snapshots, as the settings say.

    Args:
        reconciliation: The settings.
        temp_folder: Where DuckDB spills what does not fit into its memory; None for the system's own place.
    """
    engine = reconciliation.engine
    if isinstance(engine, SparkSettings):
        # Where nobody asks for Spark, nobody waits for it.
        from reconciliation_pipeline.compare.spark import SparkEngine

        return SparkEngine(engine.master).compare_and_trace
    return partial(compare_and_trace, limits=EngineLimits(memory_limit=engine.memory, temp_folder=temp_folder))
