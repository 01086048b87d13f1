"""Is what is measured the year that it is said to be? Fourteen small mornings; `make ledger` takes 365 large ones."""

from reconciliation_pipeline_tests.ledger.scale import FIRST, FRESH, PAIR, measure, observed


def test_a_morning_that_was_copied_holds_what_a_recorded_one_would(store):
    measured = measure("either", store, days=14, many=50)

    assert [observed(day, 50) for day in range(14)] == list(store.ledger.observations(PAIR).values())
    assert (50 + 13 * FRESH, 14 * 50) == (measured.lives, measured.rows)
    assert FIRST == store.ledger.mornings(PAIR)[0]
    assert min(measured.early, measured.late, measured.deriving) > 0
