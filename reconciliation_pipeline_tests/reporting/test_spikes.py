"""How a judgement is shown, and whether the page of commands names every field of it."""

from datetime import date, timedelta
from typing import Any

from rich.console import Console

from reconciliation_pipeline.domain.common import Trait
from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.domain.spikes import Judgement, Series, judge
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.reporting.spikes import judged_items, spike_table
from reconciliation_pipeline_tests.docs import pages

BILLING, LAST = Series(Kind.BILLING_ONLY), date(2026, 11, 22)
SHARED = (Trait("have plan team in billing", 6, 6, 90, 1_000),)


def judged(*counts: int, told: int = 0) -> Judgement:
    mornings = [LAST - timedelta(days=back) for back in range(len(counts), -1, -1)]
    days = dict(zip(mornings[1:], counts, strict=True))
    found = judge(mornings, {BILLING: days}, told=[mornings[-1 - told]] if told else ())
    assert found
    return found


def table(found: Judgement) -> list[list[str]]:
    console = Console(width=160, no_color=True)
    with console.capture() as shown:
        console.print(spike_table(found, Words()))
    return [line.split("  ") for line in shown.get().splitlines()]


def row(found: Judgement) -> list[str]:
    line = next(cells for cells in table(found) if cells[0] == "only in billing")
    return [cell.strip() for cell in line if cell.strip()]


def test_a_row_shows_how_many_how_many_usually_and_how_likely_that_is():
    assert ["only in billing", "3", "1", "0.5", "1.5 %", "6", "3.5", "15 %", "notice"] == row(judged(*[1, 0] * 28, 3))


def test_where_nothing_is_known_yet_nothing_is_usual():
    assert ["only in billing", "2", "1", "-", "12 %", "2", "-", "12 %", "usual"] == row(judged(2))


def test_what_was_told_says_when():
    assert "alarm, told 2026-11-21" == row(judged(*[0] * 30, 6, 6, told=1))[-1]


def fields(found: Any) -> set[str]:
    """Give every name in an object and in the objects in it."""
    if isinstance(found, dict):
        return set(found).union(*(fields(one) for one in found.values()))
    return set().union(*(fields(one) for one in found)) if isinstance(found, list) else set()


def test_every_field_is_named_on_the_page_of_commands():
    told = pages.spans(pages.section(pages.text_of("docs/commands.md"), "recon spike"))

    assert set() == fields(judged_items(judged(*[0] * 30, 6), "", SHARED)) - set(told)


def test_what_scripts_relied_on_is_still_there():
    found = judged_items(judged(*[0] * 30, 6), "words", SHARED)

    assert ("2026-11-22", 6, 0.0, True, "words") == tuple(
        found[name] for name in ("date", "new", "usual", "alarm", "text")
    )
