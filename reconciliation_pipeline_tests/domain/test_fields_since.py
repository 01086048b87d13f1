"""Since when does each field of a difference differ?"""

from reconciliation_pipeline.domain.fields_since import Since, fields_since
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import Life, lives
from reconciliation_pipeline_tests.builders import morning
from reconciliation_pipeline_tests.reporting.builders import conflict, seen

PLAN, PRICE = ("plan", "basic", "pro"), ("mrr", "10 EUR", "20 EUR")


def since(days: dict[int, Observation | None]) -> dict[str, Since]:
    there = {morning(day): one for day, one in days.items() if one}
    (life,) = lives([morning(day) for day in days], {day: [one] for day, one in there.items()})
    return fields_since(life, there)


def test_a_field_that_joins_later_began_later():
    found = since({1: None, 2: conflict("C-1", PLAN), 3: conflict("C-1", PLAN, PRICE), 4: conflict("C-1", PLAN, PRICE)})

    assert {"plan": Since(morning(1), morning(2)), "mrr": Since(morning(2), morning(3))} == found


def test_a_field_that_agreed_in_between_began_anew():
    found = since({1: conflict("C-1", PLAN, PRICE), 2: conflict("C-1", PLAN), 3: conflict("C-1", PLAN, PRICE)})

    assert {"plan": Since(None, morning(1)), "mrr": Since(morning(2), morning(3))} == found


def test_what_is_there_without_a_break_began_with_the_difference():
    assert {"plan": Since(morning(1), morning(2))} == since(
        {1: None, 2: conflict("C-1", PLAN), 3: conflict("C-1", PLAN)}
    )


def test_a_difference_that_came_back_began_with_its_return():
    found = since({1: conflict("C-1", PLAN), 2: None, 3: conflict("C-1", PLAN)})

    assert {"plan": Since(morning(2), morning(3))} == found


def test_a_record_that_runs_on_one_side_only_differs_in_no_field():
    assert {} == since({1: seen("C-1")})


def test_the_last_morning_of_what_is_gone_is_asked():
    life: Life
    (life,) = lives([morning(1), morning(2)], {morning(1): [conflict("C-1", PLAN)]})

    assert {"plan": Since(None, morning(1))} == fields_since(life, {morning(1): conflict("C-1", PLAN)})
