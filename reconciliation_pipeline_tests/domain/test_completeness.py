"""May one side's pull be believed: every rule on both sides of its boundary."""

from datetime import timedelta
from typing import Any

import pytest

from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.completeness import CompletenessPolicy, Said, certify
from reconciliation_pipeline.domain.evidence import Proof
from reconciliation_pipeline.domain.records import Baseline, Certificate, Grade, Receipt, Side
from reconciliation_pipeline_tests.builders import MORNING, a_baseline, a_reason, a_receipt, an_accepted_count


def judged(
    receipt: Receipt, *, baseline: Baseline | None = None, accepted: AcceptedCount | None = None, floor: float = 0.8
) -> Certificate:
    """Judge a pull whose counts a person has confirmed, so that a first morning is a morning like any other."""
    policy = CompletenessPolicy(floor=floor, side_ratio=0.5)
    said = Said(accepted, confirmed=an_accepted_count(receipt.pulled))
    return certify(receipt, baseline=baseline, policy=policy, said=said)


def codes(receipt: Receipt, **given: Any) -> list[str]:
    return [reason.code for reason in judged(receipt, **given).reasons]


class TestFloor:
    @pytest.mark.parametrize(("pulled", "expected"), [(801, []), (800, []), (799, ["floor"])])
    def test_exactly_eighty_percent_of_the_pulled_records_passes(self, pulled, expected):
        assert expected == codes(a_receipt(pulled=pulled), baseline=a_baseline(pulled=1_000))

    @pytest.mark.parametrize(("active", "expected"), [(721, []), (720, []), (719, ["floor"])])
    def test_exactly_eighty_percent_of_the_active_records_passes(self, active, expected):
        assert expected == codes(a_receipt(active=active), baseline=a_baseline(active=900))

    def test_pulled_and_active_records_are_doubted_apart(self):
        found = judged(a_receipt(pulled=130, active=120), baseline=a_baseline()).reasons

        assert ["floor", "floor"] == [reason.code for reason in found]
        assert "130 records" in found[0].text
        assert "120 active records" in found[1].text

    @pytest.mark.parametrize(
        ("floor", "before", "enough"),
        [
            (0.7, 10, 7),
            (0.7, 1_010, 707),
            (0.85, 1_224, 1_041),  # 1,040.4
            (0.85, 20, 17),
            (0.1, 30, 3),
            (0.29, 100, 29),
            (0.00001, 100_000, 1),
            (1.0, 1_224, 1_224),
        ],
    )
    def test_a_floor_that_no_float_can_hold_is_exact_all_the_same(self, floor, before, enough):
        baseline = a_baseline(pulled=before, active=0)

        assert [] == codes(a_receipt(pulled=enough, active=1), baseline=baseline, floor=floor)
        assert "floor" in codes(a_receipt(pulled=enough - 1, active=1), baseline=baseline, floor=floor)

    def test_the_boundary_is_exact_for_counts_beyond_what_a_float_can_tell_apart(self):
        before = 10**20
        baseline = a_baseline(pulled=before, active=0)

        assert [] == codes(a_receipt(pulled=8 * 10**19), baseline=baseline)
        assert ["floor"] == codes(a_receipt(pulled=8 * 10**19 - 1), baseline=baseline)

    @pytest.mark.parametrize(("pulled", "expected"), [(1_500, []), (1_501, ["ceiling"])])
    def test_exactly_half_as_many_again_passes(self, pulled, expected):
        assert expected == codes(a_receipt(pulled=pulled), baseline=a_baseline(pulled=1_000))

    @pytest.mark.parametrize(("pulled", "expected"), [(60, []), (61, ["ceiling"])])
    def test_fifty_records_more_are_no_surprise_whatever_share_they_are(self, pulled, expected):
        assert expected == codes(a_receipt(pulled=pulled, active=10), baseline=a_baseline(pulled=10, active=10))

    def test_a_side_that_was_empty_on_the_last_trusted_morning_may_have_records_now(self):
        assert [] == codes(a_receipt(), baseline=a_baseline(pulled=0, active=0))

    def test_without_a_baseline_no_count_is_too_small_and_it_is_said(self):
        certificate = judged(a_receipt(pulled=1, active=1))

        assert Grade.COMPLETE == certificate.grade
        assert certificate.baseline is None
        assert "first morning" in certificate.remarks[0]

    def test_the_certificate_keeps_what_it_was_measured_against(self):
        assert a_baseline(pulled=77, active=7) == judged(a_receipt(), baseline=a_baseline(77, 7)).baseline

    @pytest.mark.parametrize(("floor", "spelled"), [(0.8, "80%"), (0.855, "85.5%"), (0.07, "7%"), (1.0, "100%")])
    def test_the_share_is_spelled_as_it_was_set(self, floor, spelled):
        (reason, _) = judged(a_receipt(pulled=1, active=1), baseline=a_baseline(), floor=floor).reasons

        assert f"below {spelled} of" in reason.text


class TestWalk:
    def test_a_walk_without_an_end_signal_is_incomplete(self):
        assert ["walk_not_ended"] == codes(a_receipt(ended_by=None))

    @pytest.mark.parametrize(("distinct", "expected"), [(1_000, []), (999, ["duplicate_source_id"])])
    def test_one_source_id_served_twice_is_a_fault_of_the_pull(self, distinct, expected):
        assert expected == codes(a_receipt(pulled=1_000, distinct=distinct))

    def test_a_pull_that_broke_off_says_why_and_nothing_else(self):
        failure = a_reason("unauthorised", Side.CRM)
        broken = a_receipt(pulled=100, active=0, distinct=0, ended_by=None, failure=failure)

        certificate = judged(broken, baseline=a_baseline())

        assert Grade.INCOMPLETE == certificate.grade
        assert (failure,) == certificate.reasons

    def test_a_side_without_any_record_proves_nothing(self):
        certificate = judged(a_receipt(pulled=0, active=0))

        assert Grade.INCOMPLETE == certificate.grade
        assert ["unproven"] == [reason.code for reason in certificate.reasons]

    def test_a_side_without_any_active_record_proves_nothing(self):
        (reason,) = judged(a_receipt(pulled=1_243, active=0)).reasons

        assert "unproven" == reason.code
        assert "1,243 records, not one of them active" in reason.text

    def test_an_empty_side_below_a_baseline_is_incomplete_rather_than_unproven(self):
        certificate = judged(a_receipt(pulled=0, active=0), baseline=a_baseline())

        assert Grade.INCOMPLETE == certificate.grade
        assert ["unproven", "floor", "floor"] == [reason.code for reason in certificate.reasons]

    def test_every_doubt_is_named_at_once(self):
        worst = a_receipt(pulled=100, active=90, distinct=90, no_key=2, total_after=1_000, ended_by=None)

        assert [
            "walk_not_ended",
            "duplicate_source_id",
            "total_mismatch",
            "keys_unusable",
            "floor",
            "floor",
        ] == codes(worst, baseline=a_baseline())


class TestTotals:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (1_000, 1_000, []),
            (999, 1_001, []),  # records came while it was walked
            (1_001, 999, []),  # records went
            (1_000, 1_003, []),
            (997, 1_000, []),
            (1_001, 1_002, ["total_mismatch"]),
            (998, 999, ["total_mismatch"]),
            (None, 1_000, []),
            (None, 1_001, ["total_mismatch"]),
            (1_000, None, []),
            (1_001, None, ["total_mismatch"]),
            (None, None, []),
            (0, 0, ["total_mismatch"]),
        ],
    )
    def test_what_arrived_lies_between_the_totals_of_start_and_end(self, before, after, expected):
        assert expected == codes(a_receipt(pulled=1_000, total_before=before, total_after=after))

    def test_the_larger_total_is_the_one_that_is_missed(self):
        (reason,) = judged(a_receipt(pulled=1_000, total_before=1_100, total_after=1_224)).reasons

        assert "says it holds 1,224 records, but 1,000 arrived" in reason.text

    def test_a_record_served_twice_does_not_make_up_for_a_lost_one(self):
        assert ["duplicate_source_id", "total_mismatch"] == codes(
            a_receipt(pulled=1_000, distinct=999, total_before=1_000, total_after=1_000)
        )

    @pytest.mark.parametrize(
        ("before", "after", "said"), [(None, None, True), (1_000, None, False), (None, 1_000, False)]
    )
    def test_a_source_that_states_no_total_is_said_to_be_silent(self, before, after, said):
        proofs = judged(a_receipt(total_before=before, total_after=after), baseline=a_baseline()).proofs

        assert said == (Proof("total", "the source states none", held=None) in proofs)


class TestKeys:
    @pytest.mark.parametrize(
        ("no_key", "duplicate_key", "expected"),
        [
            (10, 0, []),
            (0, 10, []),
            (5, 5, []),
            (11, 0, ["keys_unusable"]),
            (0, 11, ["keys_unusable"]),
            (5, 6, ["keys_unusable"]),
        ],
    )
    def test_exactly_one_percent_of_troubled_keys_passes(self, no_key, duplicate_key, expected):
        assert expected == codes(a_receipt(pulled=1_000, no_key=no_key, duplicate_key=duplicate_key))

    @pytest.mark.parametrize(("pulled", "expected"), [(100, []), (99, ["keys_unusable"])])
    def test_one_troubled_key_needs_a_hundred_records(self, pulled, expected):
        assert expected == codes(a_receipt(pulled=pulled, active=50, no_key=1))


class TestAcceptedCounts:
    @pytest.mark.parametrize(
        ("accepted", "lifted"),
        [
            (500, True),  # what was pulled
            (400, True),  # what is active
            (505, True),  # 500 is 5 off, 1 % is 5.05
            (506, False),  # 6 off, 5.06
            (496, True),  # 4 off, 4.96
            (495, False),  # 5 off, 4.95
            (404, True),  # 400 is 4 off, 4.04
            (405, False),
            (0, False),
            (1_000, False),
        ],
    )
    def test_a_count_within_one_percent_of_what_a_person_accepted_lifts_the_floor(self, accepted, lifted):
        half = a_receipt(pulled=500, active=400)

        found = codes(half, baseline=a_baseline(), accepted=an_accepted_count(accepted))

        assert ([] if lifted else ["floor", "floor"]) == found

    def test_exactly_one_percent_off_is_accepted(self):
        half = a_receipt(pulled=198, active=150)

        assert [] == codes(half, baseline=a_baseline(), accepted=an_accepted_count(200))

    @pytest.mark.parametrize(("active", "expected"), [(320, []), (319, ["floor"])])
    def test_the_count_that_was_not_accepted_may_shrink_along_but_not_further(self, active, expected):
        # 500 of 1,000 accepted: half of the 800 active ones may be expected, and 80 % of these are enough.
        found = codes(
            a_receipt(pulled=500, active=active),
            baseline=a_baseline(pulled=1_000, active=800),
            accepted=an_accepted_count(500),
        )

        assert expected == found

    def test_a_person_may_vouch_for_an_empty_side(self):
        nothing = a_receipt(pulled=0, active=0)

        assert [] == codes(nothing, baseline=a_baseline(), accepted=an_accepted_count(0))

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            ({"ended_by": None}, "walk_not_ended"),
            ({"distinct": 499}, "duplicate_source_id"),
            ({"total_after": 1_000}, "total_mismatch"),
            ({"no_key": 6}, "keys_unusable"),
            ({"failure": a_reason("rate_limited")}, "rate_limited"),
        ],
    )
    def test_nobody_can_accept_a_fault_of_the_pull(self, fault, code):
        half = a_receipt(pulled=500, active=400, **fault)

        assert [code] == codes(half, baseline=a_baseline(), accepted=an_accepted_count(500))

    @pytest.mark.parametrize(
        ("accepted", "remark"),
        [
            (500, "500 accepted by Ana: a branch was sold"),
            (600, "600 accepted by Ana, which is not what arrived: a branch was sold"),
        ],
    )
    def test_the_certificate_says_who_accepted_what_and_whether_it_fits(self, accepted, remark):
        certificate = judged(a_receipt(pulled=500, active=400), accepted=an_accepted_count(accepted))

        assert remark in certificate.remarks


def test_an_uneventful_pull_is_complete():
    certificate = judged(a_receipt(total_after=1_000), baseline=a_baseline())

    assert (Grade.COMPLETE, (), ()) == (certificate.grade, certificate.reasons, certificate.remarks)


def test_the_morning_of_a_baseline_is_named_so_that_people_find_it():
    (reason,) = judged(a_receipt(pulled=1), baseline=a_baseline(on=MORNING - timedelta(days=3))).reasons

    assert "on 2026-11-19, the last trusted morning" in reason.text
