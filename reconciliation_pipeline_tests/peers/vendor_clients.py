"""How do the two vendors' own clients read? What they publish for their customers, asked for all there is.

Both run as published (https://pypi.org/project/stripe/ and https://pypi.org/project/hubspot-api-client/), in
their own virtual environment, and are told by their own settings where the API is.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PATIENCE = 300.0
"""Seconds one reading may take; it costs about four of processor time."""

_STRIPE = """
import json, sys
import stripe
stripe.api_base, stripe.api_key = sys.argv[1:]
stripe.max_network_retries = 0

def refused(call):
    try:
        call()
    except stripe.StripeError as error:
        return [type(error).__name__, error.http_status, error.code, getattr(error, "param", None)]

def plain(one):
    return json.loads(str(one))

listed = stripe.Subscription.list(limit=100, status="all", expand=["data.customer"])
subscriptions = [plain(one) for one in listed.auto_paging_iter()]
first = subscriptions[0]
search = "metadata['customer_number']:'%s'" % first["customer"]["metadata"]["customer_number"]
json.dump({
    "subscriptions": subscriptions,
    "customers": [one.id for one in stripe.Customer.list(limit=100).auto_paging_iter()],
    "running": sum(1 for _ in stripe.Subscription.list(limit=100).auto_paging_iter()),
    "recent": [one.id for one in stripe.Subscription.list(created={"gte": first["created"]}).auto_paging_iter()],
    "one": plain(stripe.Subscription.retrieve(first["id"], expand=["customer"])),
    "items": [one.id for one in stripe.SubscriptionItem.list(subscription=first["id"]).auto_paging_iter()],
    "found": [one.id for one in stripe.Customer.search(query=search).auto_paging_iter()],
    "account": stripe.Account.retrieve().id,
    "missing": refused(lambda: stripe.Customer.retrieve("cus_nobody")),
    "unknown": refused(lambda: stripe.Subscription.list(shoe_size=44)),
    "wrong_key": refused(lambda: stripe.Customer.list(api_key="sk_test_wrong")),
}, sys.stdout)
"""

_HUBSPOT = """
import json, sys
import hubspot
from hubspot.crm.companies.exceptions import ApiException
host, token = sys.argv[1:]
companies = hubspot.Client.create(access_token=token, host=host).crm.companies
wanted = ["customer_number", "customer_status", "plan", "mrr"]

def refused(call):
    try:
        call()
    except ApiException as error:
        return [error.status, json.loads(error.body)["category"]]

def plain(company):
    return {"id": company.id, "archived": company.archived, "properties": company.properties}

listed = companies.get_all(properties=wanted)
first = listed[0]
stranger = hubspot.Client.create(access_token="wrong", host=host).crm.companies
json.dump({
    "companies": [plain(one) for one in listed],
    "archived": [plain(one) for one in companies.get_all(properties=wanted, archived=True)],
    "changed": first.updated_at.isoformat(),
    "one": plain(companies.basic_api.get_by_id(first.id, properties=wanted)),
    "by_number": plain(companies.basic_api.get_by_id(
        first.properties["customer_number"], id_property="customer_number", properties=wanted)),
    "missing": refused(lambda: companies.basic_api.get_by_id("1")),
    "wrong_token": refused(lambda: stranger.basic_api.get_page()),
}, sys.stdout)
"""


def stripe_reads(python: Path, url: str, key: str) -> dict[str, Any]:
    """Let Stripe's client read everything at an address."""
    return _read(python, _STRIPE, url, key)


def hubspot_reads(python: Path, url: str, token: str) -> dict[str, Any]:
    """Let HubSpot's client read everything at an address."""
    return _read(python, _HUBSPOT, url, token)


def published(python: Path) -> dict[str, Any]:
    """Read the shapes that the clients know, by the file in `demo/published` they belong into."""
    return _read(python, Path(__file__).with_name("read_published.py").read_text("utf-8"))


def _read(python: Path, script: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [python, "-c", script, *arguments],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
