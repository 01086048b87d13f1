"""A judgement that is broken: does something planted say so, by its name?"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.judgement import AHEAD, JudgementPolicy, judge
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Discrepancy, Kind, MoneyClass, Side
from reconciliation_pipeline.steps.plant import Judge
from reconciliation_pipeline_tests.builders import HOUR, euros
from reconciliation_pipeline_tests.planting.bench import AS_OF, UNTIL, judge_of, missed
from reconciliation_pipeline_tests.planting.pairs import DEMO

ALONE = "active in billing alone"
SECOND = timedelta(seconds=1)


def afterwards(change: Callable[[Observation], Observation]) -> Judge:
    """Judge as the settings say, and change what came of it."""
    return lambda found: tuple(change(one) for one in judge_of(DEMO)(found))


def before(change: Callable[[Discrepancy], Discrepancy]) -> Judge:
    """Judge something other than what was found."""
    return lambda found: judge_of(DEMO)([change(one) for one in found])


def with_window(window: timedelta, *, late: timedelta = timedelta()) -> Judge:
    """Judge by another window, or at another instant."""

    def judged(found: Iterable[Discrepancy]) -> tuple[Observation, ...]:
        policy = JudgementPolicy(window, "ops", "mrr")
        return judge("pair", found, as_of=AS_OF + late, until=UNTIL + late, policy=policy)

    return judged


def seen_from(side: Side) -> Judge:
    return before(lambda one: replace(one, changed_at={side: one.changed_at.get(side)}))


JUDGES = {
    "nothing settles": (afterwards(lambda one: replace(one, settling=False)), f"{ALONE}, its created_at just now"),
    "all settles": (afterwards(lambda one: replace(one, settling=True)), "active in billing, unknown to the CRM"),
    "without a time all settles": (
        afterwards(lambda one: replace(one, settling=one.settling or not any(one.changed_at.values()))),
        f"{ALONE}, without a time",
    ),
    "a window a second too long": (with_window(HOUR + SECOND), "active in billing, unknown to the CRM"),
    "a window a second too short": (with_window(HOUR - SECOND), f"{ALONE}, its updated_at just now"),
    "a clock two seconds fast": (with_window(HOUR, late=2 * SECOND), f"{ALONE}, its updated_at just now"),
    "a clock a second slow": (with_window(HOUR, late=-SECOND), "active in billing, unknown to the CRM"),
    "the future is believed": (with_window(HOUR, late=AHEAD), f"{ALONE}, changed in the future"),
    "only the CRM's times count": (seen_from(Side.CRM), "changed just now in billing"),
    "only billing's times count": (seen_from(Side.BILLING), "changed just now in the CRM"),
    "a cancellation is no charge": (
        afterwards(lambda one: replace(one, money_class=one.money_class and MoneyClass.USED_UNBILLED)),
        "active in billing, cancelled in the CRM",
    ),
    "no class": (afterwards(lambda one: replace(one, money_class=None)), "mrr empty in billing"),
    "a class without money": (
        afterwards(lambda one: replace(one, money_class=MoneyClass.AMOUNT_DIFFERS)),
        "plan with another text",
    ),
    "the other side's amount": (
        before(lambda one: replace(one, amounts={side.other: amount for side, amount in one.amounts.items()})),
        "active in the CRM, unknown to billing",
    ),
    "no difference between amounts": (
        afterwards(lambda one: replace(one, amount=euros("0.01") if one.kind is Kind.VALUE_CONFLICT else one.amount)),
        "mrr higher in billing by more than 0.01",
    ),
    "nothing is judged": (lambda _: (), "active in the CRM, unknown to billing"),
    "one is judged twice": (lambda found: judge_of(DEMO)(found) * 2, "a planted key"),
    "one is left out": (lambda found: judge_of(DEMO)(list(found)[1:]), ""),
}


@pytest.mark.parametrize(("judge", "noticed"), JUDGES.values(), ids=JUDGES)
def test_a_wrong_judgement_is_noticed(bench, judge, noticed):
    found = missed(bench.plant(DEMO, judge=judge))

    assert [name for name in found if noticed in name], found


def test_the_judgement_of_the_settings_is_right(bench):
    assert {} == missed(bench.plant(DEMO, judge=with_window(HOUR)))
