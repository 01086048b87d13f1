"""What does a subscription cost a month, and when did it last change? What Stripe says only between the lines.

All else about Stripe is data: `presets/stripe.yaml`. Discounts, taxes and metered usage are no part
of a subscription's items and so of no amount here.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.session import Get

MINOR_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Where Stripe's minor unit is not that of ISO 4217 (https://docs.stripe.com/currencies#special-cases).

HUF and TWD stand in that list as well, but only payouts are in whole units there.
"""

_ITEMS = "/v1/subscription_items"
_MOST_PAGES = 10
"""Pages of items one subscription may have; Stripe allows 20 items (https://docs.stripe.com/billing/subscriptions)."""

_A_MONTH: Mapping[str, int | Fraction] = {
    "day": Fraction(365, 12),
    "week": Fraction(52, 12),
    "month": 1,
    "year": Fraction(1, 12),
}
_SMALLEST = Decimal("0.0001")


def follow(record: Mapping[str, object], get: Get) -> Mapping[str, object]:
    """Ask for the items that a subscription's own short list of them leaves out.

    Args:
        record: A subscription.
        get: Asks for a path with parameters and gives the parsed answer.

    Returns:
        It, with all of its items; those that stood in it first, so that the first one stays the first.

    Raises:
        PullFailed: The items cannot be asked for.
        BadShape: Their list does not come to its end.
    """
    items = record.get("items")
    if not isinstance(items, dict) or items.get("has_more") is not True:
        return record
    shown = [item.get("id") for item in _data(items)]
    every = _every_item(record.get("id"), get)
    every.sort(key=lambda item: shown.index(item.get("id")) if item.get("id") in shown else len(shown))
    return {**record, "items": {**items, "data": every, "has_more": False}}


def _every_item(subscription: object, get: Get) -> list[Mapping[str, object]]:
    found: dict[str, Mapping[str, object]] = {}
    params: dict[str, str | int] = {"subscription": str(subscription), "limit": 100}
    for _ in range(_MOST_PAGES):
        page = get(_ITEMS, params)
        items = _data(page)
        found |= {str(item.get("id")): item for item in items}
        if isinstance(page, dict) and page.get("has_more") is False and isinstance(page.get("data"), list):
            return list(found.values())
        if not isinstance(page, dict) or page.get("has_more") is not True or not items:
            break
        params["starting_after"] = str(items[-1].get("id"))
    message = f"The items of subscription {subscription} do not come to an end, so its amount is unknown."
    raise BadShape(message, remedy="Run again; if it stays, compare without the amount.")


def enrich(record: Mapping[str, object]) -> dict[str, object]:
    """Add `monthly_amount` (minor units) and `last_change` (epoch seconds) to a subscription.

    Raises:
        BadShape: The subscription has more items than the answer shows.
    """
    return {**record, "monthly_amount": monthly_amount(record), "last_change": _last_change(record)}


def monthly_amount(record: Mapping[str, object]) -> int | Decimal | None:
    """Add up what the items cost a month, in minor units; None when any of them does not say.

    A year is 12 months and 52 weeks. Exact where the amount is finite, else to a ten-thousandth.
    """
    shares = [_item_a_month(item) for item in _items(record)]
    if not shares or None in shares:
        return None
    total = sum(share for share in shares if share is not None)
    if total.denominator == 1:
        return total.numerator
    exact = Decimal(total.numerator) / Decimal(total.denominator)
    return exact if Fraction(exact) == total else exact.quantize(_SMALLEST, rounding=ROUND_HALF_EVEN)


def _items(record: Mapping[str, object]) -> list[Mapping[str, object]]:
    items = record.get("items")
    if not isinstance(items, dict):
        return []
    if items.get("has_more", False) is not False:
        message = f"Subscription {record.get('id')} has more items than its answer shows, so its amount is unknown."
        raise BadShape(message, remedy="Run again; if it stays, compare without the amount.")
    return _data(items)


def _data(found: object) -> list[Mapping[str, object]]:
    data = found.get("data") if isinstance(found, dict) else None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _item_a_month(item: Mapping[str, object]) -> int | Fraction | None:
    price, quantity = _price(item), _number(item.get("quantity", 1))
    recurring = price.get("recurring")
    if not isinstance(recurring, dict) or quantity is None:
        return None
    unit = _number(price.get("unit_amount"))
    unit = _number(price.get("unit_amount_decimal")) if unit is None else unit
    share = _A_MONTH.get(str(recurring.get("interval")))
    count = _number(recurring.get("interval_count", 1))
    if unit is None or share is None or not count or _depends(price, recurring):
        return None
    amount = unit * quantity * share
    return amount if count == 1 else Fraction(amount) / count


def _depends(price: Mapping[str, object], recurring: Mapping[str, object]) -> bool:
    """Whether the amount is more than unit times quantity: metered usage, or quantities sold in bundles."""
    return recurring.get("usage_type") == "metered" or price.get("transform_quantity") is not None


def _price(item: Mapping[str, object]) -> Mapping[str, object]:
    """Take the item's price, or read its older form, `plan`, as one."""
    price, plan = item.get("price"), item.get("plan")
    if isinstance(price, dict):
        return price
    if not isinstance(plan, dict):
        return {}
    return {"unit_amount": plan.get("amount"), "unit_amount_decimal": plan.get("amount_decimal"), "recurring": plan}


def _number(value: object) -> int | Fraction | None:
    # Whole numbers stay as they are: nearly all are, and fractions are slow.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, Decimal | str):
        return None
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        return None


def _last_change(record: Mapping[str, object]) -> int | None:
    # Stripe has no "updated"; a cancellation is the change that must not look older than it is.
    moments = (record.get(name) for name in ("created", "canceled_at", "ended_at"))
    return max((moment for moment in moments if isinstance(moment, int)), default=None)
