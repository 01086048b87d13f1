"""What do the figures of the comparison say, as Markdown, and are the targets met?

Reads the JSON that `compare.py` wrote, and nothing else, so that a page can be held against it. Nothing is rounded in
our favour: a ratio and a memory of ours are rounded up, by how much we are ahead of others is rounded down, and
targets are held against the figures themselves.

    python benchmarks/table.py
"""

import argparse
import json
import math
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

RESULTS: Final = Path(__file__).parent / "results"
COMPARE: Final = "compare.json"
LARGE: Final = "compare-large.json"

Size = Mapping[str, Any]
Run = Mapping[str, Any]

WORDS: Final = {
    "plain/limit": "limit: bare wide join",
    "plain/limit in 2 GB": "the same join with 2 GB, as ours",
    "plain/compare": "**compare**, digests kept with the snapshots",
    "plain/compare afresh": "compare, no digests kept, answer written to a file",
    "plain/digests": "writing the digests of both sides (once, while pulling)",
    "plain/step": "the morning's step: compare, with planted records, judged",
}
WORDS_EVERY: Final = {name.replace("plain/", "every/"): words for name, words in WORDS.items()}

WRITES: Final = {
    "peer/polars": "one row a differing value",
    "peer/pandas": "one row a differing value",
    "peer/datacompy, polars": "three wide tables",
    "peer/datacompy, pandas": "three wide tables",
    "peer/fastrecon": "counts and samples",
    "peer/reladiff": "rows with + and -",
}
_VERDICTS: Final = {True: "met", False: "**missed**", None: "no answer to compare with"}
MEMORY_10M: Final = 1024
MEMORY_50M: Final = 2560
PLAIN_SHARE, EVERY_SHARE, LINEAR = 0.8, 1.2, 1.2


@dataclass(frozen=True, slots=True)
class Target:
    """One promise, and what was measured.

    Attributes:
        what: What is promised.
        bound: How much, in words.
        found: What was measured, in words; None when it was not.
        is_met: Whether the figure itself keeps to the bound; None when there is nothing to compare.
    """

    what: str
    bound: str
    found: str | None = None
    is_met: bool | None = None

    @property
    def row(self) -> str:
        """The line of the table."""
        verdict = "not measured" if self.found is None else _VERDICTS[self.is_met]
        return f"| {self.what} | {self.bound} | {self.found or ''} | {verdict} |"


def written(folder: Path) -> str:
    """Write everything that the figures in a folder say."""
    small, large = _read(folder / COMPARE), _read(folder / LARGE)
    if small is None and large is None:
        return "Not measured yet: `make bench`, `make bench-large`."
    lines = ["| what | target | measured | |", "|---|---|---|---|"]
    lines += [target.row for target in targets(small, large)]
    for result in (small, large):
        if result is None:
            continue
        lines += ["", machine(result)]
        for size in result["sizes"]:
            lines += ["", *table_of(size)]
            if any(name.startswith("peer/") for name in size["runs"]):
                lines += ["", *table_of_peers(size)]
        if len(result["sizes"]) > 1:
            lines += ["", *growth(result["sizes"])]
        lines += [f"\nLeft out: {one}." for one in result["left_out"]]
    return "\n".join(lines)


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def machine(result: Mapping[str, Any]) -> str:
    """Say on what was measured, and when."""
    one = result["machine"]
    what = f"{one['cores']} cores, {one['memory_gib']} GiB, {one['system']}, {one['python']}, DuckDB {one['duckdb']}"
    return f"Measured {result['measured']}: {what}; load before {one['load_before']:.1f}."


def targets(small: Mapping[str, Any] | None, large: Mapping[str, Any] | None) -> Iterator[Target]:
    """Hold the figures against what was promised; a size that was not measured is said."""
    million, first, ten, fifty = (
        _of(result, rows) for result, rows in ((small, 10**6), (large, 10**6), (large, 10**7), (large, 5 * 10**7))
    )
    for kind, bound, what in (
        ("plain", PLAIN_SHARE, "compare, beside the bare join"),
        ("every", EVERY_SHARE, "the same with a rule of every type"),
    ):
        for size, label in ((million, "1M"), (ten, "10M")):
            yield _share(size, kind, bound, f"{what}, {label} x {label}")
    yield from _memories(ten, MEMORY_10M, "10M x 10M, both sets of rules", "under 1 GiB")
    yield _linear(first, ten, "1M to 10M")
    yield _linear(first, fifty, "1M to 50M")
    yield from _memories(fifty, MEMORY_50M, "50M x 50M, text, numbers and money", "under 2.5 GiB")
    for peer in [name for name in (million or {"runs": {}})["runs"] if name.startswith("peer/")]:
        yield _ahead(million, peer)


def _of(result: Mapping[str, Any] | None, rows: int) -> Size | None:
    """Find a size; a target for a million says nothing about fewer."""
    return next((size for size in result["sizes"] if size["rows"] == rows), None) if result else None


def _share(size: Size | None, kind: str, bound: float, what: str) -> Target:
    target = f"at most {bound} x"
    if size is None or f"{kind}/compare" not in size["runs"]:
        return Target(what, target)
    ratios = ratios_of(size, f"{kind}/compare", f"{kind}/limit")
    return Target(what, target, f"{_up(statistics.median(ratios))} x ({_spread(ratios)})", _at_most(ratios, bound))


def _at_most(ratios: Sequence[float], bound: float) -> bool:
    return statistics.median(ratios) <= bound


def _memories(size: Size | None, bound: int, label: str, target: str) -> Iterator[Target]:
    for name, words in (("compare", "compare"), ("step", "the morning's step, with planted records and judging")):
        what = f"{label}: most memory of {words}"
        if size is None:
            yield Target(what, target)
            continue
        peak = max(peak_of(size, one) for one in (f"plain/{name}", f"every/{name}") if one in size["runs"])
        yield Target(what, target, f"{math.ceil(peak):,} MiB", peak < bound)


def _linear(small: Size | None, large: Size | None, label: str) -> Target:
    what, target = f"growth, {label}", f"time a record at most {LINEAR} x"
    if small is None or large is None:
        return Target(what, target)
    times = [median_of(size, "plain/compare") / size["rows"] for size in (small, large)]
    return Target(what, target, f"{_up(times[1] / times[0])} x", times[1] <= LINEAR * times[0])


def _ahead(size: Size | None, peer: str) -> Target:
    what, target = f"1M x 1M: ahead of {peer.removeprefix('peer/')}, no digests kept", "ahead"
    if size is None:
        return Target(what, target)
    if trouble := trouble_of(size, peer):
        return Target(what, target, trouble)
    ratios = ratios_of(size, peer, "plain/compare afresh")
    found = statistics.median(ratios)
    return Target(what, target, f"{_down(found)} x our time ({_spread(ratios)})", found > 1)


def table_of(size: Size) -> Iterator[str]:
    """Write one size: ours and the limits, by kind of rules."""
    yield f"**{size['rows']:,} x {size['rows']:,} records**, n={size['rounds']}, {_megabytes(size)}:"
    yield ""
    yield "| | seconds, median (range) | of the bare join, median (range) | peak MiB |"
    yield "|---|---:|---:|---:|"
    for title, words in (("text, numbers and money", WORDS), ("one rule of every type", WORDS_EVERY)):
        there = [name for name in words if name in size["runs"]]
        if there:
            yield f"| *{title}* | | | |"
        for name in there:
            ratios = ratios_of(size, name, f"{name.partition('/')[0]}/limit")
            share = f"{_up(statistics.median(ratios))} ({_spread(ratios)})"
            yield f"| {words[name]} | {_seconds(size, name)} | {share} | {math.ceil(peak_of(size, name)):,} |"


def _megabytes(size: Size) -> str:
    plain = [count for name, count in size["bytes"].items() if name in {"plain-crm", "plain-billing"}]
    return " and ".join(f"{count / 1e6:,.0f} MB" for count in plain)


def table_of_peers(size: Size) -> Iterator[str]:
    """Write the tools of others beside ours."""
    yield "| same files, same question | seconds, median (range) | of ours, no digests | of ours | peak MiB | writes |"
    yield "|---|---:|---:|---:|---:|---|"
    for name, writes in (("plain/compare afresh", "every difference"), ("plain/compare", "nothing: hands objects on")):
        yield _beside(size, name, WORDS[name], writes)
    for name in size["runs"]:
        if not name.startswith("peer/"):
            continue
        if trouble := trouble_of(size, name):
            yield f"| {name.removeprefix('peer/')} | {trouble} | | | | |"
            continue
        run = size["runs"][name][0]
        label = f"{name.removeprefix('peer/')} ({run['version']}, n={len(size['runs'][name])})"
        yield _beside(size, name, label, WRITES[name])
    if faster := [one.removeprefix("peer/") for one in _others(size) if _wins(size, one)]:
        yield f"\nFaster than ours without kept digests: {', '.join(faster)}."
    if smaller := [one.removeprefix("peer/") for one in _others(size) if _is_smaller(size, one)]:
        yield f"\nWith less memory than ours without kept digests: {', '.join(smaller)}."


def _beside(size: Size, name: str, label: str, writes: str) -> str:
    shares = [_median_ratio(size, name, ours) for ours in ("plain/compare afresh", "plain/compare")]
    told = " | ".join(_down(share) for share in shares)
    return f"| {label} | {_seconds(size, name)} | {told} | {math.ceil(peak_of(size, name)):,} | {writes} |"


def _others(size: Size) -> list[str]:
    return [name for name in size["runs"] if name.startswith("peer/") and not trouble_of(size, name)]


def _wins(size: Size, peer: str) -> bool:
    return _median_ratio(size, peer, "plain/compare afresh") <= 1


def _is_smaller(size: Size, peer: str) -> bool:
    return peak_of(size, peer) <= peak_of(size, "plain/compare afresh")


def growth(sizes: Sequence[Size]) -> Iterator[str]:
    """Write how the time grows with the records, in one run."""
    names = ("plain/compare", "plain/compare afresh", "plain/limit")
    yield "| records a side | " + " | ".join(f"{WORDS[name]}, s a million" for name in names) + " | peak MiB, first |"
    yield "|---:|" + "---:|" * (len(names) + 1)
    for size in sizes:
        times = " | ".join(f"{median_of(size, name) / size['rows'] * 1e6:.2f}" for name in names)
        yield f"| {size['rows']:,} | {times} | {math.ceil(peak_of(size, names[0])):,} |"


def ratios_of(size: Size, name: str, beside: str) -> list[float]:
    """Divide the times of one contestant by those of another, round by round, where both took part."""
    theirs = {run["round"]: run["seconds"] for run in size["runs"][beside]}
    return [run["seconds"] / theirs[run["round"]] for run in size["runs"][name] if run["round"] in theirs]


def _median_ratio(size: Size, name: str, beside: str) -> float:
    return statistics.median(ratios_of(size, name, beside))


def median_of(size: Size, name: str) -> float:
    """Say the median time of a contestant in seconds."""
    return statistics.median(run["seconds"] for run in size["runs"][name])


def peak_of(size: Size, name: str) -> float:
    """Say the most memory a contestant took in any round, in MiB."""
    return max(float(run["peak_mib"]) for run in size["runs"][name])


def trouble_of(size: Size, name: str) -> str | None:
    """Say what a peer did wrong, if it did in any round."""
    return next((run["trouble"] for run in size["runs"][name] if "trouble" in run), None)


def _seconds(size: Size, name: str) -> str:
    seconds = [run["seconds"] for run in size["runs"][name]]
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"


def _spread(ratios: Sequence[float]) -> str:
    return f"{_down(min(ratios))}-{_up(max(ratios))}"


def _up(value: float) -> str:
    return f"{math.ceil(round(value * 100, 6)) / 100:.2f}"


def _down(value: float) -> str:
    return f"{math.floor(round(value * 100, 6)) / 100:.2f}"


def publish(text: str, mark: str, page: Path) -> None:
    """Put figures between the markers of a page."""
    before, begins, rest = page.read_text("utf-8").partition(f"<!-- {mark} -->\n")
    _, ends, after = rest.partition(f"<!-- /{mark} -->")
    if not begins or not ends:
        sys.exit(f"{page} has no markers <!-- {mark} --> and <!-- /{mark} -->.")
    page.write_text(f"{before}{begins}{text}\n{ends}{after}", "utf-8")


def main() -> None:
    """Print what the figures say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS)
    print(written(parser.parse_args().results))


if __name__ == "__main__":
    main()
