"""Do two frames agree, and if not, exactly where?

    from reconciliation_pipeline import reconcile

    result = reconcile(left, right, key="customer_number", compare=["plan", "mrr"])

No configuration, no network, no state: both sides become a Parquet file in a folder of their own for as long as the
call lasts, and are compared by what compares two systems every morning.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reconciliation_pipeline.api.errors import ReconcileError, told
from reconciliation_pipeline.api.result import Reconciled
from reconciliation_pipeline.api.wanted import Active, Key, active_rows, key_columns
from reconciliation_pipeline.api.work import Order, work
from reconciliation_pipeline.compare.engine import EngineLimits, started
from reconciliation_pipeline.domain.records import Side

_TAKEN: Final = frozenset({"key", "field", "format_only"})
_MEMORY: Final = re.compile(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", re.IGNORECASE)


def reconcile(  # noqa: PLR0913 - everything a comparison can be told, by name
    left: object,
    right: object,
    *,
    key: Key,
    compare: Sequence[str | Mapping[str, object]] | None = None,
    keys: Mapping[str, object] | None = None,
    active: Active | None = None,
    memory: str = "2GB",
    left_name: str = "left",
    right_name: str = "right",
) -> Reconciled:
    """Compare two frames record by record.

    Args:
        left: A frame of pandas, Polars or Arrow, anything else that speaks Arrow (`__arrow_c_stream__`), or a path to
            a file of Parquet, CSV or JSON lines.
        right: The same; the two need not be of one kind.
        key: The column that pairs the records, several of them, or `{"left": …, "right": …}` where the two differ.
        compare: The compared columns: a name, or `{"field": "mrr", "tolerance": {"absolute": "0.01"}}` in the words of
            the settings (docs/settings.md), with `left` and `right` where the column's name differs. By default every
            column that both sides have, other than the key.
        keys: What does not matter about keys, in the words of the settings.
        active: Which rows count: `{"column": "status", "values": ["active"]}`, or one of these for `left` and for
            `right`. By default all of them.
        memory: What the engine may use before it goes to disk.
        left_name: What to call the left side in frames and sentences.
        right_name: What to call the right side.

    Returns:
        What they came to; `agrees` says whether nothing differs and nothing was set apart.

    Raises:
        ReconcileError: Something is misspelt, missing or unreadable; nothing was compared.
    """
    labels = {Side.CRM: left_name, Side.BILLING: right_name}
    _check_names(left_name, right_name)
    if not _MEMORY.fullmatch(memory):
        raise ReconcileError(f"{memory!r} is no amount of memory.", 'Write one like "2GB" or "500MB".')
    order = Order({Side.CRM: left, Side.BILLING: right}, labels, key_columns(key), compare, keys, active_rows(active))
    with TemporaryDirectory(prefix="reconcile-") as folder, told("The two sides could not be compared"):
        limits = EngineLimits(memory_limit=memory, temp_folder=Path(folder))
        with started(limits) as connection:
            return work(connection, Path(folder), order)


def _check_names(left: str, right: str) -> None:
    """Make sure that both names can stand above a column of a frame."""
    for name in (left, right):
        if not isinstance(name, str) or not name.strip() or name in _TAKEN:
            taken = ", ".join(sorted(_TAKEN))
            raise ReconcileError(f"A side cannot be called {name!r}.", f"Take a word other than {taken}.")
    if left == right:
        raise ReconcileError(f"Both sides are called {left!r}.", "Give them different names.")
