"""How is a judgement of spikes shown, to people and to scripts?"""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from reconciliation_pipeline.domain.common import Trait
from reconciliation_pipeline.domain.spike_message import series_words
from reconciliation_pipeline.domain.spikes import Judgement, Level, SeriesJudgement
from reconciliation_pipeline.domain.surprise import percent
from reconciliation_pipeline.domain.wording import Words

_STYLES = {Level.NONE: "dim", Level.NOTICE: "yellow", Level.ALARM: "bold red", Level.MASS: "bold red"}
NOTHING = "-"


def spike_table(judgement: Judgement, words: Words) -> Table:
    """Draw one row a series: how many are new, how many usually, and how likely that is."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("series", "new", "days", "usual a day", "chance", "in 7 days", "usually", "chance", "verdict"):
        table.add_column(name, justify="left" if name in {"series", "verdict"} else "right", no_wrap=name != "series")
    for one in judgement.series:
        past = one.week_usual.past
        usually = f"{past.events / past.days * one.week_days:.2g}" if past.days else NOTHING
        table.add_row(
            Text(series_words(one.series, words)),
            f"{one.new:,}",
            f"{one.days:.2g}",
            NOTHING if one.a_day is None else f"{one.a_day:.2g}",
            percent(one.chance),
            f"{one.week:,}",
            usually,
            percent(one.week_chance),
            Text(_verdict(one), style=_STYLES[one.level]),
        )
    return table


def _verdict(one: SeriesJudgement) -> str:
    if one.level is Level.NONE:
        return "usual"
    return f"{one.level.word}, told {one.begun}" if one.is_told else one.level.word


def judged_items(judgement: Judgement, text: str, shared: Sequence[Trait]) -> dict[str, object]:
    """Render a judgement for scripts: JSON types only.

    Args:
        judgement: The judgement.
        text: What it says in words.
        shared: What the new ones have in common.
    """
    return {
        "date": judgement.morning.isoformat(),
        "new": judgement.new,
        "usual": sum(one.a_day or 0.0 for one in judgement.kinds),
        "alarm": judgement.level >= Level.ALARM,
        "text": text,
        "level": judgement.level.word,
        "rings": bool(judgement.ringing),
        "run": judgement.run,
        "cold": judgement.is_cold,
        "customers": judgement.customers,
        "series": [_series_item(one) for one in judgement.series],
        "common": [
            {"text": one.sentence, "new": one.new, "of": one.of, "share": one.share, "everywhere": one.base}
            for one in shared
        ],
    }


def _series_item(one: SeriesJudgement) -> dict[str, object]:
    return {
        "kind": one.series.kind.value,
        "field": one.series.field,
        "level": one.level.word,
        "new": one.new,
        "days": one.days,
        "usual": one.a_day,
        "chance": one.chance,
        "past": {
            "events": one.usual.past.events,
            "days": one.usual.past.days,
            "mornings": one.usual.mornings,
            "capped": one.usual.capped,
            "fano": one.usual.past.fano,
            "weekend": one.usual.weekend,
        },
        "week": {
            "new": one.week,
            "days": one.week_days,
            "events": one.week_usual.past.events,
            "past_days": one.week_usual.past.days,
            "chance": one.week_chance,
        },
        "onset": one.onset and one.onset.isoformat(),
        "begun": one.begun and one.begun.isoformat(),
        "told": one.is_told,
    }
