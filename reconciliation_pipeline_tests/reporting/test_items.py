from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.comparison import KeyTrouble
from reconciliation_pipeline.domain.decisions import Action, Decision, InForce
from reconciliation_pipeline.domain.lives import Closing, ItemState
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.reporting.items import format_items, items, unpaired_items
from reconciliation_pipeline_tests.reporting.builders import (
    MORNING,
    NOW,
    YESTERDAY,
    a_format_difference,
    a_life,
    an_unknown_word,
    conflict,
    seen,
    unknown,
)


def test_an_item_has_exactly_the_fields_of_the_contract():
    one = seen("C-7")

    assert [
        {
            "id": one.item,
            "kind": "billing_only",
            "key": "C-7",
            "fields": [{"name": "status", "crm": "cancelled", "billing": "active", "format_only": False}],
            "reason": "cancelled",
            "state": "open",
            "first_seen": "2026-11-22",
            "last_seen": "2026-11-22",
            "resolved_on": None,
            "since": {"after": "2026-11-21", "before": "2026-11-22", "at_latest": None},
            "times_seen": 1,
            "returned": 0,
            "flapping": False,
            "closing": None,
            "owner": "finance-ops",
            "severity": "normal",
            "due": None,
            "cleared_after": None,
            "accepted_until": None,
            "decisions": [],
            "money": {"class": "charged_after_cancellation", "currency": "EUR", "amount": "48.00"},
        }
    ] == items([a_life(one)])


def test_a_conflict_shows_every_differing_field_and_no_reason():
    (item,) = items([a_life(conflict("C-9", ("plan", "pro", "PRO", True), ("mrr", None, "99.00 EUR")))])

    assert item["reason"] is None
    assert item["money"] is None
    assert [
        {"name": "plan", "crm": "pro", "billing": "PRO", "format_only": True},
        {"name": "mrr", "crm": None, "billing": "99.00 EUR", "format_only": False},
    ] == item["fields"]


def test_a_side_without_the_record_has_no_status():
    (item,) = items([a_life(unknown())])

    assert [{"name": "status", "crm": None, "billing": "active", "format_only": False}] == item["fields"]


def test_a_record_that_was_compared_with_nothing_says_why():
    troubles = [KeyTrouble(Side.CRM, "41", None), KeyTrouble(Side.BILLING, "sub_7", "C-7"), an_unknown_word()]

    assert [
        {"kind": "no_key", "side": "crm", "source_id": "41", "key": None, "field": None, "word": None},
        {"kind": "duplicate_key", "side": "billing", "source_id": "sub_7", "key": "C-7", "field": None, "word": None},
        {
            "kind": "unknown_value",
            "side": "crm",
            "source_id": "crm-C-7",
            "key": "C-7",
            "field": "plan",
            "word": "Gold",
        },
    ] == unpaired_items(troubles)


def test_a_record_that_differs_in_format_only_has_its_key_and_both_values_as_they_are():
    found = [a_format_difference("C-8", ("plan", "Pro ", "PRO"), ("city", None, " "))]

    assert [
        {
            "key": "C-8",
            "fields": [
                {"name": "plan", "crm": "Pro ", "billing": "PRO"},
                {"name": "city", "crm": None, "billing": " "},
            ],
        }
    ] == format_items(found)


def test_an_unknown_amount_is_null_and_keeps_its_class():
    (item,) = items([a_life(seen(amount=None))])

    assert {"class": "charged_after_cancellation", "currency": None, "amount": None} == item["money"]


@pytest.mark.parametrize(
    ("after", "resolved", "life"),
    [
        (None, None, {"agreed_on": None}),
        ("2026-11-21", "2026-11-23", {"resolved_on": MORNING + timedelta(days=1), "state": ItemState.RESOLVED}),
    ],
)
def test_what_is_not_known_or_has_not_happened_is_null(after, resolved, life):
    (item,) = items([a_life(seen(), **{"agreed_on": YESTERDAY, **life})])

    assert {"after": after, "before": "2026-11-22", "at_latest": None} == item["since"]
    assert resolved == item["resolved_on"]


def test_what_was_decided_is_told_in_full_and_what_holds_shows_in_owner_and_end():
    to_anna = Decision("crm_billing", "d1", "s", Action.ASSIGN, "ben", "hers", NOW, to="anna")
    for_now = Decision("crm_billing", "d1", "s", Action.ACCEPT, "anna", "in dispute", NOW, until=MORNING)
    life = a_life(seen(), in_force=InForce("anna", accepted=for_now), decisions=(to_anna, for_now))

    (item,) = items([life])

    at = "2026-11-22T03:00:00+00:00"
    assert ("anna", "2026-11-22") == (item["owner"], item["accepted_until"])
    assert [
        {"action": "assign", "by": "ben", "reason": "hers", "at": at, "to": "anna", "until": None},
        {"action": "accept", "by": "anna", "reason": "in dispute", "at": at, "to": None, "until": "2026-11-22"},
    ] == item["decisions"]


def test_an_item_says_when_it_is_due_how_it_came_and_why_it_went():
    (item,) = items(
        [a_life(seen(), due=MORNING, at_latest=NOW, returned=2, is_flapping=True, closing=Closing.SUPERSEDED)]
    )

    at = "2026-11-22T03:00:00+00:00"
    told = tuple(item[name] for name in ("due", "returned", "flapping", "closing"))
    assert ("2026-11-22", 2, True, "superseded") == told
    assert {"after": "2026-11-21", "before": "2026-11-22", "at_latest": at} == item["since"]
