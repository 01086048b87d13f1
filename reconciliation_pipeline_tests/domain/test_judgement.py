"""Lag or real, what it costs and whose it is: every rule on both sides of its boundary."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciliation_pipeline.domain.judgement import (
    JudgementPolicy,
    MoneyLine,
    amount_at_stake,
    is_settling,
    judge,
    money_class,
    money_lines,
)
from reconciliation_pipeline.domain.ledger import identity, signature
from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, MoneyClass, Side
from reconciliation_pipeline_tests.builders import (
    HOUR,
    MICROSECOND,
    MINUTE,
    NAME,
    NOW,
    a_discrepancy,
    an_observation,
    euros,
)

POLICY = JudgementPolicy(
    settling=HOUR, default_owner="finance-ops", amount_field="mrr", owners={Kind.CRM_ONLY: "billing-desk"}
)
END_OF_PULL = NOW + 5 * MINUTE
AHEAD = 10 * MINUTE

NOBODY_KNOWS = None


def settles(crm: datetime | None = None, billing: datetime | None = None, *, window: timedelta = HOUR) -> bool:
    found = a_discrepancy(changed_at={Side.CRM: crm, Side.BILLING: billing})
    return is_settling(found, as_of=NOW, until=END_OF_PULL, window=window)


class TestLag:
    @pytest.mark.parametrize(
        ("age", "lag"),
        [
            (HOUR + MICROSECOND, False),
            (HOUR, False),
            (HOUR - MICROSECOND, True),
            (timedelta(0), True),
            (400 * 24 * HOUR, False),
        ],
    )
    def test_exactly_one_window_old_is_real_and_a_microsecond_younger_is_lag(self, age, lag):
        assert lag is settles(billing=NOW - age)

    @pytest.mark.parametrize("window", [timedelta(minutes=5), timedelta(hours=1, minutes=30), timedelta(days=3)])
    def test_the_window_is_what_the_settings_say(self, window):
        assert settles(billing=NOW - window, window=window) is False
        assert settles(billing=NOW - window + MICROSECOND, window=window) is True

    def test_the_latest_change_of_either_side_counts(self):
        assert settles(crm=NOW - 9 * HOUR, billing=NOW - MINUTE) is True
        assert settles(crm=NOW - MINUTE, billing=NOW - 9 * HOUR) is True
        assert settles(crm=NOW - 9 * HOUR, billing=NOW - 2 * HOUR) is False

    def test_one_side_that_says_when_is_enough(self):
        assert settles(crm=None, billing=NOW - MINUTE) is True
        assert settles(crm=NOW - MINUTE, billing=None) is True

    @pytest.mark.parametrize("changed_at", [{}, {Side.CRM: None}, {Side.CRM: None, Side.BILLING: None}])
    def test_a_difference_that_nobody_dates_is_not_excused(self, changed_at: Mapping[Side, datetime | None]):
        found = a_discrepancy(changed_at=changed_at)

        assert is_settling(found, as_of=NOW, until=END_OF_PULL, window=HOUR) is False

    def test_what_changed_while_the_pull_ran_is_lag(self):
        assert settles(billing=NOW + MICROSECOND) is True
        assert settles(billing=END_OF_PULL) is True

    def test_a_timestamp_more_than_ten_minutes_ahead_of_the_end_of_the_pull_excuses_nothing(self):
        assert settles(billing=END_OF_PULL + AHEAD) is True
        assert settles(billing=END_OF_PULL + AHEAD + MICROSECOND) is False

    def test_a_timestamp_from_the_future_does_not_hide_the_other_side(self):
        tomorrow = NOW + 24 * HOUR

        assert settles(crm=tomorrow, billing=NOW - MINUTE) is True
        assert settles(crm=tomorrow, billing=NOW - 2 * HOUR) is False

    def test_without_a_window_only_what_changed_while_the_pull_ran_is_lag(self):
        assert settles(billing=NOW + MICROSECOND, window=timedelta(0)) is True
        assert settles(billing=NOW, window=timedelta(0)) is False
        assert settles(billing=NOW - MICROSECOND, window=timedelta(0)) is False

    def test_the_zone_a_timestamp_is_written_in_does_not_matter(self):
        berlin = datetime.fromisoformat("2026-11-22T03:00:00+01:00")  # 02:00 UTC, one window before

        assert settles(billing=berlin) is False
        assert settles(billing=berlin + MICROSECOND) is True

    @given(
        age=some.timedeltas(min_value=timedelta(minutes=-15), max_value=timedelta(days=30)),
        window=some.timedeltas(min_value=timedelta(0), max_value=timedelta(days=7)),
    )
    def test_what_is_real_stays_real_as_it_grows_older(self, age, window):
        younger, older = settles(billing=NOW - age, window=window), settles(billing=NOW - age - MINUTE, window=window)

        assert younger or not older


class TestMoneyClass:
    @pytest.mark.parametrize(
        ("cause", "expected"),
        [
            (Cause.UNKNOWN, MoneyClass.BILLED_UNKNOWN_TO_CRM),
            (Cause.OUT_OF_SCOPE, MoneyClass.BILLED_UNKNOWN_TO_CRM),
            (Cause.CANCELLED, MoneyClass.CHARGED_AFTER_CANCELLATION),
            (Cause.ARCHIVED, MoneyClass.CHARGED_AFTER_CANCELLATION),
            (Cause.DELETED, MoneyClass.CHARGED_AFTER_CANCELLATION),
        ],
    )
    def test_a_running_subscription_is_charged_after_cancellation_or_unknown(self, cause, expected):
        assert expected is money_class(a_discrepancy(Kind.BILLING_ONLY, cause=cause), "mrr")

    @pytest.mark.parametrize("cause", Cause)
    def test_a_customer_that_billing_does_not_run_uses_unbilled(self, cause):
        assert MoneyClass.USED_UNBILLED is money_class(a_discrepancy(Kind.CRM_ONLY, cause=cause), "mrr")

    @pytest.mark.parametrize(
        ("field", "expected"), [("mrr", MoneyClass.AMOUNT_DIFFERS), ("plan", None), ("mrr_note", None)]
    )
    def test_a_conflict_moves_money_only_when_the_amount_is_among_what_differs(self, field, expected):
        found = a_discrepancy(Kind.VALUE_CONFLICT, fields=(FieldDifference(field, "1", "2"),))

        assert expected is money_class(found, "mrr")

    def test_amounts_that_agree_within_the_tolerance_are_no_matter_of_money(self):
        found = a_discrepancy(
            Kind.VALUE_CONFLICT,
            fields=(FieldDifference("plan", "basic", "pro"),),
            crm=euros("49.00"),
            billing=euros("49.01"),
        )

        assert (None, None) == (money_class(found, "mrr"), amount_at_stake(found, "mrr"))


def on_the_amount(crm: Amount, billing: Amount) -> Discrepancy:
    return a_discrepancy(Kind.VALUE_CONFLICT, fields=(FieldDifference("mrr", "1", "2"),), crm=crm, billing=billing)


class TestAmountAtStake:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [(Kind.CRM_ONLY, euros("10")), (Kind.BILLING_ONLY, euros("12")), (Kind.VALUE_CONFLICT, euros("2"))],
    )
    def test_a_one_sided_record_costs_what_it_says_and_a_conflict_the_difference(self, kind, expected):
        fields = (FieldDifference("mrr", "10", "12"),)

        assert expected == amount_at_stake(
            a_discrepancy(kind, fields=fields, crm=euros("10"), billing=euros("12")), "mrr"
        )

    def test_which_side_charges_more_does_not_change_what_is_at_stake(self):
        found = on_the_amount(crm=euros("59.00"), billing=euros("49.00"))

        assert euros("10.00") == amount_at_stake(found, "mrr")

    @pytest.mark.parametrize(
        ("kind", "crm", "billing"),
        [
            (Kind.CRM_ONLY, NOBODY_KNOWS, euros("12")),
            (Kind.BILLING_ONLY, euros("10"), NOBODY_KNOWS),
            (Kind.VALUE_CONFLICT, euros("10"), NOBODY_KNOWS),
            (Kind.VALUE_CONFLICT, NOBODY_KNOWS, euros("12")),
            (Kind.VALUE_CONFLICT, euros("10"), Amount(Decimal(12), "USD")),
        ],
    )
    def test_an_amount_nobody_knows_is_none_and_never_zero(self, kind, crm, billing):
        fields = (FieldDifference("mrr", "10", "12"),)

        assert amount_at_stake(a_discrepancy(kind, fields=fields, crm=crm, billing=billing), "mrr") is None

    def test_tenths_of_cents_are_exact(self):
        found = on_the_amount(crm=euros("0.3"), billing=euros("0.1"))

        assert euros("0.2") == amount_at_stake(found, "mrr")


def cost(name: MoneyClass, amount: Amount | None, key: str = "C-1"):
    return an_observation(key, money_class=name, amount=amount)


CENTS = some.integers(0, 10**8).map(Decimal)
UNBILLED, AFTER = MoneyClass.USED_UNBILLED, MoneyClass.CHARGED_AFTER_CANCELLATION


class TestMoneyLines:
    def test_amounts_of_one_class_and_currency_are_added_up(self):
        lines = money_lines([cost(AFTER, euros("0.10")), cost(AFTER, euros("0.20"))])

        assert (MoneyLine(AFTER, "EUR", Decimal("0.30"), 2),) == lines

    def test_currencies_are_never_added_up(self):
        lines = money_lines([cost(AFTER, euros("10")), cost(AFTER, Amount(Decimal(10), "USD"))])

        assert (MoneyLine(AFTER, "EUR", Decimal(10), 1), MoneyLine(AFTER, "USD", Decimal(10), 1)) == lines

    def test_classes_are_never_added_up(self):
        lines = money_lines([cost(UNBILLED, euros("10")), cost(AFTER, euros("10"))])

        assert [AFTER, UNBILLED] == [line.money_class for line in lines]

    def test_unknown_amounts_are_counted_apart_and_have_no_sum(self):
        lines = money_lines([cost(AFTER, NOBODY_KNOWS), cost(AFTER, euros("10")), cost(AFTER, euros("5"))])

        assert (MoneyLine(AFTER, "EUR", Decimal(15), 2), MoneyLine(AFTER, None, None, 1)) == lines

    def test_an_amount_of_zero_is_known(self):
        assert (MoneyLine(AFTER, "EUR", Decimal(0), 1),) == money_lines([cost(AFTER, euros("0"))])

    def test_what_moves_no_money_has_no_line(self):
        assert () == money_lines([an_observation(money_class=None, amount=None)])

    @given(some.lists(some.tuples(some.sampled_from(MoneyClass), some.sampled_from(["", "EUR", "USD"]), CENTS)))
    def test_every_difference_that_moves_money_is_on_exactly_one_line(self, priced):
        seen = [cost(name, Amount(cents / 100, currency) if currency else None) for name, currency, cents in priced]

        lines = money_lines(seen)

        assert len(seen) == sum(line.count for line in lines)
        assert len(lines) == len({(line.money_class, line.currency) for line in lines})
        assert sum(one.amount.value for one in seen if one.amount) == sum(line.amount or 0 for line in lines)


class TestJudge:
    def judged(self, found: Discrepancy, policy: JudgementPolicy = POLICY):
        (seen,) = judge(NAME, [found], as_of=NOW, until=END_OF_PULL, policy=policy)
        return seen

    def test_an_observation_keeps_everything_that_was_found(self):
        found = a_discrepancy(
            Kind.VALUE_CONFLICT,
            "C-7",
            fields=(FieldDifference("mrr", "49.00 EUR", "59.00 EUR"),),
            changed=NOW - MINUTE,
            crm=euros("49"),
            billing=euros("59"),
            source_ids={Side.CRM: "crm-7", Side.BILLING: "sub_7"},
            statuses={Side.CRM: "active", Side.BILLING: None},
        )

        seen = self.judged(found)

        assert (found.kind, found.key, found.cause, found.fields) == (seen.kind, seen.key, seen.cause, seen.fields)
        assert (found.source_ids, found.statuses) == (seen.source_ids, seen.statuses)
        assert found.changed_at == seen.changed_at
        assert identity(NAME, found.kind, found.key) == seen.item
        assert signature(found) == seen.signature
        assert seen.settling is True
        assert (MoneyClass.AMOUNT_DIFFERS, euros("10")) == (seen.money_class, seen.amount)

    def test_nothing_found_is_nothing_observed(self):
        assert () == judge(NAME, [], as_of=NOW, until=END_OF_PULL, policy=POLICY)

    @pytest.mark.parametrize(
        ("kind", "owner"),
        [
            (Kind.CRM_ONLY, "billing-desk"),
            (Kind.BILLING_ONLY, "finance-ops"),
            (Kind.VALUE_CONFLICT, "finance-ops"),
        ],
    )
    def test_a_kind_goes_to_its_own_owner_and_everything_else_to_the_default(self, kind, owner):
        assert owner == self.judged(a_discrepancy(kind)).owner

    @pytest.mark.parametrize("kind", Kind)
    @pytest.mark.parametrize("owners", [{}, dict.fromkeys(Kind, "")], ids=["nobody named", "empty names"])
    def test_nothing_is_ever_without_an_owner(self, kind, owners):
        assert "finance-ops" == self.judged(a_discrepancy(kind), replace(POLICY, owners=owners)).owner

    def test_yesterdays_morning_is_judged_as_it_was_then(self):
        found = a_discrepancy(changed=datetime(2025, 1, 1, 2, 30, tzinfo=UTC))
        then = datetime(2025, 1, 1, 3, 0, tzinfo=UTC)

        (seen,) = judge(NAME, [found], as_of=then, until=then, policy=POLICY)

        assert seen.settling is True


BY_MORE = JudgementPolicy(
    HOUR, "finance-ops", by_kind={Kind.CRM_ONLY: 2 * HOUR, Kind.VALUE_CONFLICT: 3 * HOUR}, by_field={"mrr": 4 * HOUR}
)
PLAN, PRICE = FieldDifference("plan", "a", "b"), FieldDifference("mrr", "1", "2")


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        (1, a_discrepancy(Kind.BILLING_ONLY)),
        (2, a_discrepancy(Kind.CRM_ONLY)),
        (3, a_discrepancy(Kind.VALUE_CONFLICT, fields=(PLAN,))),
        (4, a_discrepancy(Kind.VALUE_CONFLICT, fields=(PRICE,))),
        (3, a_discrepancy(Kind.VALUE_CONFLICT, fields=(PLAN, PRICE))),
    ],
)
def test_how_young_a_difference_may_be_is_said_by_field_by_kind_or_for_all(hours, found):
    edge = replace(found, changed_at={Side.BILLING: NOW - hours * HOUR})
    young = replace(found, changed_at={Side.BILLING: NOW - hours * HOUR + timedelta(microseconds=1)})

    assert [False, True] == [one.settling for one in judge(NAME, [edge, young], as_of=NOW, until=NOW, policy=BY_MORE)]
