"""What do we publish about the ledger? Plays everything in full and writes the figures into the page, at its marks.

python -m reconciliation_pipeline_tests.ledger.report
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final

from reconciliation_pipeline_tests.faults.report import PAGE, between
from reconciliation_pipeline_tests.ledger import clocks, scale, since, year
from reconciliation_pipeline_tests.ledger.looking import DAY, working

STORIES: Final = 300
MORE: Final = 2.0
"""How much longer recording a morning may take after a year: what is written is today's, whatever came before."""


@dataclass(frozen=True)
class Played:
    """Everything that is published.

    Attributes:
        since: What the lives of all stories are worth.
        clocks: What the scenes came to.
        year: The year.
        scale: What each database needed.
    """

    since: Counter[str]
    clocks: Counter[str]
    year: year.Year
    scale: Sequence[scale.Measured]


def play_since(stories: int = STORIES) -> Counter[str]:
    """Play the stories."""
    found: Counter[str] = Counter()
    with working() as work:
        for number in range(stories):
            told = since.story(number)
            found.update(word for word, _ in since.verdicts(told, since.play(work, told)))
            _say("stories", number + 1, stories)
    return found


def play_clocks() -> Counter[str]:
    """Play the scenes."""
    every, found = list(clocks.scenes()), Counter[str]()
    with ExitStack() as stack:
        works = {window: stack.enter_context(working(window)) for window in clocks.WINDOWS}
        for number, scene in enumerate(every, 1):
            found += clocks.judged(works[scene.window], scene)
            found["scenes"] += 1
            _say("scenes", number, len(every))
    return found


def play_year() -> year.Year:
    """Live through the year."""
    with working() as work:
        return year.play(work)


def _say(what: str, done: int, of: int) -> None:
    if done % 100 == 0 or done == of:
        sys.stderr.write(f"{what}: {done:,} of {of:,}, {time.process_time():,.0f} s\n")


def block(played: Played) -> str:
    """Write all tables."""
    return "\n\n".join(
        [
            _figures(_of_since(played.since)),
            _figures(_of_clocks(played.clocks)),
            _figures(_of_year(played.year)),
            causes(played.year.lost),
            _figures(row for one in played.scale for row in _of_scale(one)),
        ]
    )


def _of_since(found: Counter[str]) -> Iterator[tuple[str, object, str]]:
    yield "stories of 120 mornings, 30 customers each", STORIES, "120"
    yield "since-whens held against the truth", found["lives"], ""
    yield "of these, between two trusted mornings", found["bounded"], ""
    yield "not holding the true onset", found["wrong: does not contain the onset"], "0"
    yield "wider than the gap between the trusted mornings around it", _wrong(found, "wider"), "0"
    yield "narrowed by `at_latest`", found["narrowed"], ""
    yield "`at_latest` before the true onset", found["wrong: at_latest before the onset"], "0"
    yield "called real, and there at no instant", _wrong(found, "never was"), "0"
    yield "there at no instant, read so between two changes, and lag", found["between two reads"], ""
    yield "went away and came back unseen between two mornings", found["went and came back between two mornings"], ""


def _of_clocks(found: Counter[str]) -> Iterator[tuple[str, object, str]]:
    yield "scenes of wrong clocks and odd dates", found["scenes"], "500"
    yield "mornings in them", found["mornings"], ""
    yield "of these, refused for their clocks", found["mornings refused"], ""
    yield "differences judged real", found["real"], ""
    yield "differences judged lag", found["lag"], ""
    yield "ghosts in them: lag called real", found["wrong: lag called real"], "0"
    yield "old and called lag", found["wrong: real called lag"], "0"
    yield "clocks apart and believed, or together and refused", _wrong(found, "clocks are apart"), "0"
    yield "since-whens in them that are wrong", _wrong(found, "does not", "wider", "at_latest", "never was"), "0"


def _of_year(lived: year.Year) -> Iterator[tuple[str, object, str]]:
    lasting = [lost for lost in lived.lost if lost.is_lasting]
    counts = lived.counts
    yield "events of a year", counts["events"], ""
    yield "mornings of a year", f"{counts['trusted mornings']} of {counts['mornings']} trusted", ""
    yield "lasting losses found", f"{sum(lost.found is not None for lost in lasting):,} of {len(lasting):,}", "all"
    yield "ghosts of a year: told, and nothing was lost", counts["wrong: ghost"], "0"
    yield "differences kept silent as lag", counts["lag, kept silent"], ""
    yield "since-whens of a year that are wrong", _wrong(counts, "does not", "wider", "at_latest", "never was"), "0"


def _of_scale(one: scale.Measured) -> Iterator[tuple[str, object, str]]:
    yield f"{one.name}: observations after 365 mornings", one.rows, ""
    yield f"{one.name}: seconds to record a morning, after a day", f"{one.early:.2f}", ""
    yield f"{one.name}: seconds to record a morning, after a year", f"{one.late:.2f}", ""
    yield f"{one.name}: of that after a day", f"{one.ratio:.2f}", f"at most {MORE}"
    yield f"{one.name}: seconds to derive {one.lives:,} lives, after a year", f"{one.deriving:.1f}", ""


def causes(lost: Iterable[year.Lost]) -> str:
    """Write what became of the losses of each cause."""
    every = list(lost)
    lines = [
        "| cause | lost | put right by a later event | lasting | found | recall | days: median | 95 % | most |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for cause in year.Loss:
        mine = [one for one in every if one.cause is cause]
        lasting = [one for one in mine if one.is_lasting]
        took = sorted((one.found - one.at) / DAY for one in lasting if one.found)
        days = (median(took), quantiles(took, n=20, method="inclusive")[-1], took[-1])
        numbers = (len(mine), len(mine) - len(lasting), len(lasting), len(took))
        recall = f"{len(took) / len(lasting):.1%}".replace("%", " %")
        cells = [cause.value, *(str(number) for number in numbers), recall, *(f"{one:.1f}" for one in days)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _figures(lines: Iterable[tuple[str, object, str]]) -> str:
    written = [
        f"| {name} | {f'{value:,}' if isinstance(value, int) else value} | {gate} |" for name, value, gate in lines
    ]
    return "\n".join(["| figure | counted | gate |", "|---|---|---|", *written])


def _wrong(found: Counter[str], *words: str) -> int:
    return sum(times for name, times in found.items() if name.startswith("wrong") and any(one in name for one in words))


def stray(played: Played) -> list[str]:
    """Name everything that must not be."""
    counted = played.since + played.clocks + played.year.counts
    missed = [f"never found: {lost}" for lost in played.year.lost if lost.is_lasting and lost.found is None]
    slow = [f"{one.name}: a morning takes {one.ratio:.2f} times as long" for one in played.scale if one.ratio > MORE]
    return [*(f"{name}: {times:,}" for name, times in counted.items() if name.startswith("wrong")), *missed, *slow]


def publish(played: Played) -> None:
    """Write the figures into the page."""
    PAGE.write_text(between(PAGE.read_text("utf-8"), "ledger", block(played)), "utf-8")


def main() -> int:
    """Play everything; say what went wrong."""
    played = Played(play_since(), play_clocks(), play_year(), scale.measure_both())
    publish(played)
    wrong = stray(played)
    for one in wrong:
        sys.stderr.write(f"{one}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
