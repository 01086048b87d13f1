"""What a morning came to: the totals add up, and scripts get the fields they were promised."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.comparison import Planted, Tally
from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.ledger import Movement, Observation
from reconciliation_pipeline.domain.records import Amount, Cause, Kind, MoneyClass, Outcome, Reason, Side
from reconciliation_pipeline.domain.result import DifferenceCounts, Group, MorningResult, conclude, symbol, to_json
from reconciliation_pipeline_tests.builders import (
    MORNING,
    NOW,
    REASON_CODES,
    a_baseline,
    a_reason,
    a_snapshot,
    an_attempt,
    an_observation,
    euros,
)

NOTHING_MOVED = Movement((), ())
AFTER = MoneyClass.CHARGED_AFTER_CANCELLATION


def concluded(*seen: Observation, attempt: Attempt | None = None, moved: Movement = NOTHING_MOVED) -> MorningResult:
    return conclude(attempt or an_attempt(), observations=seen, moved=moved)


def counts(*seen: Observation, **given_too: Any) -> DifferenceCounts:
    differences = concluded(*seen, **given_too).differences
    assert differences is not None
    return differences


def refused(*reasons: Reason) -> MorningResult:
    return conclude(an_attempt(Standing.REFUSED, *reasons), observations=None, moved=NOTHING_MOVED)


class TestOutcome:
    @pytest.mark.parametrize(
        ("seen", "expected"),
        [
            ([], Outcome.CLEAN),
            ([an_observation(settling=True)], Outcome.CLEAN),
            ([an_observation()], Outcome.DRIFT),
            ([an_observation("C-1", settling=True), an_observation("C-2")], Outcome.DRIFT),
        ],
    )
    def test_drift_is_one_difference_that_is_not_lag(self, seen, expected):
        result = concluded(*seen)

        assert expected is result.outcome
        assert () == result.reasons

    def test_a_refused_morning_is_not_trustworthy_with_every_reason(self):
        reasons = (a_reason("floor"), a_reason("side_ratio"))

        result = refused(*reasons)

        assert Outcome.NOT_TRUSTWORTHY is result.outcome
        assert reasons == result.reasons

    @pytest.mark.parametrize("standing", [Standing.TRUSTED, Standing.BEGUN, Standing.REFUSED])
    def test_a_morning_that_was_never_compared_is_not_clean(self, standing):
        result = conclude(an_attempt(standing), observations=None, moved=NOTHING_MOVED)

        assert Outcome.NOT_TRUSTWORTHY is result.outcome
        assert ["unproven"] == [reason.code for reason in result.reasons]
        assert all(reason.code in REASON_CODES and reason.remedy for reason in result.reasons)

    @pytest.mark.parametrize("standing", [Standing.BEGUN, Standing.REFUSED])
    @pytest.mark.parametrize("seen", [(), (an_observation(),)], ids=["nothing", "a difference"])
    def test_what_was_seen_without_trust_counts_for_nothing(self, standing, seen):
        result = concluded(*seen, attempt=an_attempt(standing))

        assert Outcome.NOT_TRUSTWORTHY is result.outcome

    def test_a_morning_that_is_not_trustworthy_claims_no_number(self):
        result = refused(a_reason())

        assert (None, (), ()) == (result.differences, result.groups, result.money)

    def test_looking_and_finding_nothing_is_clean(self):
        result = concluded()

        assert Outcome.CLEAN is result.outcome
        assert 0 == counts().total


class TestCounts:
    @given(some.lists(some.tuples(some.sampled_from(Kind), some.booleans()), max_size=8))
    def test_the_totals_add_up(self, drawn):
        seen = [an_observation(f"C-{n}", kind, settling=lag) for n, (kind, lag) in enumerate(drawn)]

        result = concluded(*seen)

        found = counts(*seen)
        assert len(seen) == found.total
        assert found.total == found.settling + found.open + found.quarantined + found.accepted
        assert found.total == found.crm_only + found.billing_only + found.value_conflict
        assert found.open == sum(group.count for group in result.groups)
        assert (result.outcome is Outcome.DRIFT) is (found.open > 0)

    def test_records_without_a_usable_key_are_counted_on_both_sides_and_apart(self):
        sides = {
            Side.CRM: a_snapshot(Side.CRM, no_key=3, duplicate_key=2),
            Side.BILLING: a_snapshot(Side.BILLING, no_key=4, duplicate_key=0),
        }

        found = counts(attempt=an_attempt(snapshots=sides))

        assert (7, 2, 0) == (found.no_key, found.duplicate_key, found.total)

    def test_new_and_resolved_are_what_moved_since_the_last_trusted_morning(self):
        moved = Movement(new=(an_observation("C-1"),), resolved=(an_observation("C-8"), an_observation("C-9")))

        found = counts(an_observation("C-1"), moved=moved)

        assert (1, 2) == (found.new, found.resolved)

    def test_what_nothing_sets_apart_yet_is_counted_as_none(self):
        found = counts(an_observation("C-1"), an_observation("C-2", settling=True))

        assert (0, 0, 0) == (found.quarantined, found.accepted, found.format_only)

    @pytest.mark.parametrize("first", [True, False])
    def test_a_first_morning_is_said_to_be_one(self, first):
        assert first is conclude(an_attempt(), observations=(), moved=NOTHING_MOVED, first=first).first
        assert concluded().first is False


class TestGroups:
    def test_open_differences_are_grouped_by_kind_and_cause_most_numerous_first(self):
        seen = [
            an_observation("C-1", cause=Cause.UNKNOWN),
            an_observation("C-2", cause=Cause.CANCELLED),
            an_observation("C-3", cause=Cause.CANCELLED),
            an_observation("C-4", Kind.VALUE_CONFLICT),
            an_observation("C-5", Kind.CRM_ONLY, cause=Cause.CANCELLED),
        ]

        assert (
            Group(Kind.BILLING_ONLY, Cause.CANCELLED, 2, ()),
            Group(Kind.BILLING_ONLY, Cause.UNKNOWN, 1, ()),
            Group(Kind.CRM_ONLY, Cause.CANCELLED, 1, ()),
            Group(Kind.VALUE_CONFLICT, None, 1, ()),
        ) == concluded(*seen).groups

    def test_equally_numerous_groups_are_ordered_by_cause(self):
        causes = [Cause.UNKNOWN, Cause.CANCELLED, Cause.OUT_OF_SCOPE]
        seen = [an_observation(f"C-{cause}", cause=cause) for cause in causes]

        assert sorted(causes) == [group.cause for group in concluded(*seen).groups]

    def test_lag_costs_nothing_and_belongs_to_no_group(self):
        lag = an_observation(settling=True, money_class=AFTER, amount=euros("49"))

        assert ((), ()) == (concluded(lag).groups, concluded(lag).money)

    def test_a_group_says_what_it_costs_and_the_morning_what_all_of_them_do(self):
        one = an_observation("C-1", cause=Cause.CANCELLED, money_class=AFTER, amount=euros("49"))
        other = an_observation("C-2", cause=Cause.DELETED, money_class=AFTER, amount=euros("51"))

        result = concluded(one, other)

        assert [(MoneyLine(AFTER, "EUR", Decimal(49), 1),), (MoneyLine(AFTER, "EUR", Decimal(51), 1),)] == [
            group.money for group in result.groups
        ]
        assert (MoneyLine(AFTER, "EUR", Decimal(100), 2),) == result.money


class TestAsOf:
    def test_a_result_speaks_of_the_instant_ages_were_measured_against(self):
        earlier = NOW - timedelta(seconds=9)

        assert earlier == concluded(attempt=an_attempt(as_of=earlier)).as_of

    def test_a_pull_that_never_ended_speaks_of_its_beginning(self):
        assert NOW == concluded(attempt=an_attempt(Standing.BEGUN)).as_of

    def test_a_result_belongs_to_a_reconciliation_and_a_morning(self):
        result = concluded()

        assert ("crm_billing", MORNING) == (result.reconciliation, result.morning)


RUN = {
    *("schema", "reconciliation", "date", "as_of", "attempt", "run_id", "outcome", "reasons"),
    *("sides", "differences", "money", "planted", "recheck", "messages"),
}
SIDE = {"label", "pulled", "active", "pages", "requests", "certificate", "remarks", "baseline", "sha256"}
DIFFERENCES = {
    *("total", "settling", "open", "new", "resolved", "quarantined", "accepted", "format_only"),
    *("crm_only", "billing_only", "value_conflict", "no_key", "duplicate_key", "unknown_value", "cleared"),
}


def spoken(result: MorningResult) -> Any:
    """What a script reads."""
    return json.loads(json.dumps(to_json(result), allow_nan=False))


def leaves(value: Any) -> list[object]:
    nested = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if nested is None else [leaf for one in nested for leaf in leaves(one)]


class TestJson:
    def test_a_compared_morning_has_exactly_the_promised_fields(self):
        said = spoken(concluded(an_observation(money_class=AFTER, amount=euros("49"))))

        assert RUN == set(said)
        assert {"crm", "billing"} == set(said["sides"])
        assert [SIDE, SIDE] == [set(side) for side in said["sides"].values()]
        assert DIFFERENCES == set(said["differences"])
        assert {"class", "currency", "amount", "count", "unknown"} == set(said["money"][0])
        assert {"found": 0, "of": 0} == said["planted"]

    @pytest.mark.parametrize("seen", [(), None], ids=["compared", "withdrawn"])
    def test_what_became_of_what_was_planted_is_told_whatever_the_outcome(self, seen):
        planted = Planted(32, 33, ("plan empty in billing: not found",))

        said = spoken(conclude(an_attempt(), observations=seen, compared=Tally(planted=planted)))

        assert {"found": 32, "of": 33} == said["planted"]

    @pytest.mark.parametrize("snapshots", [{}, {Side.CRM: a_snapshot()}], ids=["nothing pulled", "one side pulled"])
    def test_a_refused_morning_has_the_same_fields_and_no_differences(self, snapshots):
        attempt = an_attempt(Standing.REFUSED, a_reason(), snapshots=snapshots)

        said = spoken(conclude(attempt, observations=None, moved=NOTHING_MOVED))

        assert RUN == set(said)
        assert [SIDE, SIDE] == [set(side) for side in said["sides"].values()]
        assert "incomplete" == said["sides"]["billing"]["certificate"]
        assert [0] * 4 == [said["sides"]["billing"][name] for name in ("pulled", "active", "pages", "requests")]
        assert said["differences"] is None

    def test_a_reason_is_said_with_its_code_side_and_remedy(self):
        said = spoken(refused(a_reason("floor", Side.BILLING), a_reason("clock_skew", None)))

        assert {"code", "side", "text", "remedy"} == set(said["reasons"][0])
        assert [("floor", "billing"), ("clock_skew", None)] == [(one["code"], one["side"]) for one in said["reasons"]]

    def test_what_identifies_a_morning_is_said_in_iso_and_plain_words(self):
        berlin = datetime(2026, 11, 22, 4, 0, tzinfo=timezone(timedelta(hours=1)))

        said = spoken(concluded(attempt=an_attempt(number=3, run_id="run-7", as_of=berlin)))

        assert (1, "crm_billing", "2026-11-22") == (said["schema"], said["reconciliation"], said["date"])
        assert (3, "run-7", "clean") == (said["attempt"], said["run_id"], said["outcome"])
        assert datetime(2026, 11, 22, 3, 0, tzinfo=UTC) == datetime.fromisoformat(said["as_of"])

    @pytest.mark.parametrize("outcome", ["clean", "drift", "not_trustworthy"])
    def test_the_outcome_is_one_of_three_words(self, outcome):
        results = [concluded(), concluded(an_observation()), refused(a_reason())]

        assert outcome in [spoken(result)["outcome"] for result in results]

    def test_a_side_says_what_it_was_measured_against(self):
        sides = {
            Side.CRM: a_snapshot(baseline=a_baseline(1_243, 1_180), pulled=1_250, active=1_181, pages=13, requests=14),
            Side.BILLING: a_snapshot(Side.BILLING),
        }

        said = spoken(concluded(attempt=an_attempt(snapshots=sides)))["sides"]

        assert (1_250, 1_181, 13, 14) == tuple(said["crm"][name] for name in ("pulled", "active", "pages", "requests"))
        assert ("complete", "5ha") == (said["crm"]["certificate"], said["crm"]["sha256"])
        assert {"date": "2026-11-21", "pulled": 1_243, "active": 1_180} == said["crm"]["baseline"]
        assert said["billing"]["baseline"] is None

    @pytest.mark.parametrize(
        ("amount", "text"),
        [
            ("1488.00", "1488.00"),
            ("0.10", "0.10"),
            ("1E+3", "1000"),
            ("1E-8", "0.00000001"),
            ("123456789012345678.90", "123456789012345678.90"),
            ("0", "0"),
        ],
    )
    def test_an_amount_is_plain_decimal_text(self, amount, text):
        seen = an_observation(money_class=AFTER, amount=Amount(Decimal(amount), "EUR"))

        assert [
            {"class": "charged_after_cancellation", "currency": "EUR", "amount": text, "count": 1, "unknown": 0}
        ] == spoken(concluded(seen))["money"]

    def test_an_unknown_amount_is_null_and_counted(self):
        seen = [an_observation(key, money_class=AFTER, amount=None) for key in ("C-1", "C-2")]

        assert [
            {"class": "charged_after_cancellation", "currency": None, "amount": None, "count": 2, "unknown": 2}
        ] == spoken(concluded(*seen))["money"]

    def test_no_number_is_ever_a_float(self):
        seen = an_observation(money_class=AFTER, amount=euros("0.30"))

        assert [] == [leaf for leaf in leaves(spoken(concluded(seen))) if isinstance(leaf, float)]

    def test_messages_are_named(self):
        result = conclude(
            an_attempt(), observations=(), moved=NOTHING_MOVED, messages=("crm_billing/2026-11-22/drift",)
        )

        assert ["crm_billing/2026-11-22/drift"] == spoken(result)["messages"]


@pytest.mark.parametrize(
    ("outcome", "text"),
    [(Outcome.CLEAN, "CLEAN"), (Outcome.DRIFT, "DRIFT"), (Outcome.NOT_TRUSTWORTHY, "NOT TRUSTWORTHY")],
)
def test_people_read_the_outcome_in_capitals(outcome, text):
    assert text == symbol(outcome)
