"""Sides as the presets of vendors make them, and how they are read."""

from dataclasses import replace
from typing import Any

from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.source import By, PointRead
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.presets import with_presets
from reconciliation_pipeline_tests.connectors.builders import ENVIRON, FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import Answer, Reply, Request, reply


def a_vendor_side(connector: str, **written: Any) -> RestSide:
    sides = with_presets({"sides": {"crm": {"connector": connector, "auth": {"token_env": "TOKEN"}, **written}}})[
        "sides"
    ]
    assert isinstance(sides, dict)
    return RestSide.model_validate(sides["crm"])


def hubspot(**written: Any) -> RestSide:
    status = {"field": "properties.stage", "active": ["customer"]}
    mrr = {"path": "properties.mrr", "type": "money", "currency": "EUR"}
    basics = {"key": "properties.number", "status": status, "fields": {"mrr": mrr}}
    return a_vendor_side("hubspot", **{**basics, **written})


def stripe(**written: Any) -> RestSide:
    return a_vendor_side("stripe", **{"key": "customer.metadata.number", **written})


def source_of(settings: RestSide) -> RestSource:
    return RestSource(settings, side=Side.CRM, environ=ENVIRON, clock=FakeTime().clock)


def rows_of(settings: RestSide) -> list[Row]:
    return [row for page in source_of(settings).pull() for row in page.rows]


def found_by(settings: RestSide, by: By, asked: str) -> PointRead:
    (found,) = source_of(settings).lookup([asked], by=by)
    return found


def vendor(answer: Answer) -> Answer:
    """Answer for the account as well, and echo the version, as both vendors do."""

    def answered(request: Request) -> Reply:
        if request.path.endswith("/details"):
            return reply({"portalId": 62515})
        if request.path == "/v1/account":
            return reply({"id": "acct_1", "object": "account"})
        said = answer(request)
        version = request.headers.get("stripe-version")
        return said if version is None else replace(said, headers={**said.headers, "Stripe-Version": version})

    return answered


def a_company(number: int, *, archived: bool = False) -> dict[str, object]:
    properties = {"number": f"C-{number}", "stage": "customer", "mrr": "49", "hs_object_id": str(number)}
    times = {"createdAt": "2024-01-02T03:04:05.678Z", "updatedAt": "2026-11-22T02:00:00Z"}
    return {"id": str(number), "properties": properties, "archived": archived, **times}


def a_subscription(number: int, status: str = "active", **more: object) -> dict[str, object]:
    price = {
        "id": "price_1",
        "nickname": "team",
        "unit_amount": 4900,
        "unit_amount_decimal": "4900",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    }
    return {
        "id": f"sub_{number}",
        "status": status,
        "currency": "eur",
        "livemode": True,
        "created": 1795316400,
        "canceled_at": None,
        "ended_at": None,
        "customer": {"id": f"cus_{number}", "metadata": {"number": f"C-{number}"}},
        "items": {"object": "list", "has_more": False, "data": [{"id": "si_1", "quantity": 2, "price": price}]},
        **more,
    }


def items(*numbers: int, more: bool = False) -> dict[str, object]:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    price = {"nickname": "seat", "unit_amount": 100, "recurring": recurring}
    data = [{"id": f"si_{number}", "quantity": 1, "price": {**price, "nickname": f"p{number}"}} for number in numbers]
    return {"object": "list", "has_more": more, "data": data}
