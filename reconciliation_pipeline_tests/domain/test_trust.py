"""May a morning be believed as a whole: both sides together, the only door, and the words of every doubt."""

from datetime import timedelta
from typing import Any

import pytest

from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt, Standing
from reconciliation_pipeline.domain.completeness import (
    CompletenessPolicy,
    Said,
    Untrusted,
    certify,
    doubts_between,
    trust,
)
from reconciliation_pipeline.domain.records import Reason, Receipt, Side
from reconciliation_pipeline_tests.builders import (
    HOUR,
    MICROSECOND,
    MINUTE,
    NOW,
    REASON_CODES,
    a_baseline,
    a_reason,
    a_receipt,
    an_accepted_count,
    an_attempt,
)


def between(crm: Receipt, billing: Receipt, *accepted: AcceptedCount, side_ratio: float = 0.5) -> tuple[Reason, ...]:
    receipts = {Side.CRM: crm, Side.BILLING: billing}
    words = {word.side: word for word in accepted}
    return doubts_between(receipts, accepted=words, policy=CompletenessPolicy(floor=0.8, side_ratio=side_ratio))


def codes_between(crm: Receipt, billing: Receipt, *accepted: AcceptedCount, **policy: Any) -> list[str]:
    return [reason.code for reason in between(crm, billing, *accepted, **policy)]


class TestSideRatio:
    @pytest.mark.parametrize(
        ("crm", "billing", "expected"),
        [
            (500, 1_000, []),
            (499, 1_000, ["side_ratio"]),
            (1_000, 499, ["side_ratio"]),
            (1, 2, []),
            (0, 1, ["side_ratio"]),
        ],
    )
    def test_exactly_half_of_the_larger_active_side_passes(self, crm, billing, expected):
        found = codes_between(a_receipt(active=crm), a_receipt(Side.BILLING, active=billing))

        assert expected == found

    @pytest.mark.parametrize(("small", "expected"), [(7, []), (6, ["side_ratio"])])
    def test_a_ratio_that_no_float_can_hold_is_exact_all_the_same(self, small, expected):
        found = codes_between(a_receipt(active=small), a_receipt(Side.BILLING, active=10), side_ratio=0.7)

        assert expected == found

    def test_the_doubt_falls_on_the_smaller_side_and_names_both_counts(self):
        (reason,) = between(a_receipt(active=1_180), a_receipt(Side.BILLING, active=130))

        assert Side.BILLING is reason.side
        assert "Billing has 130 active records and CRM 1,180: less than 50%" in reason.text

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            (an_accepted_count(130, Side.BILLING), []),
            (an_accepted_count(150, Side.BILLING), []),
            (an_accepted_count(140, Side.BILLING), ["side_ratio"]),
            (an_accepted_count(1_180, Side.CRM), ["side_ratio"]),
        ],
    )
    def test_only_a_fitting_word_about_the_smaller_side_lifts_it(self, word, expected):
        crm, billing = a_receipt(active=1_180), a_receipt(Side.BILLING, pulled=150, active=130)

        assert expected == codes_between(crm, billing, word)

    def test_a_side_that_broke_off_is_not_measured_against_the_other(self):
        broken = a_receipt(Side.BILLING, active=0, failure=a_reason())

        assert [] == codes_between(a_receipt(), broken)


class TestClocks:
    def skewed(self, by: timedelta, *, crm_waited: timedelta = timedelta(0)) -> list[str]:
        crm = a_receipt(started_at=NOW + crm_waited, source_clock=NOW + crm_waited + by)
        return codes_between(crm, a_receipt(Side.BILLING, source_clock=NOW))

    @pytest.mark.parametrize("direction", [1, -1])
    def test_clocks_exactly_ten_minutes_apart_pass_and_a_microsecond_more_does_not(self, direction):
        assert [] == self.skewed(10 * MINUTE * direction)
        assert ["clock_skew"] == self.skewed((10 * MINUTE + MICROSECOND) * direction)

    def test_a_side_that_had_to_wait_for_its_turn_is_not_skewed(self):
        assert [] == self.skewed(timedelta(0), crm_waited=HOUR)
        assert [] == self.skewed(10 * MINUTE, crm_waited=HOUR)

    @pytest.mark.parametrize("direction", [1, -1])
    def test_waiting_excuses_no_wrong_clock(self, direction):
        assert ["clock_skew"] == self.skewed(11 * MINUTE * direction, crm_waited=HOUR)

    @pytest.mark.parametrize("direction", [1, -1])
    def test_where_only_one_side_has_a_clock_ours_stands_for_the_other(self, direction):
        exactly, beyond = 10 * MINUTE * direction, (10 * MINUTE + MICROSECOND) * direction

        assert [] == codes_between(a_receipt(source_clock=NOW + exactly), a_receipt(Side.BILLING))
        assert ["clock_skew"] == codes_between(a_receipt(source_clock=NOW + beyond), a_receipt(Side.BILLING))

    def test_sides_without_clocks_cannot_disagree(self):
        assert [] == codes_between(a_receipt(), a_receipt(Side.BILLING))

    def test_two_clocks_that_are_both_wrong_the_same_way_agree(self):
        crm, billing = (a_receipt(side, source_clock=NOW - 365 * 24 * HOUR) for side in Side)

        assert [] == codes_between(crm, billing)

    def test_the_reason_says_how_far_apart(self):
        (reason,) = between(a_receipt(source_clock=NOW + 90 * MINUTE), a_receipt(Side.BILLING, source_clock=NOW))

        assert "90 minutes apart" in reason.text
        assert reason.side is None


class TestTheOnlyDoor:
    def test_a_trusted_attempt_gives_both_snapshots(self):
        attempt = an_attempt(Standing.TRUSTED)

        opened = trust(attempt)

        assert attempt is opened.attempt
        assert attempt.snapshots[Side.CRM] is opened[Side.CRM] is opened.crm
        assert attempt.snapshots[Side.BILLING] is opened[Side.BILLING] is opened.billing

    def test_a_refused_attempt_is_refused_again_with_its_own_reasons(self):
        reasons = (a_reason("floor"), a_reason("clock_skew", None))

        with pytest.raises(Untrusted) as refusal:
            trust(an_attempt(Standing.REFUSED, *reasons))

        assert reasons == refusal.value.reasons

    @pytest.mark.parametrize(
        ("attempt", "code"),
        [(None, "unproven"), (an_attempt(Standing.BEGUN), "walk_not_ended")],
        ids=["none was made", "one was begun"],
    )
    def test_what_never_came_to_an_end_is_refused_with_a_reason(self, attempt, code):
        with pytest.raises(Untrusted) as refusal:
            trust(attempt)

        assert [code] == [reason.code for reason in refusal.value.reasons]

    def test_the_refusal_reads_as_its_reasons(self):
        with pytest.raises(Untrusted, match=r"^Billing returned 130 records, below 80% of 1,301\.$"):
            trust(an_attempt(Standing.REFUSED, a_reason()))


def alone(receipt: Receipt) -> tuple[Reason, ...]:
    policy = CompletenessPolicy(floor=0.8, side_ratio=0.5)
    return certify(
        receipt, baseline=None, policy=policy, said=Said(confirmed=an_accepted_count(receipt.pulled))
    ).reasons


def below_the_floor(receipt: Receipt) -> tuple[Reason, ...]:
    policy = CompletenessPolicy(floor=0.8, side_ratio=0.5)
    return certify(receipt, baseline=a_baseline(), policy=policy).reasons


def refusal(attempt: Attempt | None) -> tuple[Reason, ...]:
    with pytest.raises(Untrusted) as refused:
        trust(attempt)
    return refused.value.reasons


EVERY_REASON: dict[str, tuple[tuple[Reason, ...], list[str]]] = {
    "floor": (
        below_the_floor(a_receipt(pulled=799)),
        ["799", "1,000", str(a_baseline().morning)],
    ),
    "floor on active": (below_the_floor(a_receipt(active=719)), ["719", "900"]),
    "walk": (alone(a_receipt(ended_by=None)), ["CRM"]),
    "twice": (alone(a_receipt(pulled=9_000, distinct=7_000)), ["2,000", "9,000"]),
    "total": (alone(a_receipt(total_after=1_224)), ["1,224", "1,000"]),
    "keys": (alone(a_receipt(no_key=5, duplicate_key=6)), ["5", "6", "1,000"]),
    "empty": (alone(a_receipt(pulled=0, active=0)), ["no record"]),
    "nothing active": (alone(a_receipt(active=0)), ["1,000", "not one"]),
    "ratio": (between(a_receipt(active=1_180), a_receipt(Side.BILLING, active=130)), ["1,180", "130", "50%"]),
    "clocks": (between(a_receipt(source_clock=NOW + HOUR), a_receipt(Side.BILLING, source_clock=NOW)), ["60"]),
    "no attempt": (refusal(None), ["nothing that may be compared"]),
    "begun": (refusal(an_attempt(Standing.BEGUN)), ["never came to an end"]),
}


@pytest.mark.parametrize(("reasons", "named"), EVERY_REASON.values(), ids=EVERY_REASON.keys())
def test_every_reason_has_a_code_of_the_contract_its_numbers_and_a_remedy(reasons, named):
    (reason,) = reasons

    assert reason.code in REASON_CODES
    assert [] == [piece for piece in named if piece not in reason.text]
    assert reason.text.endswith(".")
    assert reason.remedy.endswith(".")


@pytest.mark.parametrize(("changes", "code"), [({"ended_by": None}, "walk_not_ended"), ({"active": 0}, "unproven")])
@pytest.mark.parametrize("side", Side)
def test_a_reason_names_the_side_it_is_about(side, changes, code):
    (reason,) = alone(a_receipt(side, **changes))

    assert (code, side) == (reason.code, reason.side)
