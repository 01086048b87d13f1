"""One engine for all tests of this folder: starting one costs more than a small comparison."""

from collections.abc import Iterator
from itertools import count

import pytest

from reconciliation_pipeline.compare import engine
from reconciliation_pipeline_tests.compare.sides import SMALL
from reconciliation_pipeline_tests.planting.bench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Plant into comparisons; a cursor of its own gives each a clean engine."""
    with engine.started(SMALL) as started:
        yield Bench(started, tmp_path_factory.mktemp("sides"), count())
