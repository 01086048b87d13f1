"""Can a command that a remedy names be copied as it stands?"""

from datetime import date

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.completeness import CompletenessPolicy, Said, Untrusted, certify, trust
from reconciliation_pipeline.domain.records import Reason, Side
from reconciliation_pipeline.domain.remedies import filled
from reconciliation_pipeline.domain.result import conclude
from reconciliation_pipeline_tests.builders import a_baseline, a_receipt, an_accepted_count, an_attempt

DAY = date(2026, 11, 22)
POLICY = CompletenessPolicy(floor=0.8, side_ratio=0.5)


def remedies(*reasons: Reason) -> list[str]:
    return [reason.remedy for reason in filled(reasons, "acme", DAY)]


def a_reason(remedy: str, side: Side | None = Side.BILLING) -> Reason:
    return Reason("floor", "Too few.", side, remedy)


@pytest.mark.parametrize("side", list(Side))
def test_what_a_first_morning_asks_for_names_pair_side_and_day(side):
    (asked,) = remedies(*certify(a_receipt(side=side), baseline=None, policy=POLICY).reasons)

    assert f"`recon confirm-count acme --side {side} --date 2026-11-22 --count N --by YOU --reason WHERE`" in asked


def test_a_drop_that_may_be_genuine_names_the_command_that_accepts_it():
    (asked,) = remedies(*certify(a_receipt(pulled=799, active=799), baseline=a_baseline(), policy=POLICY).reasons[:1])

    assert "`recon accept-count acme --side crm --date 2026-11-22 --count N --by YOU --reason WHY`" in asked


def test_a_number_that_may_be_mistyped_names_the_command_that_corrects_it():
    said = Said(confirmed=an_accepted_count(99))
    (asked,) = remedies(*certify(a_receipt(), baseline=None, policy=POLICY, said=said).reasons)

    command = "recon confirm-count acme --side crm --date 2026-11-22 --count N --by YOU --reason WHERE"
    assert asked.endswith(f"If the number was mistyped, `{command}` again.")


@pytest.mark.parametrize("remedy", ["Accept it with `recon accept-count`.", "", "Run it again."])
def test_a_command_whose_side_nobody_knows_and_any_other_remedy_stay_as_they_are(remedy):
    assert [remedy] == remedies(a_reason(remedy, side=None))


def test_results_and_refusals_are_told_with_the_command_filled_in():
    attempt = an_attempt(Standing.REFUSED, a_reason("Accept it with `recon accept-count` and run again."))

    with pytest.raises(Untrusted) as refused:
        trust(attempt)
    (result,) = conclude(attempt, observations=None).reasons

    assert refused.value.reasons == (result,)
    assert f"`recon accept-count {attempt.reconciliation} --side billing --date {attempt.morning} " in result.remedy
