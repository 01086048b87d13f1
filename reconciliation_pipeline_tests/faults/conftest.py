"""Where faults are put on."""

from collections.abc import Iterator

import pytest

from reconciliation_pipeline_tests.faults.play import Theatre


@pytest.fixture(scope="session")
def theatre() -> Iterator[Theatre]:
    """Two servers and a store, one for each process of the test run."""
    with Theatre() as opened:
        yield opened
