"""The vocabulary: words scripts rely on, nouns that nobody changes after the fact."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from inspect import getmembers
from typing import Any

import pytest

from reconciliation_pipeline.domain import attempts, completeness, judgement, ledger, records, result, spikes
from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.comparison import SideBalance
from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.domain.records import Cause, Grade, Kind, MoneyClass, Outcome, Side, State
from reconciliation_pipeline_tests.builders import (
    MORNING,
    NAME,
    NOW,
    a_baseline,
    a_discrepancy,
    a_reason,
    a_receipt,
    a_row,
    a_snapshot,
    an_accepted_count,
    an_attempt,
    an_observation,
)


@pytest.mark.parametrize(
    ("words", "promised"),
    [
        (Side, "crm billing"),
        (State, "active cancelled deleted archived out_of_scope"),
        (Kind, "crm_only billing_only value_conflict"),
        (Cause, "unknown cancelled deleted archived out_of_scope"),
        (MoneyClass, "charged_after_cancellation billed_unknown_to_crm used_unbilled amount_differs"),
        (Grade, "complete incomplete unproven"),
        (Outcome, "clean drift not_trustworthy"),
        (ItemState, "settling open accepted quarantined resolved"),
        (Standing, "begun trusted unproven refused"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_words_that_scripts_and_stored_data_rely_on_do_not_change(words, promised):
    assert promised.split() == [str(word) for word in words]


def test_every_reason_a_one_sided_record_may_have_is_a_state_of_its_counterpart_or_none():
    assert {Cause.UNKNOWN} == set(Cause) - {Cause(state) for state in State if state is not State.ACTIVE}


@pytest.mark.parametrize(("side", "other"), [(Side.CRM, Side.BILLING), (Side.BILLING, Side.CRM)])
def test_each_side_is_the_others_other(side, other):
    assert other is side.other


BUCKETS = [field.name for field in fields(SideBalance) if field.name != "pulled"]


def a_balance(**buckets: int) -> SideBalance:
    return SideBalance(**{"pulled": 0, **dict.fromkeys(BUCKETS, 0), **buckets})


@pytest.mark.parametrize("bucket", BUCKETS)
def test_every_bucket_of_a_side_is_accounted_for_once(bucket):
    assert 7 == a_balance(**{bucket: 7}).accounted


def test_what_was_pulled_is_what_the_buckets_are_held_against_and_no_bucket():
    assert 0 == a_balance(pulled=7).accounted


NOUNS = [
    a_row(),
    a_receipt(),
    a_baseline(),
    a_reason(),
    a_snapshot(),
    a_snapshot().certificate,
    a_discrepancy(),
    a_balance(),
    an_attempt(),
    an_accepted_count(1),
    an_observation(),
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: type(noun).__name__)
def test_nobody_changes_a_noun_after_the_fact(noun):
    name = fields(noun)[0].name

    with pytest.raises(FrozenInstanceError):
        setattr(noun, name, None)


@pytest.mark.parametrize("module", [records, attempts, completeness, judgement, ledger, result, spikes])
def test_every_noun_is_frozen_and_has_no_room_for_more(module):
    nouns: list[Any] = [kind for _, kind in getmembers(module, is_dataclass)]

    assert nouns
    assert [] == [kind.__name__ for kind in nouns if not kind.__dataclass_params__.frozen]
    assert [] == [kind.__name__ for kind in nouns if not hasattr(kind, "__slots__")]


def test_nouns_that_say_the_same_are_equal():
    assert [a_receipt(), a_discrepancy(), an_observation()] == [a_receipt(), a_discrepancy(), an_observation()]


def test_an_attempt_begins_without_a_verdict():
    begun = attempts.Attempt(NAME, MORNING, 1, "run-1", live=True, started_at=NOW)

    assert (Standing.BEGUN, (), {}, None) == (begun.standing, begun.reasons, begun.snapshots, begun.as_of)


def test_no_two_records_share_what_they_hold_by_default():
    first, second = a_row("C-1"), a_row("C-2")

    assert first.values is not second.values
