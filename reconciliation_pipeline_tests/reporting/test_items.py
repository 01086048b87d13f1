from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.ledger import ItemState
from reconciliation_pipeline.reporting.items import items
from reconciliation_pipeline_tests.reporting.builders import MORNING, YESTERDAY, a_life, conflict, seen, unknown


def test_an_item_has_exactly_the_fields_of_the_contract():
    one = seen("C-7")

    assert [
        {
            "id": one.item,
            "kind": "billing_only",
            "key": "C-7",
            "fields": [{"name": "status", "crm": "cancelled", "billing": "active"}],
            "reason": "cancelled",
            "state": "open",
            "first_seen": "2026-11-22",
            "last_seen": "2026-11-22",
            "resolved_on": None,
            "since": {"after": "2026-11-21", "before": "2026-11-22"},
            "owner": "finance-ops",
            "due": None,
            "money": {"class": "charged_after_cancellation", "currency": "EUR", "amount": "48.00"},
        }
    ] == items([a_life(one)])


def test_a_conflict_shows_every_differing_field_and_no_reason():
    (item,) = items([a_life(conflict("C-9", ("plan", "basic", "pro"), ("mrr", None, "99.00 EUR")))])

    assert item["reason"] is None
    assert item["money"] is None
    assert [
        {"name": "plan", "crm": "basic", "billing": "pro"},
        {"name": "mrr", "crm": None, "billing": "99.00 EUR"},
    ] == item["fields"]


def test_a_side_without_the_record_has_no_status():
    (item,) = items([a_life(unknown())])

    assert [{"name": "status", "crm": None, "billing": "active"}] == item["fields"]


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

    assert {"after": after, "before": "2026-11-22"} == item["since"]
    assert resolved == item["resolved_on"]
