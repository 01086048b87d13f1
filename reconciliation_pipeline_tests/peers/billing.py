"""How do the customers get into localstripe? Through its own API, the way a company's shop would do it."""

from collections.abc import Iterable

import httpx

from reconciliation_pipeline_tests.peers.population import PLANS, Customer, Is

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000341"
"""Can be stored, and is declined when charged (https://docs.stripe.com/testing#declined-payments)."""


def seed(client: httpx.Client, customers: Iterable[Customer]) -> dict[str, str]:
    """Create products, plans, customers and their subscriptions, and cancel some of these.

    Returns:
        The subscription's id for each customer number.
    """
    for deal in PLANS:
        _post(client, "/v1/products", {"id": f"prod_{deal.plan}", "name": deal.plan.title()})
        _post(
            client,
            "/v1/plans",
            {
                "id": f"plan_{deal.plan}",
                "product": f"prod_{deal.plan}",
                "nickname": deal.plan,
                "amount": str(int(deal.charged * 100)),
                "currency": "eur",
                "interval": "year" if deal.yearly else "month",
            },
        )
    return {one.number: _subscribe(client, one) for one in customers if one.case.billing}


def cancel(client: httpx.Client, subscription: str) -> None:
    """Cancel a subscription at once."""
    client.delete(f"/v1/subscriptions/{subscription}").raise_for_status()


def _subscribe(client: httpx.Client, customer: Customer) -> str:
    held = customer.case.billing
    assert held is not None
    card = DECLINED_CARD if held.status is Is.UNPAID else GOOD_CARD
    expiry = {"card[exp_month]": "12", "card[exp_year]": "2039", "card[cvc]": "123"}
    token = _post(client, "/v1/tokens", {"card[number]": card, **expiry})
    known = {"name": customer.name, "source": token, "metadata[customer_number]": customer.number}
    owner = _post(client, "/v1/customers", known)
    wanted = {"customer": owner, "items[0][plan]": f"plan_{held.deal.plan}"}
    subscription = _post(client, "/v1/subscriptions", wanted)
    if held.status is Is.CANCELLED:
        cancel(client, subscription)
    return subscription


def _post(client: httpx.Client, path: str, data: dict[str, str]) -> str:
    """Create something and return its id."""
    answer = client.post(path, data=data)
    answer.raise_for_status()
    return str(answer.json()["id"])
