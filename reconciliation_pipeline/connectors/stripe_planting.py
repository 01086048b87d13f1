"""Which subscription would make Stripe's connector compute this? `stripe.py`, backwards.

Used for planted records only: given what is wished for at the computed paths, it names what has to stand at the
paths of the subscription itself.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

COMPUTED: Final = frozenset({"monthly_amount", "last_change"})
"""The paths that stand in no subscription, but are computed into it."""

_ITEM: Final = re.compile(r"items\.data\[(\d+)\](?:\.(.+))?")
_MOMENTS: Final = ("created", "canceled_at", "ended_at")
_DEPENDS: Final = frozenset(
    {"price.recurring.interval_count", "price.recurring.usage_type", "price.transform_quantity", "price.recurring"}
)


class OutOfReach(Exception):
    """No subscription that also says everything else could come to that."""


def written(wished: Mapping[str, object], said: Mapping[str, object]) -> dict[str, object]:
    """Name what a subscription has to say, by path, so that the wished values are computed from it.

    Args:
        wished: By computed path: the amount in minor units, the moment in seconds since 1970, or None.
        said: By path, what it says besides.

    Raises:
        OutOfReach: What it says besides rules it out.
    """
    if said.get("items.has_more", False) is not False:
        raise OutOfReach
    more: dict[str, object] = {}
    if "last_change" in wished:
        more |= _changed(wished["last_change"], said)
    if "monthly_amount" in wished:
        more |= _priced(wished["monthly_amount"], said)
    return more


def _changed(moment: object, said: Mapping[str, object]) -> dict[str, object]:
    # A whole number is written without a point, whatever was meant by it.
    known = [int(value) for name in _MOMENTS if isinstance(value := said.get(name), int | Decimal) and value % 1 == 0]
    if moment is None and not known:
        return {}
    if not isinstance(moment, int) or max(known, default=moment) > moment:
        raise OutOfReach
    if moment in known:
        return {}
    free = [name for name in _MOMENTS if name not in said]
    if not free:
        raise OutOfReach
    return {free[0]: moment}


def _priced(amount: object, said: Mapping[str, object]) -> dict[str, object]:
    """Let every item that says anything cost what it says, and one more make up the rest."""
    items: dict[int, dict[str, object]] = {}
    for path, value in said.items():
        if found := _ITEM.fullmatch(path):
            items.setdefault(int(found[1]), {})[found[2] or ""] = value
    if amount is None:
        if any("price.recurring.interval" in item for item in items.values()):
            raise OutOfReach
        return {}
    if not isinstance(amount, int | Decimal):
        raise OutOfReach
    more: dict[str, object] = {}
    rest = Fraction(str(amount))
    for index, item in items.items():
        place = f"items.data[{index}].price"
        more[f"{place}.recurring.interval"] = "month"
        if not item.keys() & {"price.unit_amount", "price.unit_amount_decimal"}:
            more[f"{place}.unit_amount"] = 0
        rest -= _a_month(item)
    place = f"items.data[{max(items, default=-1) + 1}].price"
    more[f"{place}.recurring.interval"] = "month"
    exact = Decimal(rest.numerator) / Decimal(rest.denominator)
    if rest.denominator == 1:
        more[f"{place}.unit_amount"] = rest.numerator
    more[f"{place}.unit_amount_decimal"] = f"{exact:f}"
    return more


def _a_month(item: Mapping[str, object]) -> Fraction:
    if item.keys() & _DEPENDS or item.get("price.recurring.interval", "month") != "month":
        raise OutOfReach
    unit, quantity = item.get("price.unit_amount"), item.get("quantity", 1)
    unit = item.get("price.unit_amount_decimal", 0) if unit is None else unit
    try:
        return Fraction(str(unit)) * Fraction(str(quantity))
    except ValueError:
        raise OutOfReach from None
