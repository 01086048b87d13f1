"""What does a subscription cost a month, and when did it last change? What Stripe says only between the lines.

All else about Stripe is data: `presets/stripe.yaml`. Discounts, taxes and metered usage are no part
of a subscription's items and so of no amount here.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from reconciliation_pipeline.connectors.errors import BadShape

MINOR_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Where Stripe's minor unit is not that of ISO 4217 (https://docs.stripe.com/currencies#zero-decimal)."""

_A_MONTH: Mapping[str, int | Fraction] = {
    "day": Fraction(365, 12),
    "week": Fraction(52, 12),
    "month": 1,
    "year": Fraction(1, 12),
}
_SMALLEST = Decimal("0.0001")


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
        raise BadShape(message, remedy="Split the subscription, or compare without the amount.")
    data = items.get("data")
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
