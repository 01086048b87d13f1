"""What do a subscription and a customer look like in Stripe's shape?

The objects alone, with the fields a reader of lists needs; lists, parameters and errors belong
in `billing.py`. Stripe publishes the shapes at https://docs.stripe.com/api.
"""

from calendar import monthrange
from datetime import UTC, datetime
from typing import Any

from reconciliation_pipeline.demo.plans import Deal
from reconciliation_pipeline.demo.world import Entry

STATUSES = ("active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid")
"""Every status Stripe knows; the demo world uses the first two."""

ACCOUNT: dict[str, Any] = {
    "id": "acct_1DemoReconciliation",
    "object": "account",
    "country": "DE",
    "default_currency": "eur",
    "charges_enabled": True,
    "payouts_enabled": True,
    "email": "billing@example.com",
    "type": "standard",
}


ITEMS_HAVE_PERIODS = "2025-03-31.basil"
"""Since this version each item has a billing period of its own, and the subscription has none:
https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-subscription-current-period-start-and-end"""

SOLD_SINCE = int(datetime(2021, 1, 4, 9, tzinfo=UTC).timestamp())
"""When the company wrote its prices down."""


def status(entry: Entry) -> str:
    """Give the status as Stripe spells it."""
    return "active" if entry.version.active else "canceled"


def customer(entry: Entry) -> dict[str, Any]:
    """Write a customer as Stripe does; the number both sides know stands in its metadata."""
    who = entry.customer
    return {
        "id": who.customer_id,
        "object": "customer",
        "created": int(entry.created_at.timestamp()),
        "currency": "eur",
        "delinquent": False,
        "description": None,
        "email": who.email,
        "livemode": False,
        "metadata": {"customer_number": who.number},
        "name": who.name,
    }


def subscription(entry: Entry, *, expand: bool, now: datetime, version: str) -> dict[str, Any]:
    """Write a subscription as Stripe does.

    Stripe keeps no time of the last change; the company writes one into the metadata, as
    `changed_at`, whenever it changes a subscription.

    Args:
        entry: The record.
        expand: Whether its customer is written out.
        now: What time it is.
        version: Which version of the API is spoken.
    """
    who, held = entry.customer, entry.version
    created, ended = int(entry.created_at.timestamp()), None if held.active else int(held.at.timestamp())
    # The date that a version begins with orders them.
    by_item = version[:10] >= ITEMS_HAVE_PERIODS[:10]
    period = _period(entry.created_at, now if held.active else held.at, held.deal)
    return {
        "id": who.subscription_id,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": created,
        "billing_mode": {"type": "classic"},
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": ended,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": "eur",
        "customer": customer(entry) if expand else who.customer_id,
        "description": None,
        "discounts": [],
        "ended_at": ended,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": _items(who.subscription_id, held.deal, created, period if by_item else {}),
        "livemode": False,
        "metadata": {"changed_at": held.at.astimezone(UTC).isoformat().replace("+00:00", "Z")},
        "start_date": created,
        "status": status(entry),
        "trial_end": None,
        "trial_start": None,
        **({} if by_item else period),
    }


def _period(since: datetime, until: datetime, deal: Deal) -> dict[str, int]:
    """Find the billing period in which a moment lies; each begins on the day of the month of the first."""
    months = 12 if deal.yearly else 1
    passed = (until.year - since.year) * 12 + until.month - since.month
    begun = passed - passed % months
    if _later(since, begun) > until:
        begun -= months
    start, end = (int(_later(since, count).timestamp()) for count in (begun, begun + months))
    return {"current_period_start": start, "current_period_end": end}


def _later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _items(subscription_id: str, deal: Deal, created: int, period: dict[str, int]) -> dict[str, Any]:
    item = {
        "id": subscription_id.replace("sub_", "si_"),
        "object": "subscription_item",
        "created": created,
        **period,
        "discounts": [],
        "metadata": {},
        "plan": _plan(deal),
        "price": _price(deal),
        "quantity": 1,
        "subscription": subscription_id,
        "tax_rates": [],
    }
    url = f"/v1/subscription_items?subscription={subscription_id}"
    return {"object": "list", "data": [item], "has_more": False, "url": url}


def _price(deal: Deal) -> dict[str, Any]:
    cents = int(deal.charged * 100)
    return {
        **_sold(deal),
        "object": "price",
        "lookup_key": None,
        "recurring": {"interval": _interval(deal), "interval_count": 1, "usage_type": "licensed"},
        "type": "recurring",
        "unit_amount": cents,
        "unit_amount_decimal": str(cents),
    }


def _plan(deal: Deal) -> dict[str, Any]:
    """Write the plan that Stripe shows beside every price, from before it had prices."""
    cents = int(deal.charged * 100)
    return {
        **_sold(deal),
        "object": "plan",
        "amount": cents,
        "amount_decimal": str(cents),
        "interval": _interval(deal),
        "interval_count": 1,
        "usage_type": "licensed",
    }


def _sold(deal: Deal) -> dict[str, Any]:
    return {
        "id": f"price_demo_{deal.plan}_{_interval(deal)}",
        "active": True,
        "billing_scheme": "per_unit",
        "created": SOLD_SINCE,
        "currency": "eur",
        "livemode": False,
        "metadata": {},
        "nickname": deal.plan,
        "product": f"prod_demo_{deal.plan}",
    }


def _interval(deal: Deal) -> str:
    return "year" if deal.yearly else "month"
