"""What a Stripe subscription costs a month, and when it last changed."""

from decimal import Decimal

import pytest

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.stripe import enrich, monthly_amount


def an_item(unit: object, interval: str = "month", *, quantity: object = 1, **price: object) -> dict[str, object]:
    recurring = {
        "interval": interval,
        "interval_count": price.pop("every", 1),
        "usage_type": price.pop("usage", "licensed"),
    }
    return {"quantity": quantity, "price": {"unit_amount": unit, "recurring": recurring, **price}}


def a_subscription(*items: dict[str, object], **more: object) -> dict[str, object]:
    return {"id": "sub_1", "items": {"data": list(items), "has_more": False}, **more}


@pytest.mark.parametrize(
    ("expected", "items"),
    [
        (4900, [an_item(4900)]),
        (9800, [an_item(4900, quantity=2)]),
        (0, [an_item(4900, quantity=0)]),
        (1000, [an_item(12000, "year")]),
        (2000, [an_item(6000, every=3)]),
        (500, [an_item(12000, "year", every=2)]),
        (5200, [an_item(1200, "week")]),
        (36500, [an_item(1200, "day")]),
        (6900, [an_item(4900), an_item(24000, "year")]),
        (Decimal("833.25"), [an_item(9999, "year")]),
        (Decimal("833.3333"), [an_item(10000, "year")]),
        (Decimal("0.05"), [an_item(None, unit_amount_decimal="0.05")]),
        (None, [an_item(None)]),
        (None, [an_item(4900), an_item(None)]),
        (None, [an_item(4900, usage="metered")]),
        (None, [an_item(4900, transform_quantity={"divide_by": 10, "round": "up"})]),
        (None, [an_item(4900, "fortnight")]),
        (None, [{"quantity": 1, "price": {"unit_amount": 5, "recurring": None}}]),
        (None, []),
    ],
)
def test_the_monthly_amount_is_the_exact_sum_of_the_items(expected, items):
    assert expected == monthly_amount(a_subscription(*items))


def test_the_older_form_of_a_price_is_read_too():
    plan = {"amount": 1200, "interval": "year", "interval_count": 1}

    assert 100 == monthly_amount(a_subscription({"quantity": 1, "plan": plan}))


@pytest.mark.parametrize("more", [True, None, "false"])
def test_a_shortened_list_of_items_is_refused(more):
    with pytest.raises(BadShape, match="sub_1 has more items"):
        monthly_amount({"id": "sub_1", "items": {"data": [an_item(1)], "has_more": more}})


def test_a_subscription_without_items_has_no_amount():
    assert None is monthly_amount({"id": "sub_1"})


@pytest.mark.parametrize(
    ("expected", "moments"),
    [
        (5, {"created": 5, "canceled_at": None, "ended_at": None}),
        (9, {"created": 5, "canceled_at": 9}),
        (12, {"created": 5, "canceled_at": 9, "ended_at": 12}),
        (None, {}),
    ],
)
def test_a_cancellation_is_the_last_change(expected, moments):
    assert expected == enrich(a_subscription(**moments))["last_change"]
