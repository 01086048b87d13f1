"""What is planted, and how close to the edge does it lie?"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.judgement import AHEAD, is_settling
from reconciliation_pipeline.domain.planting import plants
from reconciliation_pipeline.domain.plants import Age, Ground, Plant, moments
from reconciliation_pipeline.domain.records import Amount, Cause, Kind, MoneyClass, Side, State
from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline.domain.variations import SMALLEST, Ends, just_beyond, variations
from reconciliation_pipeline_tests.builders import HOUR, MINUTE, NOW, a_discrepancy

PLAN = FieldRule("plan")
SEATS = FieldRule("seats", numeric=True, tolerance=Decimal("0.5"))
MRR = FieldRule("mrr", numeric=True, money=True)
STOPPED = (State.CANCELLED, State.OUT_OF_SCOPE, State.DELETED)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def a_ground(*rules: FieldRule, **changes) -> Ground:
    usual = {
        "fields": frozenset(rule.name for rule in rules),
        "currencies": {},
        "stamps": ("created_at", "updated_at"),
        "stopped": STOPPED,
        "words": ("active",),
        "folds": False,
    }
    return Ground(**{**usual, **changes})


def planned(*rules: FieldRule, amount: str | None = None, **changes) -> dict[str, Plant]:
    grounds = dict.fromkeys(Side, a_ground(*rules, **changes))
    when = moments(as_of=NOW, until=NOW + MINUTE, window=HOUR)
    return {one.name: one for one in plants(rules, amount, grounds, when, prefix="p-")}


def test_every_kind_is_planted_with_every_cause_that_the_sides_can_say():
    found = {one.forms[0].finding for one in planned(PLAN).values()} - {None}

    expected = {
        (kind, cause)
        for kind in (Kind.CRM_ONLY, Kind.BILLING_ONLY)
        for cause in (Cause.UNKNOWN, Cause.CANCELLED, Cause.OUT_OF_SCOPE, Cause.DELETED)
    }
    assert expected | {(Kind.VALUE_CONFLICT, None)} == {(one.kind, one.cause) for one in found if one}


def test_lag_and_what_is_none_are_planted_of_every_one_sided_kind():
    found = Counter((form.kind, form.settling) for one in planned().values() if (form := one.forms[0].finding))

    assert {(kind, young) for kind in (Kind.CRM_ONLY, Kind.BILLING_ONLY) for young in (True, False)} == found.keys()


def test_every_money_class_is_planted():
    found = {form.money_class for one in planned(MRR, amount="mrr").values() if (form := one.forms[0].finding)}

    assert set(MoneyClass) == found


def test_every_plant_has_a_name_and_a_key_of_its_own():
    everything = planned(PLAN, SEATS, MRR, amount="mrr", folds=True)
    keys = {name: {form.key for form in one.forms} for name, one in everything.items()}

    assert len(everything) == len({one.name for one in everything.values()})
    assert not any(keys[one] & keys[other] - {None} for one in keys for other in keys if one < other)
    assert all(key is None or key.startswith("p-") for some in keys.values() for key in some)


def test_every_plant_is_a_difference_or_agrees_in_all_its_forms():
    for one in planned(PLAN, SEATS, MRR, amount="mrr", folds=True).values():
        assert {one.is_difference} == {
            form.finding is not None or form.troubled is not None or ("format_only",) in form.buckets.values()
            for form in one.forms
        }


@pytest.mark.parametrize("rule", [PLAN, SEATS, MRR], ids=lambda rule: rule.name)
def test_each_rule_is_tried_on_either_side_of_its_edge_and_against_nothing(rule):
    found = list(variations(rule))

    conflicts = [one for one in found if one.ends is Ends.CONFLICT]

    assert {Ends.CONFLICT, Ends.EQUAL} <= {one.ends for one in found}
    assert {(True, False), (False, True)} <= {(one.crm is None, one.billing is None) for one in conflicts}
    assert not any(one.crm == one.billing for one in conflicts)


@pytest.mark.parametrize("rule", [SEATS, MRR], ids=lambda rule: rule.name)
def test_numbers_differ_by_the_smallest_step_more_than_is_tolerated(rule):
    apart: dict[bool, set[Decimal]] = {True: set(), False: set()}
    for one in variations(rule):
        if isinstance(one.crm, Decimal) and isinstance(one.billing, Decimal):
            apart[one.ends is Ends.CONFLICT].add(one.billing - one.crm)

    beyond = rule.tolerance + SMALLEST
    assert {beyond, -beyond} == apart[True]
    assert {rule.tolerance, -rule.tolerance, 0} == apart[False]


@pytest.mark.parametrize(("tolerance", "step"), [("0", "1e-10"), ("0.01", "1e-10"), ("1e5", "1e-10"), ("1e20", "1e5")])
def test_beside_a_huge_tolerance_the_step_is_one_that_numbers_still_show(tolerance, step):
    rule = FieldRule("seats", numeric=True, tolerance=Decimal(tolerance))

    assert Decimal(tolerance) + Decimal(step) == just_beyond(rule)


def test_an_amount_costs_what_the_two_sides_are_apart():
    plant = planned(MRR, amount="mrr")["mrr higher in billing by more than 0"]
    finding = plant.forms[0].finding

    assert finding is not None
    assert (MoneyClass.AMOUNT_DIFFERS, Amount(SMALLEST, "EUR")) == (finding.money_class, finding.amount)


def test_two_fixed_currencies_never_agree():
    grounds = {
        Side.CRM: a_ground(MRR, currencies={"mrr": "EUR"}),
        Side.BILLING: a_ground(MRR, currencies={"mrr": "USD"}),
    }
    when = moments(as_of=NOW, until=NOW, window=HOUR)
    found = {one.name: one for one in plants([MRR], "mrr", grounds, when, prefix="p-")}

    assert "mrr the same" not in found
    assert found["mrr in another currency"].is_difference


def test_an_amount_in_the_settings_of_one_side_is_planted_in_its_currency_on_both():
    grounds = {Side.CRM: a_ground(MRR), Side.BILLING: a_ground(MRR, currencies={"mrr": "CHF"})}
    when = moments(as_of=NOW, until=NOW, window=HOUR)
    found = {one.name: one for one in plants([MRR], "mrr", grounds, when, prefix="p-")}

    same = found["mrr the same"].forms[0].wishes
    assert ["CHF", "CHF"] == [same[side][0].currencies["mrr"] for side in Side]
    other = found["mrr in another currency"].forms
    assert [("EUR", "CHF")] == [tuple(form.wishes[side][0].currencies["mrr"] for side in Side) for form in other[:1]]


def test_where_a_record_cannot_lack_its_key_none_does():
    assert not any("without a key" in name for name in planned(PLAN, key_is_id=True))
    assert not any("of one customer" in name for name in planned(PLAN, key_is_id=True, folds=True))


def settles(age: Age, *, window: timedelta = HOUR, as_of: datetime = NOW, until: datetime = NOW) -> bool:
    when = moments(as_of=as_of, until=until, window=window)
    found = a_discrepancy(changed=when[age])
    return is_settling(found, as_of=as_of, until=until, window=window)


@pytest.mark.parametrize("microsecond", [0, 1, 500_000, 999_999])
@pytest.mark.parametrize("window", [timedelta(), timedelta(seconds=1), HOUR, timedelta(days=60_000)])
def test_only_the_young_settle_whatever_the_window(microsecond, window):
    as_of = NOW.replace(microsecond=microsecond)

    assert [Age.YOUNG] == [age for age in Age if settles(age, window=window, as_of=as_of, until=as_of + MINUTE)]


def test_the_instants_lie_within_a_second_of_the_edge():
    when = moments(as_of=NOW, until=NOW + MINUTE, window=HOUR)

    assert NOW - HOUR == when.old
    assert NOW - HOUR + timedelta(seconds=1) == when.young
    assert NOW + MINUTE + AHEAD + timedelta(seconds=1) == when.ahead
    assert all(moment.microsecond == 0 for age in Age if (moment := when[age]) is not None)


def test_where_nothing_is_old_enough_the_old_do_not_say_when_they_changed():
    when = moments(as_of=NOW, until=NOW, window=NOW - EPOCH + timedelta(seconds=1))

    assert (None, None) == (when.old, when.older)
    assert when.young > EPOCH


def test_what_lies_beyond_the_times_that_a_system_can_name_is_not_planted():
    late = datetime(2199, 12, 31, 23, 59, tzinfo=UTC)

    assert moments(as_of=late, until=late, window=HOUR).ahead is None
