"""What does a morning look like as a page?

One file of HTML that needs nothing else: no picture, no font, no network, and no server. Everything is escaped by the
template engine, and the page forbids itself to load anything, or to run anything but the scripts that stand in it. It
says everything without them; they search, sort and filter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.keys import REMEDY, unstable
from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.records import Grade, Outcome, Side
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.spelling import counted, plain
from reconciliation_pipeline.domain.wording import (
    Words,
    aside_words,
    first_words,
    format_words,
    money_words,
    moved_words,
    no_difference_words,
    nothing_happened,
    phrase,
    settling_words,
    unknown_words,
)
from reconciliation_pipeline.reporting.apart import apart
from reconciliation_pipeline.reporting.carried import carried
from reconciliation_pipeline.reporting.certificates import HEADLINES, certificate_lines
from reconciliation_pipeline.reporting.rows import FIRST, STATES, choices, lines_of, packed
from reconciliation_pipeline.reporting.standing import costs, desks, figures
from reconciliation_pipeline.reporting.trend import Trend, draw
from reconciliation_pipeline.reporting.values import NEVER_BEFORE
from reconciliation_pipeline.reporting.waterfall import falls
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation


@dataclass(frozen=True, slots=True)
class Panel:
    """One side, as the page shows it."""

    label: str
    count: str
    rest: str
    grade: str
    is_complete: bool
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the morning itself.

    Attributes:
        trend: Morning, active in the CRM, active in billing and open differences of trusted mornings; drawn when there
            are at least two.
        found: What the comparison found; None when it was not made, or is kept no more.
        gaps: Which planned mornings before it have no trusted result, in words; empty where none is missing.
        ui_url: Where people open the Dagster UI; None where nobody said.
        earlier: The report before this one, when it lies beside it.
    """

    trend: Sequence[tuple[date, int, int, int]] = ()
    found: Comparison | None = None
    gaps: str = ""
    ui_url: str | None = None
    earlier: date | None = None


def page(
    result: MorningResult,
    reconciliation: Reconciliation,
    lives: Sequence[Life],
    around: Around | None = None,
) -> str:
    """Render a morning as one self-contained HTML file.

    Args:
        result: What the morning came to.
        reconciliation: Its settings.
        lives: The differences as they stand on that morning.
        around: What is known beside it.
    """
    around = around or Around()
    words, counts = words_of(reconciliation), result.differences
    shown = lives if counts else ()
    lines = lines_of(result, reconciliation, shown, words)
    trend = draw(around.trend)
    inside = carried(table=bool(lines), chart=trend is not None)
    labels = [words.labels[side] for side in Side]
    row = _template("row.html").make_module({"labels": labels, "never_before": NEVER_BEFORE, "states": STATES})
    cells: Any = row
    return _template("page.html").render(
        inside=inside,
        cells=cells,
        result=result,
        instant=f"{result.as_of.astimezone(reconciliation.zone):%Y-%m-%d %H:%M} {reconciliation.timezone}",
        headline=_headline(result, around.found),
        lead=_lead(result, reconciliation, around.found, words),
        gaps=around.gaps,
        links=_dagster_links(result, around.ui_url),
        earlier=around.earlier,
        figures=figures(result, shown, words),
        panels=[_panel(result, side, words) for side in Side],
        active_words=[words.active[side] for side in Side],
        apart_by=_apart_by(result),
        groups=[
            (
                group.count,
                text := phrase(group.kind, group.cause, words),
                _sentence(text),
                _cost(group.money, group.count, words),
            )
            for group in result.groups
        ],
        costs=costs(result, words),
        desks=desks(shown, result.morning, words),
        per=words.per,
        falls=falls(around.found.balances if around.found else {}, counts, words) if counts else [],
        lines=lines,
        first=FIRST,
        choices=choices(lines),
        rows=packed(
            lines,
            lambda line: [
                str(one(line)) for one in (cells.who, cells.what, cells.values, cells.since, cells.owner, cells.cost)
            ],
        )
        if lines
        else "",
        apart=apart(around.found, counts.format_only, reconciliation, words) if counts and around.found else [],
        labels=labels,
        trend=trend,
        drawn=_drawn(trend, words),
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("reconciliation_pipeline.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    return environment.get_template(name)


def _drawn(trend: Trend | None, words: Words) -> Mapping[str, object]:
    """Hand the trend to the script that draws it so that values can be read off."""
    if trend is None:
        return {}
    mornings, crm, billing, is_open = zip(*trend.rows, strict=True)
    return {
        "mornings": [morning.isoformat() for morning in mornings],
        "counts": [crm, billing],
        "open": is_open,
        "labels": [f"{plain(words.labels[side])}, {plain(words.active[side])}" for side in Side],
    }


def _dagster_links(result: MorningResult, ui_url: str | None) -> list[tuple[str, str]]:
    """Point to the run and to the morning in the Dagster UI, where somebody said where that is."""
    if ui_url is None:
        return []
    asset = "ledger" if result.differences else "crm_snapshot"
    return [
        ("The run in Dagster", f"{ui_url}/runs/{result.attempt.run_id}"),
        (
            "The morning in Dagster",
            f"{ui_url}/assets/{result.reconciliation}/{asset}?view=partitions&partition={result.morning}",
        ),
    ]


def _cost(money: Sequence[MoneyLine], count: int, words: Words) -> str:
    return money_words(money, words, of=count)


def _headline(result: MorningResult, found: Comparison | None) -> str:
    counts = result.differences
    if result.is_unproven and counts is not None and not counts.open:
        return "Nothing found to act on, and nothing proven"
    if result.outcome is Outcome.NOT_TRUSTWORTHY or counts is None:
        return "This morning cannot be trusted"
    if result.outcome is Outcome.DRIFT:
        return f"{counted(counts.open, 'difference')} to act on"
    # Of a comparison that is not kept any more nobody knows what it had set apart.
    if counts.total or found is None:
        return "Nothing to act on"
    is_whole = not (counts.is_partial or counts.format_only)
    return "The two systems agree" if is_whole else _sentence(no_difference_words(counts))


def _lead(result: MorningResult, reconciliation: Reconciliation, found: Comparison | None, words: Words) -> list[str]:
    counts = result.differences
    if counts is None:
        return [nothing_happened(result)]
    settling = f"{settling_words(counts, words)}: normal lag, not counted." if counts.settling else ""
    moved = f"{_sentence(first_words(rekeyed=result.rekeyed) if result.first else moved_words(counts))}."
    troubled = counts.no_key + counts.duplicate_key
    keys = f"{counted(troubled, 'record')} without a key that pairs, counted apart." if troubled else ""
    apart = (aside_words(counts), format_words(counts), unknown_words(counts))
    told = [f"{each}." for each in apart if each]
    gone = "" if found else "Its comparison is not kept any more: what it set apart cannot be shown."
    planted = f"{result.planted.words}." if result.planted else ""
    unsafe = _key_sentences(reconciliation, words)
    return [sentence for sentence in (settling, moved, *told, keys, gone, planted, *unsafe) if sentence]


def _key_sentences(reconciliation: Reconciliation, words: Words) -> list[str]:
    """Warn of keys that stand where e-mail addresses do; how many look like one is for `recon doctor` to count."""
    told = ((side, unstable((), reconciliation.sides[side].key_paths)) for side in Side)
    return [f"In {words.name(side)}, {sentence} {REMEDY}" for side, sentence in told if sentence]


def _panel(result: MorningResult, side: Side, words: Words) -> Panel:
    snapshot = result.attempt.snapshots.get(side)
    label, word = words.labels[side], words.active[side]
    if snapshot is None:
        return Panel(label, "Not pulled", "", "Nothing was asked", is_complete=False, lines=())
    receipt, grade = snapshot.receipt, snapshot.certificate.grade
    # Counts of a pull that broke off would look like an answer.
    seen = receipt.failure is None
    return Panel(
        label=label,
        count=f"{receipt.active:,}" if seen else "Not seen",
        rest=f"{word} of {receipt.pulled:,} pulled" if seen else "",
        grade=HEADLINES[grade],
        is_complete=grade is Grade.COMPLETE,
        lines=certificate_lines(snapshot),
    )


def _apart_by(result: MorningResult) -> str:
    """Say how far the two counts are apart; only counts that were believed may be subtracted."""
    if result.differences is None:
        return ""
    active = [result.attempt.snapshots[side].receipt.active for side in Side]
    return f"{abs(active[0] - active[1]):,} apart" if active[0] != active[1] else "the same number"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
