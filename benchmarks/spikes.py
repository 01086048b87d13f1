"""How often does the alarm of spikes ring for nothing, and how late where something broke?

Years of mornings are drawn by chance, with seeds, and judged by the code that judges real ones (`domain/spikes.py`),
beside two rules that many use: a z-score of three deviations over 28 mornings, and a fixed three. Measured are
false alarms a year, the share of mornings with exactly 3, 4 and 5 new ones that are flagged, and the days from a rise
of the mean to the first flag; then where arrivals come in clumps, mornings are skipped, or only working days bring any.

    python benchmarks/spikes.py --publish docs/reliability.md
    python benchmarks/spikes.py --years 20
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.domain.spikes import FARTHEST, Bars, Level, Series, appraise, judge
from reconciliation_pipeline.domain.usual import days_before

RESULTS: Final = Path(__file__).parent / "results" / "spikes.json"
MARK: Final = "spikes"
SEED: Final = 20_261_122
YEARS: Final = 100
WARM: Final = FARTHEST + 1
"""Mornings drawn before the first that is measured, so that every rule has all the past it wants."""
YEAR: Final = 365
PATIENCE: Final = 60
"""Days after a rise within which a rule has to flag; slower ones count as this."""
START: Final = date(2026, 1, 5)
DAY: Final = timedelta(days=1)
SERIES: Final = Series(Kind.BILLING_ONLY)
EXACT: Final = (3, 4, 5)

Draw = Callable[[np.random.Generator, date], int]


@dataclass
class History:
    """Mornings that were lived through, the inventory first.

    Attributes:
        mornings: Trusted ones, oldest first.
        counts: How many were new on each; 0 for the inventory.
        told: Mornings on which our alarm was told.
    """

    mornings: list[date] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    told: set[date] = field(default_factory=set)

    def add(self, morning: date, count: int) -> None:
        """Live through a morning; what no rule looks back to is forgotten."""
        self.mornings, self.counts = [*self.mornings[-WARM:], morning], [*self.counts[-WARM:], count]

    def with_last(self, count: int) -> "History":
        """Give the same with another number on the last morning."""
        return History(self.mornings, [*self.counts[:-1], count], self.told)


def level(past: History, many: int = 1) -> Level:
    """Ask our judgement of one series, with the bars of so many."""
    mornings, days = past.mornings[1:], days_before(past.mornings)
    return appraise(SERIES, mornings, past.counts[1:], days, Bars(many)).level


def rings(past: History) -> bool:
    """Ask whether the alarm is told, as shipped: three kinds, one alarm an episode."""
    counts = dict(zip(past.mornings, past.counts, strict=True))
    found = judge(past.mornings, {SERIES: counts}, told=past.told)
    if found is None or not found.ringing:
        return False
    past.told.add(past.mornings[-1])
    return True


def z_score(past: History) -> bool:
    """Flag what is more than three deviations above the mean of the 28 mornings before."""
    before = past.counts[-29:-1]
    return past.counts[-1] > statistics.fmean(before) + 3 * statistics.pstdev(before)


RULES: Final[dict[str, Callable[[History], bool]]] = {
    "notice": lambda past: level(past) >= Level.NOTICE,
    "alarm, one series": lambda past: level(past) >= Level.ALARM,
    "alarm, as shipped": lambda past: level(past, many=len(Kind)) >= Level.ALARM,
    "z-score 3, 28 mornings": z_score,
    "fixed, 3 or more": lambda past: past.counts[-1] >= 3,  # noqa: PLR2004 - its name
}
"""Whether the last morning is flagged, by name of the rule."""
TOLD: Final = "messages of the alarm, as shipped"


def steady(norm: float) -> Draw:
    """Draw independent arrivals."""
    return lambda chance, _: int(chance.poisson(norm))


def clumped(norm: float) -> Draw:
    """Draw arrivals whose variance is twice their mean."""
    return lambda chance, _: int(chance.negative_binomial(norm, 0.5))


def weekdays(norm: float) -> Draw:
    """Draw arrivals on working days only; a morning speaks of the day before it."""
    return lambda chance, morning: int(chance.poisson(norm)) if (morning - DAY).weekday() < 5 else 0  # noqa: PLR2004


@dataclass(frozen=True)
class Scene:
    """A world without a fault.

    Attributes:
        name: What it is like.
        draw: Draws how many arrive on a day.
        skipped: The share of mornings that nobody trusts; what arrives is seen on the next.
    """

    name: str
    draw: Draw
    skipped: float = 0.0


SCENES: Final = (
    Scene("0.1 a day", steady(0.1)),
    Scene("0.5 a day", steady(0.5)),
    Scene("1 a day", steady(1)),
    Scene("2 a day", steady(2)),
    Scene("5 a day", steady(5)),
    Scene("0.5 a day in clumps (variance twice the mean)", clumped(0.5)),
    Scene("2 a day, every tenth morning skipped", steady(2), skipped=0.1),
    Scene("0.7 a working day, none on weekends", weekdays(0.7)),
)


def live(scene: Scene, chance: np.random.Generator, first: date = START) -> Iterator[History]:
    """Live through trusted mornings, day by day without end; the inventory is not given."""
    past, waiting, morning = History([first], [0]), 0, first
    while True:
        morning += DAY
        waiting += scene.draw(chance, morning)
        if chance.random() >= scene.skipped:
            past.add(morning, waiting)
            waiting = 0
            yield past


def quiet_years(scene: Scene, years: int, seed: int) -> dict[str, Any]:
    """Count what is flagged although nothing is wrong, and what would be if exactly so many were new."""
    chance = np.random.default_rng([SEED, seed])
    flagged = dict.fromkeys([*RULES, TOLD], 0)
    exact = {name: dict.fromkeys(EXACT, 0) for name in RULES}
    tried = 0
    for year in range(years):
        mornings = live(scene, chance, START + year % 7 * DAY)
        past = next(mornings)
        while len(past.mornings) < WARM:
            past = next(mornings)
        end = past.mornings[-1] + YEAR * DAY
        while (past := next(mornings)).mornings[-1] <= end:
            for name, rule in RULES.items():
                flagged[name] += rule(past)
            flagged[TOLD] += rings(past)
            if past.mornings[-1].toordinal() % 11 == 0:
                tried += 1
                for count in EXACT:
                    for name, rule in RULES.items():
                        exact[name][count] += rule(past.with_last(count))
    return {
        "scene": scene.name,
        "a_year": {name: round(many / years, 2) for name, many in flagged.items()},
        "exact": {name: {str(one): round(many / tried, 3) for one, many in of.items()} for name, of in exact.items()},
    }


def delays(norm: float, rise: float, runs: int, seed: int) -> dict[str, Any]:
    """Count the days from a rise of the mean to the first flag."""
    chance = np.random.default_rng([SEED, seed])
    found: dict[str, list[int]] = {name: [] for name in RULES}
    for _ in range(runs):
        mornings = live(Scene("", steady(norm)), chance)
        past = next(mornings)
        while len(past.mornings) < WARM:
            past = next(mornings)
        open_yet = set(RULES)
        for day in range(1, PATIENCE + 1):
            past.add(past.mornings[-1] + DAY, int(chance.poisson(norm + rise)))
            for name in [name for name in open_yet if RULES[name](past)]:
                found[name].append(day)
                open_yet.discard(name)
            if not open_yet:
                break
        for name in open_yet:
            found[name].append(PATIENCE)
    return {
        "norm": norm,
        "rise": rise,
        "days": {name: _spread(sorted(many)) for name, many in found.items()},
    }


def _spread(days: Sequence[int]) -> dict[str, int]:
    return {"median": days[len(days) // 2], "nine_in_ten": days[len(days) * 9 // 10]}


def measure(years: int) -> dict[str, Any]:
    """Measure everything."""
    scenes = []
    for number, scene in enumerate(SCENES):
        sys.stderr.write(f"{scene.name}\n")
        scenes.append(quiet_years(scene, years, number))
    rises = [delays(0.5, rise, 5 * years, 100 + number) for number, rise in enumerate((1.5, 2.5))]
    return {"seed": SEED, "years": years, "scenes": scenes, "delays": rises}


def written(result: dict[str, Any]) -> str:
    """Write the tables."""
    names = list(RULES)
    half = next(one for one in result["scenes"] if one["scene"] == SCENES[1].name)
    columns, years = [*names, TOLD], result["years"]
    lines = [
        f"Drawn: {years:,} years of each world, {5 * years:,} rises of each size, seed {result['seed']}.",
        "",
        f"| flagged a year, nothing being wrong | {' | '.join(columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for one in result["scenes"]:
        numbers = [f"{one['a_year'][name]:.1f}" for name in columns]
        lines += [f"| {' | '.join([one['scene'], *numbers])} |"]
    lines += ["", f"| at 0.5 a day | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for count in EXACT:
        shares = (f"{half['exact'][name][str(count)]:.2f}" for name in names)
        lines.append(f"| share of mornings with {count} new that are flagged | {' | '.join(shares)} |")
    for one in result["delays"]:
        days = (f"{of['median']} ({of['nine_in_ten']})" for of in (one["days"][name] for name in names))
        lines.append(f"| days until a rise by {one['rise']} a day is flagged: median (90 %) | {' | '.join(days)} |")
    return "\n".join(lines).replace(f"({PATIENCE})", f"({PATIENCE} or more)")


def between(page: str, mark: str, text: str) -> str:
    """Put text between the markers of a page."""
    begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    before, begins, rest = page.partition(begin)
    _, ends, after = rest.partition(end)
    if not begins or not ends:
        sys.exit(f"The page has no markers {begin.strip()} and {end}.")
    return f"{before}{begin}\n{text}\n\n{end}{after}"


def main() -> None:
    """Measure, keep the figures, and publish them where that is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=YEARS, help="years of each world")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the figures are kept, as JSON")
    parser.add_argument("--publish", type=Path, help="a page with markers, into which the tables are written")
    asked = parser.parse_args()
    result = measure(asked.years)
    asked.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(written(result))
    if asked.publish:
        asked.publish.write_text(between(asked.publish.read_text("utf-8"), MARK, written(result)), "utf-8")


if __name__ == "__main__":
    main()
