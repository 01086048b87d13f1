"""What is open on each morning, from what was observed."""

from reconciliation_pipeline.steps.describe import opened
from reconciliation_pipeline_tests.builders import an_observation, morning

A, B = an_observation("C-1"), an_observation("C-2", settling=True)


def test_lag_is_left_out_and_a_morning_with_nothing_open_is_there():
    seen = {morning(1): [], morning(2): [B], morning(3): [A, B]}

    assert [(morning(1), frozenset()), (morning(2), frozenset()), (morning(3), frozenset({A.item}))] == list(
        opened(seen).items()
    )
