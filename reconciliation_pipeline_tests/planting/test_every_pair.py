"""Whatever two systems are like: is everything that can be planted between them found, and nothing else?"""

import pytest

from reconciliation_pipeline_tests.planting.bench import of
from reconciliation_pipeline_tests.planting.pairs import ALIKE, PAIRS


@pytest.mark.parametrize("name", PAIRS)
def test_everything_planted_is_found(bench, name):
    planted = of(bench.plant(PAIRS[name]))

    assert () == planted.missed
    assert planted.of == planted.found
    assert planted.of >= 8


@pytest.mark.parametrize("name", ALIKE)
def test_what_cannot_be_told_apart_is_no_accusation(bench, name):
    planted = of(bench.plant(ALIKE[name]))

    assert () == planted.missed
    assert planted.of >= 5
