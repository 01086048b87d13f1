"""How has it gone, morning by morning? Drawn in the terminal."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final

from rich.table import Table
from rich.text import Text

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.wording import Words

Point = tuple[date, int, int, int]
"""A trusted morning: its date, the active records of both sides, and how many differences were open."""

WIDTH: Final = 40
"""Letters that the longest bar takes."""
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


def history_chart(points: Sequence[Point], words: Words, unproven: Collection[date] = ()) -> Table:
    """Draw one line a morning: both counts, and a bar for what was open. Mornings that nobody trusts are gaps.

    Args:
        points: The mornings, oldest first.
        words: How people talk about the reconciliation.
        unproven: Those that nobody has vouched for yet, which are marked so.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("morning", no_wrap=True)
    for side in Side:
        table.add_column(words.labels[side], justify="right", no_wrap=True)
    table.add_column("open", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    most = max(count for *_, count in points)
    before: date | None = None
    for morning, crm, billing, count in points:
        if before is not None and (missing := (morning - before) // timedelta(days=1) - 1) > 0:
            table.add_row("", "", "", "", Text(f"no trusted morning for {missing:,} days", style="dim"))
        bar = Text(_bar(count, most), style="yellow" if count else "green")
        if morning in unproven:
            bar = Text.assemble(("unproven ", "red"), bar)
        table.add_row(f"{morning:%Y-%m-%d %a}", f"{crm:,}", f"{billing:,}", f"{count:,}", bar)
        before = morning
    return table


def _bar(count: int, most: int) -> str:
    eighths = round(count / most * WIDTH * 8) if most else 0
    # What is there is seen, however much there was on the worst morning.
    whole, part = divmod(max(eighths, 1 if count else 0), 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")
