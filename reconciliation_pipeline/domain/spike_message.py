"""In which words do people hear of a spike?

The alarm, which is a message of its own, the line by which a notice rides on the morning's message, and what `recon
spike` and a sensor's tick say. No customer is named: counts, chances, and what many share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reconciliation_pipeline.domain.common import Trait
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.domain.spikes import COLD, Judgement, Level, Series, SeriesJudgement
from reconciliation_pipeline.domain.surprise import once_in, percent
from reconciliation_pipeline.domain.wording import Words

CAUSE = "Many at once have one cause: look at what changed in the automation since then."
UPSTREAM = (
    "So many are no mishaps: something upstream is broken, or this pull is not what it seems. Correct and cancel "
    "nothing before it is clear which."
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known of the differences that ring.

    Attributes:
        owner: Who answers for most of them.
        common: What they share.
        changed: When the first and the last of them changed, by the systems (UTC); None where one does not say.
    """

    owner: str = ""
    common: Sequence[Trait] = ()
    changed: tuple[datetime, datetime] | None = None


def series_words(series: Series, words: Words) -> str:
    """Name a series: `only in billing`, `different values`, `different plan`."""
    if series.field is not None:
        return f"different {series.field}"
    if series.kind is Kind.VALUE_CONFLICT:
        return "different values"
    return f"only in {words.name(Side.CRM if series.kind is Kind.CRM_ONLY else Side.BILLING)}"


def usual_words(one: SeriesJudgement) -> str:
    """Say what is usual: `usual is 0.5 a day`."""
    return "nothing earlier to measure by" if one.a_day is None else f"usual is {one.a_day:.2g} a day"


def chance_words(probability: float, what: str = "mornings") -> str:
    """Say a chance both ways: `chance 1.4 %, about once in 69 mornings`."""
    return f"chance {percent(probability)}, {once_in(probability, what)}"


def sentence(one: SeriesJudgement, words: Words) -> str:
    """Say how unusual one series is, with its numbers."""
    what = series_words(one.series, words)
    if one.level is Level.ALARM and one.is_slow:
        rare = chance_words(one.week_chance, "such weeks")
        return f"{one.week:,} new {what} within seven days{_usual_week(one)}: {rare}."
    since = f" in {one.calendar_days} days" if one.calendar_days > 1 else ""
    return f"{one.new:,} new {what}{since}; {usual_words(one)}; {chance_words(one.chance)}."


def _usual_week(one: SeriesJudgement) -> str:
    past = one.week_usual.past
    return f", where {past.events / past.days * one.week_days:.2g} are usual" if past.days else ""


def notice_lines(judgement: Judgement, words: Words) -> tuple[str, ...]:
    """Say, for the message that goes out anyway, what is unusual about a morning."""
    return tuple(f"Unusual: {sentence(one, words)}" for one in _apart(judgement.remarkable))


def verdict(judgement: Judgement, words: Words) -> str:
    """Say in one line what a morning was: for a terminal, a log, and the tick of a sensor."""
    if judgement.is_inventory:
        return "The first morning is the inventory: nothing on it is new, and it is nobody's norm."
    told = " ".join(sentence(one, words) for one in _apart(judgement.remarkable))
    level = judgement.level
    if level >= Level.ALARM and not judgement.ringing:
        begun = min(one.begun for one in judgement.series if one.begun is not None)
        return f"{told} It belongs to the episode told on {begun}, and has not doubled since."
    if level is Level.NONE:
        told = f"{counted(judgement.new, 'new difference')}, which is not unusual{_norms(judgement, words)}."
    cold = (
        f" Morning {judgement.run} of {COLD}: until then nothing rings but a mass event." if judgement.is_cold else ""
    )
    return told + cold


def _norms(judgement: Judgement, words: Words) -> str:
    known = [f"{one.a_day:.2g} a day {series_words(one.series, words)}" for one in judgement.kinds if one.a_day]
    return f": usual are {', '.join(known)}" if known else ""


def spike_message(judgement: Judgement, reconciliation: str, words: Words, gathered: Gathered) -> Message | None:
    """Build the alarm; None where nothing rings that was not told."""
    ringing = _apart(judgement.ringing)
    if not ringing:
        return None
    name, morning = reconciliation, judgement.morning
    begun = [one.begun for one in ringing if one.begun is not None]
    lines = (
        *(sentence(one, words) for one in ringing),
        *([UPSTREAM] if ringing[0].level is Level.MASS else []),
        *([f"It goes on since {min(begun)}, and has more than doubled since it was told."] if begun else []),
        _onset(judgement, ringing, gathered.changed),
        *(f"{trait.sentence}." for trait in gathered.common),
        *([] if gathered.common else ["They share no plan, status or hour of creation that others do not share."]),
        CAUSE,
        f"See them: `recon list {name} --new --date {morning}`. The judgement: `recon spike {name} --date {morning}`.",
    )
    return Message(name, morning, Topic.SPIKE, _title(name, ringing[0], words), lines, gathered.owner, Severity.HIGH)


def _title(name: str, one: SeriesJudgement, words: Words) -> str:
    what = series_words(one.series, words)
    if one.level is Level.MASS:
        return f"{name}: MASS EVENT, {one.new:,} new {what} in one morning"
    if one.is_slow:
        return f"{name}: SPIKE, {one.week:,} new {what} within seven days{_usual_week(one)}"
    return f"{name}: SPIKE, {one.new:,} new {what} in one morning, {usual_words(one)}"


def _onset(judgement: Judgement, ringing: Sequence[SeriesJudgement], changed: tuple[datetime, datetime] | None) -> str:
    onset = min(one.onset for one in ringing if one.onset is not None)
    if onset != judgement.morning:
        return f"It probably began with the morning of {onset}."
    between = f"It probably began between {_day(judgement.before)} and {onset}"
    if changed is None:
        return f"{between}."
    first, last = changed
    if first == last:
        return f"{between}; they were last changed at {first:%Y-%m-%d %H:%M} UTC."
    return f"{between}; they were last changed between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M} UTC."


def _day(morning: date | None) -> str:
    return "the start" if morning is None else morning.isoformat()


def _apart(found: Sequence[SeriesJudgement]) -> tuple[SeriesJudgement, ...]:
    """Leave out a field where all of it is told by its kind, or the kind where one field is all of it."""
    kinds = {one.series.kind: one for one in found if one.series.field is None}
    fields = [one for one in found if one.series.field is not None]
    whole = {one.series.kind for one in fields if (kind := kinds.get(one.series.kind)) and one.new == kind.new}
    return tuple(one for one in found if one.series.field is not None or one.series.kind not in whole)
