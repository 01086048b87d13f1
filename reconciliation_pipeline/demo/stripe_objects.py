"""What do a subscription and a customer look like in Stripe's shape?

The objects alone, with the fields a reader of lists needs; lists, parameters and errors belong
in `billing.py`. Stripe publishes the shapes at https://docs.stripe.com/api.
"""

from datetime import UTC
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


def subscription(entry: Entry, *, expand: bool) -> dict[str, Any]:
    """Write a subscription as Stripe does.

    Stripe keeps no time of the last change; the company writes one into the metadata, as
    `changed_at`, whenever it changes a subscription.
    """
    who, version = entry.customer, entry.version
    created, ended = int(entry.created_at.timestamp()), None if version.active else int(version.at.timestamp())
    return {
        "id": who.subscription_id,
        "object": "subscription",
        "billing_cycle_anchor": created,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": ended,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": "eur",
        "customer": customer(entry) if expand else who.customer_id,
        "description": None,
        "ended_at": ended,
        "items": _items(who.subscription_id, version.deal, created),
        "livemode": False,
        "metadata": {"changed_at": version.at.astimezone(UTC).isoformat().replace("+00:00", "Z")},
        "start_date": created,
        "status": status(entry),
        "trial_end": None,
        "trial_start": None,
    }


def _items(subscription_id: str, deal: Deal, created: int) -> dict[str, Any]:
    item = {
        "id": subscription_id.replace("sub_", "si_"),
        "object": "subscription_item",
        "created": created,
        "metadata": {},
        "price": _price(deal),
        "quantity": 1,
        "subscription": subscription_id,
    }
    url = f"/v1/subscription_items?subscription={subscription_id}"
    return {"object": "list", "data": [item], "has_more": False, "total_count": 1, "url": url}


def _price(deal: Deal) -> dict[str, Any]:
    cents = int(deal.charged * 100)
    interval = "year" if deal.yearly else "month"
    return {
        "id": f"price_demo_{deal.plan}_{interval}",
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "currency": "eur",
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": deal.plan,
        "product": f"prod_demo_{deal.plan}",
        "recurring": {"interval": interval, "interval_count": 1, "usage_type": "licensed"},
        "type": "recurring",
        "unit_amount": cents,
        "unit_amount_decimal": str(cents),
    }
