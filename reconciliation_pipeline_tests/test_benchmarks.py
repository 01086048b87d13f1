"""Does the benchmark of the pull still run, and say what it promises? Nothing here is about how fast."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIGURES = {
    *("records", "records_per_second", "slowest", "fastest", "ratio"),
    *("cpu_us_per_record", "cpu_ratio", "peak_mib"),
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run it over so few records that it takes seconds, and publish into a page of its own."""
    folder = tmp_path_factory.mktemp("bench")
    page = folder / "page.md"
    page.write_text("before\n<!-- bench-pull -->\nold\n<!-- /bench-pull -->\nafter\n")
    small = ["--records", "2000", "--page-size", "500", "--rounds", "1", "--dlt-records", "0"]
    command = [sys.executable, "benchmarks/pull.py", *small, "--out", str(folder), "--publish", str(page)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == run.returncode, run.stderr
    return json.loads((folder / "pull.json").read_text()), page.read_text()


def test_every_walk_saw_every_record_and_has_every_figure(ran):
    walks = ran[0]["walks"]

    assert ["ceiling", "bare", "bare + Parquet", "ours", "ours, both sides"] == list(walks)
    assert {2000} == {figures["records"] for name, figures in walks.items() if name != "ours, both sides"}
    assert 4000 == walks["ours, both sides"]["records"]
    assert all(set(figures) == FIGURES for figures in walks.values())
    assert 1 == walks["bare"]["ratio"] == walks["bare"]["cpu_ratio"]


def test_the_pace_is_told_by_the_server_that_keeps_the_limit(ran):
    pace = ran[0]["pace"]

    assert [4, 4] == [pace[runs]["came"] for runs in ("alone", "shared")]
    assert [0, 0] == [pace[runs]["refused"] for runs in ("alone", "shared")]
    assert {"requests_per_second", "share", "most_in_a_second", "cores"} <= set(pace["alone"])


def test_the_figures_stand_between_the_markers_and_nothing_else_is_touched(ran):
    before, rest = ran[1].split("<!-- bench-pull -->\n")
    table, after = rest.split("<!-- /bench-pull -->\n")

    assert ("before\n", "after\n") == (before, after)
    assert "old" not in table
    assert "| **our pull**, one side |" in table


def test_the_published_page_has_a_place_for_the_figures():
    page = (ROOT / "docs/performance.md").read_text("utf-8")

    assert 1 == page.count("<!-- bench-pull -->\n") == page.count("<!-- /bench-pull -->\n")
