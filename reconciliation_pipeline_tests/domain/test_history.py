"""What does the last morning say against a pull, beside its counts? Account, fields, statuses, a person's word."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.completeness import CompletenessPolicy, Said, certify, standing_of
from reconciliation_pipeline.domain.doubts_walk import is_still, off_by, wants_second_look
from reconciliation_pipeline.domain.evidence import Evidence, SecondLook
from reconciliation_pipeline.domain.records import Baseline, Certificate, Grade, Receipt
from reconciliation_pipeline_tests.builders import a_baseline, a_reason, a_receipt, an_accepted_count

POLICY = CompletenessPolicy(floor=0.8, side_ratio=0.5)


def judged(receipt: Receipt, baseline: Baseline | None = None, **said: Any) -> Certificate:
    return certify(receipt, baseline=baseline, policy=POLICY, said=Said(**said))


def codes(receipt: Receipt, baseline: Baseline | None = None, **said: Any) -> list[str]:
    return [reason.code for reason in judged(receipt, baseline, **said).reasons]


class TestFirstMorning:
    def test_a_first_pull_is_unproven_however_well_it_went(self):
        certificate = judged(a_receipt())

        assert Grade.UNPROVEN is certificate.grade
        assert ["unproven"] == [reason.code for reason in certificate.reasons]
        assert "recon confirm-count NAME --side crm" in certificate.reasons[0].remedy

    @pytest.mark.parametrize("count", [1_000, 999, 1_002, 900])
    def test_the_number_on_the_systems_own_screen_proves_it_pulled_or_active(self, count):
        assert Grade.COMPLETE is judged(a_receipt(), confirmed=an_accepted_count(count)).grade

    @pytest.mark.parametrize("count", [998, 1_003, 895, 0])
    def test_another_number_on_the_screen_refuses_it_and_says_both(self, count):
        certificate = judged(a_receipt(), confirmed=an_accepted_count(count))

        assert Grade.INCOMPLETE is certificate.grade
        assert ["unproven"] == [reason.code for reason in certificate.reasons]
        assert f"{count:,} off its own screen, but 1,000 records" in certificate.reasons[0].text

    def test_once_a_morning_is_trusted_the_screen_of_today_is_not_asked(self):
        assert Grade.COMPLETE is judged(a_receipt(), a_baseline(), confirmed=an_accepted_count(998)).grade

    def test_an_unproven_morning_before_vouches_for_nothing(self):
        assert Grade.UNPROVEN is judged(a_receipt(), replace(a_baseline(), proven=False)).grade

    def test_but_it_may_refuse_a_pull_that_falls_short_of_it(self):
        assert ["floor"] == codes(a_receipt(pulled=799, active=799), replace(a_baseline(), proven=False))

    def test_a_fault_of_the_pull_makes_it_incomplete_and_not_just_unproven(self):
        certificate = judged(a_receipt(ended_by=None))

        assert Grade.INCOMPLETE is certificate.grade
        assert ["walk_not_ended"] == [reason.code for reason in certificate.reasons]

    def test_nobody_can_confirm_a_fault_away(self):
        assert ["walk_not_ended"] == codes(a_receipt(ended_by=None), confirmed=an_accepted_count(1_000))


class TestStanding:
    @pytest.mark.parametrize(
        ("grades", "expected"),
        [
            ((Grade.COMPLETE, Grade.COMPLETE), Standing.TRUSTED),
            ((Grade.COMPLETE, Grade.UNPROVEN), Standing.UNPROVEN),
            ((Grade.UNPROVEN, Grade.INCOMPLETE), Standing.REFUSED),
        ],
    )
    def test_an_attempt_is_worth_what_its_worse_side_is(self, grades, expected):
        assert expected is standing_of([Certificate(grade) for grade in grades], [])

    def test_a_doubt_about_both_sides_refuses_it(self):
        assert Standing.REFUSED is standing_of([Certificate(Grade.COMPLETE)] * 2, [a_reason("clock_skew", None)])


class TestAccount:
    @pytest.mark.parametrize(
        ("now", "before", "expected"),
        [
            ("acct_1", "acct_1", []),
            ("acct_2", "acct_1", ["wrong_account"]),
            (None, "acct_1", ["wrong_account"]),
            ("acct_1", None, []),
            (None, None, []),
        ],
    )
    def test_the_data_must_be_that_of_the_same_account(self, now, before, expected):
        assert expected == codes(a_receipt(account=now), replace(a_baseline(), account=before))

    @pytest.mark.parametrize(
        ("now", "before", "expected"),
        [
            ("acct_1", "acct_1 livemode=true", []),
            (None, "livemode=true", []),
            ("acct_2", "acct_1 livemode=true", ["wrong_account"]),
            ("acct_1", "acct_10 livemode=true", ["wrong_account"]),
        ],
    )
    def test_a_pull_without_a_record_does_not_show_what_the_records_of_its_account_share(self, now, before, expected):
        empty, full = a_receipt(pulled=0, active=0, account=now), a_receipt(account=before)
        was_full, was_empty = replace(a_baseline(), account=before), replace(a_baseline(0, 0), account=now)

        assert expected == [code for code in codes(empty, was_full) if code == "wrong_account"]
        assert expected == [code for code in codes(full, was_empty) if code == "wrong_account"] or now is None

    def test_a_pull_of_records_that_share_nothing_any_more_is_of_another_account(self):
        baseline = replace(a_baseline(), account="acct_1 livemode=true")

        assert ["wrong_account"] == codes(a_receipt(account="acct_1"), baseline)


class TestFields:
    def before(self, empty: int) -> Baseline:
        return replace(a_baseline(), nulls={"plan": empty})

    @pytest.mark.parametrize(("empty", "expected"), [(45, []), (46, ["bad_shape"])])
    def test_a_field_may_lose_its_value_on_five_percent_of_the_active_records(self, empty, expected):
        assert expected == codes(a_receipt(nulls={"plan": empty}), self.before(0))

    @pytest.mark.parametrize(("empty", "expected"), [(5, []), (6, ["bad_shape"])])
    def test_five_records_never_make_a_pattern(self, empty, expected):
        receipt = a_receipt(pulled=20, active=20, nulls={"plan": empty})

        assert expected == codes(receipt, replace(self.before(0), pulled=20, active=20))

    def test_a_field_that_was_always_empty_may_stay_so(self):
        assert [] == codes(a_receipt(nulls={"plan": 900}), self.before(900))

    def test_a_field_that_fills_up_is_no_reason_for_doubt(self):
        assert [] == codes(a_receipt(nulls={"plan": 0}), self.before(900))

    def test_a_field_that_is_mapped_for_the_first_time_has_no_habit_yet(self):
        assert [] == codes(a_receipt(nulls={"seats": 900}), self.before(0))

    def test_a_person_may_say_that_it_is_genuine(self):
        receipt = a_receipt(nulls={"plan": 900})

        assert [] == codes(receipt, self.before(0), accepted=an_accepted_count(1_000))


class TestStatuses:
    before = replace(a_baseline(), statuses={"active": 900, "cancelled": 100})

    @pytest.mark.parametrize(("new", "expected"), [(10, []), (11, ["unstable"])])
    def test_one_percent_may_carry_a_status_never_seen_before(self, new, expected):
        mix = {"active": 900 - new, "cancelled": 100, "paused_v2": new}

        assert expected == codes(a_receipt(statuses=mix), self.before)

    @pytest.mark.parametrize(("moved", "expected"), [(100, []), (101, ["unstable"])])
    def test_ten_percent_may_change_their_status_in_one_step(self, moved, expected):
        mix = {"active": 900 - moved, "cancelled": 100 + moved}

        assert expected == codes(a_receipt(statuses=mix), self.before)

    def test_a_morning_that_kept_no_statuses_says_nothing_about_them(self):
        assert [] == codes(a_receipt(statuses={"paused_v2": 1_000}), a_baseline())


@pytest.mark.parametrize(("cap", "expected"), [(1_001, []), (1_000, ["walk_not_ended"]), (999, ["walk_not_ended"])])
def test_a_pull_that_reaches_the_cap_of_its_list_is_not_believed(cap, expected):
    assert expected == codes(a_receipt(cap=cap), a_baseline())


@pytest.mark.parametrize(
    ("claimed", "expected"), [(1_030, []), (1_032, ["total_mismatch"]), (971, []), (970, ["total_mismatch"])]
)
def test_a_total_that_is_only_estimated_may_be_off_by_its_tolerance(claimed, expected):
    receipt = a_receipt(total_before=claimed, total_after=claimed, total_tolerance=Decimal("0.03"))

    assert expected == codes(receipt, a_baseline())


class TestSecondLook:
    @pytest.mark.parametrize(
        ("before", "after", "by_position", "expected"),
        [
            (1_000, 1_000, False, False),
            (1_001, 1_001, False, True),  # one record short
            (999, 999, False, True),  # and one too many
            (1_010, 1_010, False, True),
            (1_011, 1_011, False, False),  # more than 1 %: no second walk explains that
            (1_000, 999, False, False),
            (1_000, 999, True, True),  # by position, a removal makes another record slip through
            (None, None, True, False),
        ],
    )
    def test_a_small_gap_and_a_movement_under_the_walk_are_worth_a_second_one(
        self, before, after, by_position, expected
    ):
        receipt = a_receipt(total_before=before, total_after=after)

        assert expected is wants_second_look(receipt, by_position=by_position)

    def test_a_walk_that_met_a_record_twice_is_refused_anyway(self):
        receipt = a_receipt(pulled=1_001, distinct=1_000, total_before=1_001, total_after=1_001)

        assert not wants_second_look(receipt, by_position=True)

    @pytest.mark.parametrize(("lost", "expected"), [((), []), (("17",), ["total_mismatch"])])
    def test_the_second_walk_decides(self, lost, expected):
        receipt = a_receipt(total_before=1_001, total_after=1_001)
        evidence = Evidence(second_look=SecondLook(1_000, lost))

        found = certify(receipt, baseline=a_baseline(), policy=POLICY, evidence=evidence)

        assert expected == [reason.code for reason in found.reasons]

    @pytest.mark.parametrize(
        ("total", "off", "expected"),
        [
            (1_001, 1, ["total_mismatch"]),  # short both times: the list leaves it out
            (1_001, 0, []),
            (1_001, -1, ["total_mismatch"]),  # too many now: either total may be wrong
            (999, -1, ["total_mismatch"]),  # too many both times: a stranger is among them
            (999, 0, []),
            (999, 1, ["total_mismatch"]),
            (1_000, 1, []),
        ],
    )
    def test_a_gap_that_stays_is_no_coincidence(self, total, off, expected):
        receipt = a_receipt(total_before=total, total_after=total)
        evidence = Evidence(second_look=SecondLook(1_000, off=off))

        found = certify(receipt, baseline=a_baseline(), policy=POLICY, evidence=evidence)

        assert expected == [reason.code for reason in found.reasons]

    @pytest.mark.parametrize(
        ("total", "moved", "expected"),
        [
            (1_001, {"came": 1}, []),
            (1_001, {"came": 1, "off": -1}, []),
            (1_001, {"came": 1, "off": 1}, ["total_mismatch"]),
            (1_001, {"gone": 1}, ["total_mismatch"]),
            (1_002, {"came": 1}, ["total_mismatch"]),
            (999, {"gone": 1}, []),
            (999, {"came": 1}, ["total_mismatch"]),
            (1_000, {}, []),
        ],
    )
    def test_where_records_move_during_the_second_walk_too_it_must_show_those_that_moved_before(
        self, total, moved, expected
    ):
        receipt = a_receipt(total_before=total, total_after=total)
        evidence = Evidence(second_look=SecondLook(1_000, **moved, still=False))

        found = certify(receipt, baseline=a_baseline(), policy=POLICY, evidence=evidence)

        assert expected == [reason.code for reason in found.reasons]

    @pytest.mark.parametrize(("came", "expected"), [(1, ["total_mismatch"]), (2, [])])
    def test_as_many_must_come_as_were_claimed_at_the_end_and_did_not_arrive(self, came, expected):
        receipt = a_receipt(total_before=1_001, total_after=1_002)
        evidence = Evidence(second_look=SecondLook(1_000 + came, came=came, still=False))

        found = certify(receipt, baseline=a_baseline(), policy=POLICY, evidence=evidence)

        assert expected == [reason.code for reason in found.reasons]

    def test_what_the_list_gained_while_it_was_read_makes_up_for_nothing_that_it_lacks(self):
        assert 1 == off_by(a_receipt(total_before=1_000, total_after=1_001, newborn=1))
        assert 0 == off_by(a_receipt(total_before=999, total_after=1_000, newborn=1))
        assert 0 == off_by(a_receipt(total_before=999, total_after=999, newborn=1))  # and one went when it was read
        assert -1 == off_by(a_receipt(total_before=998, total_after=999, newborn=1))

    @pytest.mark.parametrize(
        ("expected", "changes"),
        [
            (True, {"total_before": 7, "total_after": 7}),
            (True, {"total_before": 6, "total_after": 7, "newborn": 1}),
            (False, {"total_before": 7, "total_after": 6}),
            (False, {"total_before": 7, "total_after": 7, "newborn": 1}),
            (True, {"total_before": 7, "total_after": 6, "total_tolerance": Decimal("0.01")}),
            (True, {"total_before": 7}),
        ],
    )
    def test_totals_are_still_where_only_what_the_walk_brought_came(self, expected, changes):
        assert expected is is_still(a_receipt(**changes))

    @pytest.mark.parametrize(
        ("before", "after", "expected"), [(1_001, 1_002, 1), (1_000, 1_002, 0), (998, 1_000, 0), (998, 999, -1)]
    )
    def test_a_gap_is_measured_from_what_the_source_claimed_at_the_least_and_at_the_most(self, before, after, expected):
        assert expected == off_by(a_receipt(total_before=before, total_after=after))
