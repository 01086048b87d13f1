"""How does a test say what two sides hold, and what came out?"""

from typing import Any

import pandas as pd

from reconciliation_pipeline import Reconciled


def frame(*keys: object, **columns: Any) -> pd.DataFrame:
    """A frame with the column `id`, and others."""
    return pd.DataFrame({"id": list(keys), **columns})


def lines(found: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Give the rows of a frame as a test writes them: None where there is nothing."""
    plain = found.astype(object).where(found.notna(), None)
    return [tuple(row) for row in plain.itertuples(index=False)]


def counts(result: Reconciled) -> dict[str, int]:
    """Give the counts that are not zero, without the records they add up to."""
    return {name: count for name, count in result.counts.items() if count and name != "records"}
