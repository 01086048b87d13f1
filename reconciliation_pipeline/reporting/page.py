"""What does a morning look like as a page?

One file of HTML that needs nothing else: no script, no picture, no font, no network. Everything is
escaped by the template engine, and the page forbids itself to load or run anything.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.keys import REMEDY, unstable
from reconciliation_pipeline.domain.lives import Closing, ItemState, Life
from reconciliation_pipeline.domain.records import Cause, Grade, Kind, Outcome, Side
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
    since_when,
    unknown_words,
)
from reconciliation_pipeline.reporting.apart import apart
from reconciliation_pipeline.reporting.case import record_links
from reconciliation_pipeline.reporting.certificates import HEADLINES, certificate_lines
from reconciliation_pipeline.reporting.tables import cost
from reconciliation_pipeline.reporting.trend import draw
from reconciliation_pipeline.reporting.values import NEVER_BEFORE, NOTHING, Values, values_of
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
class Line:
    """One difference, as the page shows it."""

    id: str
    key: str
    fields: Sequence[Values]
    links: Sequence[tuple[str, str]]
    first_seen: date
    since: str
    owner: str
    cost: str


@dataclass(frozen=True, slots=True)
class Section:
    """Differences of one kind and state, under one heading."""

    anchor: str
    title: str
    count: int
    cost: str
    remark: str
    lines: Sequence[Line]


def page(
    result: MorningResult,
    reconciliation: Reconciliation,
    lives: Sequence[Life],
    trend: Sequence[tuple[date, int, int, int]] = (),
    found: Comparison | None = None,
) -> str:
    """Render a morning as one self-contained HTML file.

    Args:
        result: What the morning came to.
        reconciliation: Its settings.
        lives: The differences as they stand on that morning.
        trend: Morning, active in the CRM, active in billing and open differences of trusted
            mornings; drawn when there are at least two.
        found: What the comparison found; None when it was not made, or is kept no more.
    """
    words = words_of(reconciliation)
    style = _template("page.css").render()
    return _template("page.html").render(
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        result=result,
        instant=f"{result.as_of.astimezone(reconciliation.zone):%Y-%m-%d %H:%M} {reconciliation.timezone}",
        headline=_headline(result, found),
        lead=_lead(result, reconciliation, found, words),
        panels=[_panel(result, side, words) for side in Side],
        active_words=[words.active[side] for side in Side],
        gap=_gap(result),
        groups=[
            (group.count, phrase(group.kind, group.cause, words), money_words(group.money, words, of=group.count))
            for group in result.groups
        ],
        sections=_sections(result, reconciliation, lives, words) if result.differences else [],
        apart=apart(found, result.differences.format_only, reconciliation, words)
        if result.differences and found
        else [],
        never_before=NEVER_BEFORE,
        labels=[words.labels[side] for side in Side],
        trend=draw(trend),
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


def _gap(result: MorningResult) -> str:
    """Say how far the two counts are apart; only counts that were believed may be subtracted."""
    if result.differences is None:
        return ""
    active = [result.attempt.snapshots[side].receipt.active for side in Side]
    return f"{abs(active[0] - active[1]):,} apart" if active[0] != active[1] else "the same number"


def _sections(
    result: MorningResult,
    reconciliation: Reconciliation,
    lives: Sequence[Life],
    words: Words,
) -> list[Section]:
    def section(anchor: str, title: str, chosen: Sequence[Life], *, cost: str = "", remark: str = "") -> Section:
        lines = [_line(life, reconciliation, words) for life in chosen]
        return Section(anchor, title, len(chosen), cost, remark, lines)

    there = [life for life in lives if life.state is not ItemState.RESOLVED]
    sections = [
        section(
            f"group-{position}",
            _sentence(phrase(group.kind, group.cause, words)),
            _chosen(there, ItemState.OPEN, group.kind, group.cause),
            cost=money_words(group.money, words, of=group.count),
        )
        for position, group in enumerate(result.groups, start=1)
    ]
    others = (
        (ItemState.SETTLING, "Still settling", "Too young to be called a difference; most are gone next time."),
        (ItemState.ACCEPTED, "Accepted", "Somebody decided to live with these."),
        (ItemState.QUARANTINED, "Quarantined", "Set aside until somebody has looked."),
    )
    sections += [section(state.value, title, _chosen(there, state), remark=remark) for state, title, remark in others]
    gone = [life for life in lives if life.resolved_on == result.morning]
    closed = [life for life in gone if life.closing is Closing.SUPERSEDED]
    resolved = [life for life in gone if life.closing is not Closing.SUPERSEDED]
    sections += [section("resolved", "Resolved this morning", resolved, remark="There before, gone now.")]
    remark = "Keys are read in another way since this morning, so that nobody can say what became of these."
    sections += [section("superseded", "Closed this morning", closed, remark=remark)]
    return [one for one in sections if one.lines]


def _chosen(
    lives: Sequence[Life],
    state: ItemState,
    kind: Kind | None = None,
    cause: Cause | None = None,
) -> list[Life]:
    return [
        life
        for life in lives
        if life.state is state and (kind is None or (life.latest.kind, life.latest.cause) == (kind, cause))
    ]


def _line(life: Life, reconciliation: Reconciliation, words: Words) -> Line:
    seen = life.latest
    return Line(
        id=seen.item,
        key=seen.key,
        fields=values_of(seen, words),
        links=record_links(life, reconciliation, words),
        first_seen=life.first_seen,
        since=since_when(life),
        owner=life.owner,
        cost=cost(seen, words) or NOTHING,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
