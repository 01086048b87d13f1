"""Does the benchmark of the comparison find what was planted, and does the page say what was measured?

Nothing here is about how fast.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/performance.md"
RESULTS = ROOT / "benchmarks/results"


def script(name, *arguments):
    """Run a script of the benchmarks and give what it printed."""
    command = [sys.executable, f"benchmarks/{name}", *map(str, arguments)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == run.returncode, run.stderr
    return run.stdout


def between(mark, page):
    _, begins, rest = page.partition(f"<!-- {mark} -->\n")
    figures, ends, _ = rest.partition(f"<!-- /{mark} -->")
    assert begins
    assert ends
    return figures


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run ours and the limit over so few records that it takes seconds, and publish into a page of its own."""
    folder = tmp_path_factory.mktemp("bench")
    page = folder / "page.md"
    page.write_text("before\n<!-- bench-compare -->\nold\n<!-- /bench-compare -->\nafter\n")
    script("compare.py", "--rows", "5000", "--rounds", "1", "--no-peers", "--out", folder, "--publish", page)
    return json.loads((folder / "compare.json").read_text()), page.read_text()


@pytest.mark.slow
def test_every_contestant_found_what_was_planted_under_both_sets_of_rules(ran):
    (size,) = ran[0]["sizes"]
    found = {name: [run["found"] for run in runs] for name, runs in size["runs"].items()}

    planted = {"crm_only": 25, "billing_only": 25, "value_conflict": 49, "others": 0, "broken_laws": 0}
    for kind in ("plain", "every"):
        assert [planted] == found[f"{kind}/compare"] == found[f"{kind}/compare afresh"]
        assert [{**planted, "unproven": 0, "unjudged": 0}] == found[f"{kind}/step"]
        assert [{"joined": 5025}] == found[f"{kind}/limit"]
    assert {"crm_only": 25, "billing_only": 25, "value_conflict": 49} == size["truth"]


@pytest.mark.slow
def test_the_figures_stand_between_the_markers_and_a_small_run_meets_no_target_of_a_large_one(ran):
    figures = between("bench-compare", ran[1])

    assert ("before\n", "\nafter\n") == (ran[1].split("<!--")[0], ran[1].split("-->")[-1])
    assert "old" not in figures
    assert "| compare, beside the bare join, 1M x 1M | at most 0.8 x |  | not measured |" in figures


@pytest.mark.parametrize(
    ("mark", "told"),
    [("bench-compare", ("table.py", "--results")), ("bench-morning", ("morning.py", "--show"))],
)
def test_the_page_says_what_the_committed_figures_say(mark, told):
    assert script(*told, RESULTS) == between(mark, PAGE.read_text("utf-8"))


def figures(tmp_path, compare=0.8, every=1.2, afresh=1.0, **peers):
    """Write figures of a million records whose bare join takes a second, and read the table of them."""
    seconds = {"plain/limit": 1, "plain/compare": compare, "every/limit": 1, "every/compare": every}
    runs = {
        name: [{"round": 0, "seconds": took, "peak_mib": 100.0}]
        for name, took in {**seconds, "plain/compare afresh": afresh}.items()
    }
    for name, run in peers.items():
        runs[f"peer/{name}"] = [{"round": 0, "peak_mib": 100.0, "version": f"{name} 1", **run}]
    size = {"rows": 1_000_000, "rounds": 1, "bytes": {"plain-crm": 2, "plain-billing": 1}, "truth": {}, "runs": runs}
    machine = {"cores": 2, "memory_gib": 24, "system": "Linux", "python": "3", "duckdb": "2", "load_before": 0}
    result = {"measured": "2026-11-22", "machine": machine, "sizes": [size], "left_out": ["dlt: gone"]}
    (tmp_path / "compare.json").write_text(json.dumps(result))
    return script("table.py", "--results", tmp_path).splitlines()


def test_a_target_is_met_at_its_bound(tmp_path):
    told = figures(tmp_path, compare=0.8, every=1.2)

    assert "| compare, beside the bare join, 1M x 1M | at most 0.8 x | 0.80 x (0.80-0.80) | met |" in told
    assert "| the same with a rule of every type, 1M x 1M | at most 1.2 x | 1.20 x (1.20-1.20) | met |" in told
    assert "Left out: dlt: gone." in told


def test_a_target_is_missed_by_less_than_is_shown_and_rounding_never_hides_it(tmp_path):
    told = figures(tmp_path, compare=0.8001)

    assert "| compare, beside the bare join, 1M x 1M | at most 0.8 x | 0.81 x (0.80-0.81) | **missed** |" in told


def test_who_wins_against_us_is_said(tmp_path):
    told = figures(tmp_path, polars={"seconds": 0.999}, pandas={"seconds": 1.019})

    assert "| 1M x 1M: ahead of polars, no digests kept | ahead | 0.99 x our time (0.99-1.00) | **missed** |" in told
    assert "| 1M x 1M: ahead of pandas, no digests kept | ahead | 1.01 x our time (1.01-1.02) | met |" in told
    assert "Faster than ours without kept digests: polars." in told


def test_a_peer_that_is_wrong_or_fails_is_neither_beaten_nor_given_a_time(tmp_path):
    told = figures(tmp_path, polars={"seconds": 0.5, "trouble": "wrong: found {} instead of {}"})

    said = "wrong: found {} instead of {}"
    assert f"| 1M x 1M: ahead of polars, no digests kept | ahead | {said} | no answer to compare with |" in told
    assert f"| polars | {said} | | | | |" in told
