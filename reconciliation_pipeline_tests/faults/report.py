"""What do we publish about faults? Plays them all and writes the figures into the page, between its marks.

python -m reconciliation_pipeline_tests.faults.report faults
python -m reconciliation_pipeline_tests.faults.report mixes
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from reconciliation_pipeline_tests.faults.catalogue import FAULTS, SECTIONS
from reconciliation_pipeline_tests.faults.judge import Verdict
from reconciliation_pipeline_tests.faults.stage import Fault
from reconciliation_pipeline_tests.faults.troupe import PLACED, Ending, play_all

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
HONEST: Final = 216
CHURN: Final = 2_000
MIXES: Final = 10_000
WHOLE_REFUSED: Final = 0.005
"""Share of complete pulls that may be refused although nothing but ordinary life happened while they were read."""

COLUMNS: Final = (Verdict.REFUSED, Verdict.RECOVERED, Verdict.PASSED, Verdict.BEYOND, Verdict.WRONG)
HEAD: Final = "| fault | corpus | placed | refused | recovered | passed | beyond proof | wrong | reasons given |"


def between(text: str, mark: str, new: str) -> str:
    """Replace what stands between two marks of a page."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    assert rest
    assert after
    return f"{before}{begin}\n\n{new}\n\n{end}{after}"


def fault_tables(endings: Iterable[Ending]) -> str:
    """Write one table a section: what came of every fault."""
    by_fault: dict[str, list[Ending]] = {fault.id: [] for fault in FAULTS}
    for ending in endings:
        by_fault[PLACED[ending.number].fault.id].append(ending)
    blocks = []
    for heading, faults in SECTIONS.items():
        lines = [f"### {heading}", "", HEAD, "|---|---|---|---|---|---|---|---|---|"]
        lines += [_row(fault, by_fault[fault.id]) for fault in faults]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _row(fault: Fault, endings: Sequence[Ending]) -> str:
    counts = Counter(ending.verdict for ending in endings)
    numbers = " | ".join(str(counts[verdict]) for verdict in COLUMNS)
    codes = ", ".join(f"`{code}`" for code in sorted({code for ending in endings for code in ending.codes}))
    name = f"**{fault.id}**. {fault.text}"
    return f"| {name} | {fault.corpus} | {len(endings)} | {numbers} | {codes} |"


def totals(endings: Sequence[Ending], honest: Sequence[Ending], churn: Sequence[Ending]) -> str:
    """Write the figures that everything comes down to."""
    counts = Counter(ending.verdict for ending in endings)
    whole = [ending for ending in churn if ending.was_whole]
    refused = [ending for ending in whole if ending.verdict is not Verdict.PASSED]
    lossy = [ending for ending in churn if not ending.was_whole]
    return _figures(
        ("faults", f"{len(FAULTS)} kinds in {len(endings):,} places", "at least 500"),
        ("wrong: a false green, a false accusation, or a refusal without a right reason", counts[Verdict.WRONG], "0"),
        ("refused, every reason given a right one", counts[Verdict.REFUSED], ""),
        ("recovered: exactly the truth, after asking again", counts[Verdict.RECOVERED], ""),
        ("passed: exactly the truth, nothing was lost", counts[Verdict.PASSED], ""),
        ("beyond proof, [as said below](#what-cannot-be-proven)", counts[Verdict.BEYOND], ""),
        ("complete pulls, nothing wrong: exactly the truth", f"{_right(honest):,} of {len(honest):,}", "all"),
        ("complete pulls, ordinary life meanwhile: refused", f"{len(refused):,} of {len(whole):,}", "at most 0.5 %"),
        ("pulls that ordinary life made lose or repeat a record: wrong", f"{_wrong(lossy)} of {len(lossy)}", "0"),
    )


def _figures(*lines: tuple[str, object, str]) -> str:
    written = [
        f"| {name} | {f'{value:,}' if isinstance(value, int) else value} | {gate} |" for name, value, gate in lines
    ]
    return "\n".join(["| figure | counted | gate |", "|---|---|---|", *written])


def _wrong(endings: Sequence[Ending]) -> int:
    return sum(ending.verdict is Verdict.WRONG for ending in endings)


def _right(endings: Sequence[Ending]) -> int:
    return sum(ending.verdict is Verdict.PASSED for ending in endings)


def exceptions() -> str:
    """Write what nothing can prove, and what still notices it."""
    return "\n".join(f"- **{fault.id}** ({fault.corpus}). {fault.beyond}" for fault in FAULTS if fault.beyond)


def mix_figures(endings: Sequence[Ending]) -> str:
    """Write what came of the mixes."""
    counts = Counter(ending.verdict for ending in endings)
    lossy = [ending for ending in endings if not ending.was_whole]
    whole = [ending for ending in endings if ending.was_whole]
    refused = sum(ending.verdict is Verdict.REFUSED for ending in whole)
    return _figures(
        ("mixes", len(endings), "10,000"),
        ("of these, records were lost, repeated or altered in", len(lossy), ""),
        ("wrong: a false green, a false accusation, or a refusal without a right reason", counts[Verdict.WRONG], "0"),
        ("refused, every reason given a right one", counts[Verdict.REFUSED], ""),
        ("exactly the truth", counts[Verdict.PASSED] + counts[Verdict.RECOVERED], ""),
        ("beyond proof", counts[Verdict.BEYOND], ""),
        ("shown in full, and refused for another fault", f"{refused:,} of {len(whole):,}", ""),
    )


def stray(endings: Iterable[Ending]) -> list[Ending]:
    """Give every ending that must not be: wrong, or beyond proof where nobody said so."""
    said = {fault.id for fault in FAULTS if fault.beyond}
    return [
        ending
        for ending in endings
        if ending.verdict is Verdict.WRONG
        or (ending.kind == "placed" and ending.verdict is Verdict.BEYOND and PLACED[ending.number].fault.id not in said)
    ]


def _play(kind: str, numbers: Sequence[int]) -> list[Ending]:
    started, endings = time.monotonic(), []
    for ending in play_all(kind, numbers):
        endings.append(ending)
        if len(endings) % 100 == 0 or len(endings) == len(numbers):
            _say(f"{kind}: {len(endings):,} of {len(numbers):,}, {time.monotonic() - started:,.0f} s")
    return endings


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _faults() -> list[Ending]:
    endings, honest, churn = (
        _play(kind, range(count)) for kind, count in (("placed", len(PLACED)), ("honest", HONEST), ("churn", CHURN))
    )
    text = PAGE.read_text("utf-8")
    text = between(text, "figures", totals(endings, honest, churn))
    text = between(text, "exceptions", exceptions())
    PAGE.write_text(between(text, "table", fault_tables(endings)), "utf-8")
    refused = [ending for ending in churn if ending.was_whole and ending.verdict is not Verdict.PASSED]
    beyond_gate = refused if len(refused) > WHOLE_REFUSED * len(churn) else []
    return [*stray([*endings, *honest, *churn]), *beyond_gate]


def _mixes(first: int, count: int) -> list[Ending]:
    endings = _play("mix", range(first, first + count))
    if (first, count) == (0, MIXES):
        PAGE.write_text(between(PAGE.read_text("utf-8"), "mixes", mix_figures(endings)), "utf-8")
    else:
        _say(mix_figures(endings))
    return stray(endings)


def main() -> int:
    """Play what was asked for; say what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["faults", "mixes"])
    parser.add_argument("--first", type=int, default=0, help="number of the first mix")
    parser.add_argument("--count", type=int, default=MIXES, help="how many mixes")
    asked = parser.parse_args()
    wrong = _faults() if asked.what == "faults" else _mixes(asked.first, asked.count)
    for ending in wrong:
        _say(f"{ending.verdict}: {ending.title}: {ending.why or ', '.join(sorted(ending.codes))}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
