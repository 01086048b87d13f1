"""What do we publish about many mornings in a row? Plays them and writes table, chart and figures.

python -m reconciliation_pipeline_tests.soak.report [MORNINGS]
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from reconciliation_pipeline_tests.faults.report import PAGE, between
from reconciliation_pipeline_tests.soak.chart import draw
from reconciliation_pipeline_tests.soak.mornings import PARTS, Measured, play

MORNINGS: Final = 400
WARM: Final = 10
"""Mornings until everything that is loaded once is loaded."""
SPAN: Final = 50
"""Mornings at either end whose medians are set side by side."""
MEMORY_MORE: Final = 1.15
"""How much more memory the last mornings may take than the first: records that are pulled, and nothing else, grow."""
FIGURES: Final = Path(__file__).with_name("published.json")
CHART: Final = PAGE.parent / "images" / "soak.svg"
_MIB: Final = 1 << 20


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Give the medians of the first mornings, once warm, and of the last ones."""
    warm = values[WARM:]
    span = min(SPAN, len(warm) // 2)
    return median(warm[:span]), median(warm[-span:])


def ratio(values: Sequence[float]) -> float:
    """Say how much more it is at the end."""
    first, last = ends(values)
    return last / first


def grown(lived: Sequence[Measured]) -> list[str]:
    """Name everything that grew beyond what the data explains."""
    data = ratio([one.pulled for one in lived])
    found = []
    if (more := ratio([one.rss for one in lived])) > MEMORY_MORE:
        found.append(f"memory: {more:.2f} times as much")
    if (more := ratio([one.busy for one in lived])) > data:
        found.append(f"computing: {more:.2f} times as long, with {data:.2f} times as many records")
    for name, values in _counted(lived).items():
        # A thread that is just ending is no growth, so what is usual is compared.
        first, last = ends(values)
        if last > first:
            found.append(f"{name}: {last:,.0f}, and {first:,.0f} at first")
    if strange := {one.outcome for one in lived} - {"clean", "drift"}:
        found.append(f"mornings that were {', '.join(sorted(strange))}")
    return found


def _counted(lived: Sequence[Measured]) -> dict[str, list[int]]:
    return {
        "open files": [one.handles for one in lived],
        "threads": [one.threads for one in lived],
        "child processes": [one.children for one in lived],
        "temporary files": [one.temporary for one in lived],
    }


def block(lived: Sequence[Measured]) -> str:
    """Write the table, and show the chart."""
    picture = f"![Memory, seconds, open files and kept bytes of {len(lived):,} mornings](images/{CHART.name})"
    minutes = sum(one.seconds for one in lived) / 60
    said = f"{len(lived):,} mornings, {minutes:,.0f} minutes."
    return "\n".join([said, "", picture, "", *_table(lived)])


def _table(lived: Sequence[Measured]) -> Iterable[str]:
    yield f"| figure | mornings {WARM + 1} to {WARM + _span(lived)}, median | last {_span(lived)}, median | gate |"
    yield "|---|---|---|---|"
    data = ratio([one.pulled for one in lived])
    yield _row("records pulled, both sides", [one.pulled for one in lived], "{:,.0f}", "")
    yield _row("differences to act on", [one.open for one in lived], "{:,.0f}", "")
    yield _row("memory in use, MiB", [one.rss / _MIB for one in lived], "{:,.0f}", f"at most {MEMORY_MORE} times")
    busy = [one.busy for one in lived]
    yield _row("seconds of computing, a morning", busy, "{:,.2f}", f"at most {data:.2f} times, as the records")
    yield _row("seconds a morning took", [one.seconds for one in lived], "{:,.2f}", "")
    for name, values in _counted(lived).items():
        yield _row(name, values, "{:,.0f}", f"at most {ends(values)[0]:,.0f}")
    yield _row("files kept", [one.files for one in lived], "{:,.0f}", "")
    for part in PARTS:
        if any(one.bytes[part] for one in lived):
            yield _row(f"kept, MiB: {part}", [one.bytes[part] / _MIB for one in lived], "{:,.1f}", "")


def _span(lived: Sequence[Measured]) -> int:
    return min(SPAN, (len(lived) - WARM) // 2)


def _row(name: str, values: Sequence[float], form: str, gate: str) -> str:
    return f"| {' | '.join([name, *(form.format(value) for value in ends(values)), gate])} |"


def spelled(lived: Sequence[Measured]) -> str:
    """Write all figures, a morning a line."""
    lines = (json.dumps(asdict(one), separators=(",", ":")) for one in lived)
    return "[\n{}\n]\n".format(",\n".join(lines))


def published() -> list[Measured]:
    """Read the figures that were published."""
    return [Measured(**one) for one in json.loads(FIGURES.read_text("utf-8"))]


def publish(lived: Sequence[Measured]) -> None:
    """Write figures, chart and table."""
    FIGURES.write_text(spelled(lived), "utf-8")
    CHART.write_text(draw(lived), "utf-8")
    PAGE.write_text(between(PAGE.read_text("utf-8"), "soak", block(lived)), "utf-8")


def main(mornings: int) -> int:
    """Live through them, publish, and say what grew."""
    lived = []
    with TemporaryDirectory(prefix="soak-") as folder:
        for one in play(Path(folder), mornings):
            lived.append(one)
            if one.number % 10 == 0:
                sys.stderr.write(f"{one.number:,} of {mornings:,}: {one.seconds:.1f} s, {one.rss / _MIB:,.0f} MiB\n")
    publish(lived)
    wrong = grown(lived)
    for what in wrong:
        sys.stderr.write(f"{what}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MORNINGS))
