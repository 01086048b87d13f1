"""One engine for all tests of this folder: starting one costs more than a small comparison."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from reconciliation_pipeline.compare import engine
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.records import Row
from reconciliation_pipeline_tests.compare.sides import SMALL, files

Compare = Callable[[Sequence[Row], Sequence[Row], ComparisonRules], Comparison]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compare]:
    """Compare two lists of records through real files; a cursor of its own gives each comparison a clean engine."""
    folder: Path = tmp_path_factory.mktemp("sides")
    with engine.started(SMALL) as started:

        def compared(crm: Sequence[Row], billing: Sequence[Row], by: ComparisonRules) -> Comparison:
            with started.cursor() as own:
                return engine.compare_in(own, files(folder, crm, billing, by), by)[0]

        yield compared
