"""Does the simulation of spikes judge as the page says, and do chances come true as often as they claim?"""

import importlib.util
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reconciliation_pipeline.domain.surprise import PRIOR_DAYS, PRIOR_EVENTS, Past, chance, least
from reconciliation_pipeline_tests.docs import pages

ROOT = Path(__file__).parent.parent


def the_benchmark() -> Any:
    """Import the script, which is no module of a package."""
    found = importlib.util.spec_from_file_location("benchmark_of_spikes", ROOT / "benchmarks/spikes.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


spikes = the_benchmark()
KEPT = json.loads((ROOT / "benchmarks/results/spikes.json").read_text("utf-8"))
MORNINGS = 800


@pytest.mark.parametrize("alpha", [0.02, 0.1])
def test_of_worlds_drawn_from_the_prior_as_many_mornings_are_flagged_as_the_tail_says(alpha):
    draw = np.random.default_rng(spikes.SEED)
    expected = found = 0.0
    for _ in range(MORNINGS):
        rate, days = draw.gamma(PRIOR_EVENTS, 1 / PRIOR_DAYS), int(draw.integers(0, 60))
        past = Past(int(draw.poisson(rate * days)), float(days))
        bar = least(past, 1, alpha, most=10_000, at_least=1)
        expected += chance(bar, past, 1)
        found += int(draw.poisson(rate)) >= bar

    assert expected == pytest.approx(found, abs=4 * math.sqrt(expected))
    assert expected <= alpha * MORNINGS


def test_a_year_is_drawn_alike_from_the_same_seed_and_every_rule_takes_part():
    scene = spikes.SCENES[1]
    one, other = (spikes.quiet_years(scene, 1, 7) for _ in range(2))

    assert one == other
    assert {*spikes.RULES, spikes.TOLD} == set(one["a_year"])


def test_the_page_says_what_was_measured():
    begin, end = "<!-- spikes -->", "<!-- end of spikes -->"
    page = pages.text_of("docs/reliability.md")

    assert spikes.written(KEPT) == page[page.index(begin) + len(begin) : page.index(end)].strip()


def scene(name: str) -> dict[str, float]:
    return next(one["a_year"] for one in KEPT["scenes"] if one["scene"] == name)


def test_the_alarm_keeps_to_its_gates():
    steady = [one["a_year"][spikes.TOLD] for one in KEPT["scenes"] if "clumps" not in one["scene"]]
    half = next(one["exact"] for one in KEPT["scenes"] if one["scene"] == "0.5 a day")

    assert max(steady) <= 1.5
    assert scene("0.5 a day in clumps (variance twice the mean)")[spikes.TOLD] <= 4
    assert half["alarm, as shipped"]["5"] >= 0.9
    assert half["notice"]["4"] >= 0.95
    assert all(one["days"]["alarm, as shipped"]["median"] <= 7 for one in KEPT["delays"])


def test_a_quiet_pair_hears_less_of_nothing_than_from_the_others():
    for one in KEPT["scenes"]:
        assert one["a_year"][spikes.TOLD] < one["a_year"]["z-score 3, 28 mornings"], one["scene"]
