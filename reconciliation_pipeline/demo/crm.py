"""How does the demo's CRM answer?

Companies in HubSpot's shape, as published for `/crm/v3/objects/companies` and its dated successors
(https://developers.hubspot.com/docs/api-reference): pages by ascending id whose cursor is the
id the next page begins with, archived records only where they are asked for, single ones by id
or by a property whose values are unique, and whose account it all is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reconciliation_pipeline.demo.scene import ShowScene
from reconciliation_pipeline.demo.web import LIMIT, Refusal, has_token, page, site, whole_number
from reconciliation_pipeline.demo.world import Entry

VERSIONS = {
    "/crm/v3/objects": "/account-info/v3",
    "/crm/objects/2026-09": "/account-info/2026-09",
    "/crm/objects/2026-03": "/account-info/2026-03",
}
"""Where the objects of each version stand, and where its account does."""

ACCOUNT = {
    "portalId": 62515847,
    "accountType": "STANDARD",
    "timeZone": "Europe/Berlin",
    "companyCurrency": "EUR",
    "additionalCurrencies": [],
    "utcOffset": "+01:00",
    "utcOffsetMilliseconds": 3_600_000,
    "uiDomain": "app-eu1.hubspot.com",
    "dataHostingLocation": "eu1",
}

UNIQUE = frozenset({"customer_number", "hs_object_id"})
"""Properties that a single record can be asked for by."""

DEFAULT_LIMIT = 10
DEFAULT_PROPERTIES = ("name", "domain")
ALWAYS = ("createdate", "hs_lastmodifieddate", "hs_object_id")

NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
    "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)


def app(scene: ShowScene) -> Starlette:
    """Build the CRM's server.

    Args:
        scene: Where the scene of the moment comes from.
    """

    def guard(request: Request) -> None:
        if not has_token(request, scene().state.crm_token):
            raise refusal(401, "INVALID_AUTHENTICATION", NO_CREDENTIALS)

    def companies(request: Request) -> Response:
        limit, after, archived = _limit(request), _after(request), _archived(request)
        now = scene()
        entries = now.listed("crm", (entry for entry in now.view.crm if entry.version.archived == archived))
        rest = [entry for entry in entries if company_id(entry) >= after]
        names = _properties(request)
        answer: dict[str, Any] = {"results": [company(entry, names) for entry in rest[:limit]]}
        if rest[limit:]:
            answer["paging"] = {"next": _next(request, company_id(rest[limit]))}
        return JSONResponse(answer)

    def one(request: Request) -> Response:
        wanted, archived, by = request.path_params["company"], _archived(request), _id_property(request)
        for entry in scene().view.crm:
            if _known(entry)[by] == wanted and entry.version.archived == archived:
                return JSONResponse(company(entry, _properties(request)))
        raise refusal(404, "OBJECT_NOT_FOUND", "resource not found")

    def account(_: Request) -> Response:
        return JSONResponse(ACCOUNT)

    routes = []
    for objects, info in VERSIONS.items():
        routes.append(page(f"{objects}/companies", companies, guard))
        routes.append(page(objects + "/companies/{company}", one, guard))
        routes.append(page(f"{info}/details", account, guard))
    return site(routes, _unknown)


def company(entry: Entry, names: Sequence[str]) -> dict[str, Any]:
    """Write one record as HubSpot does: every property is text, and one that does not exist is left out."""
    known = _known(entry)
    created, updated = known["createdate"], known["hs_lastmodifieddate"]
    record: dict[str, Any] = {
        "id": known["hs_object_id"],
        "properties": {name: known[name] for name in sorted({*names, *ALWAYS} & known.keys())},
        "createdAt": created,
        "updatedAt": updated,
        "archived": entry.version.archived,
    }
    return {**record, "archivedAt": updated} if entry.version.archived else record


def company_id(entry: Entry) -> int:
    """Give the id of a record of the CRM."""
    found = entry.customer.company_id
    assert found is not None
    return found


def refusal(status: int, category: str, message: str) -> Refusal:
    """Write an error as HubSpot does."""
    body = {"status": "error", "message": message, "correlationId": str(uuid4()), "category": category}
    return Refusal(status, body)


def _known(entry: Entry) -> dict[str, str]:
    customer, version = entry.customer, entry.version
    return {
        "name": customer.name,
        "domain": customer.domain,
        "customer_number": customer.number,
        "customer_status": "active" if version.active else "cancelled",
        "plan": version.deal.plan,
        "mrr": str(version.deal.monthly),
        "createdate": _time(entry.created_at),
        "hs_lastmodifieddate": _time(version.at),
        "hs_object_id": str(customer.company_id),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    limit = whole_number(text)
    if limit is None or not 1 <= limit <= LIMIT:
        message = f"limit must be a number from 1 to {LIMIT}, not {text[:40]!r}"
        raise refusal(400, "VALIDATION_ERROR", message)
    return limit


def _after(request: Request) -> int:
    text = request.query_params.get("after", "0")
    after = whole_number(text)
    if after is None:
        message = f"after is no cursor of this list: {text[:40]!r}"
        raise refusal(400, "VALIDATION_ERROR", message)
    return after


def _archived(request: Request) -> bool:
    text = request.query_params.get("archived", "false")
    # HubSpot's own client for Python writes True.
    if text.lower() not in {"true", "false"}:
        message = f"archived must be true or false, not {text[:40]!r}"
        raise refusal(400, "VALIDATION_ERROR", message)
    return text.lower() == "true"


def _id_property(request: Request) -> str:
    name = request.query_params.get("idProperty", "hs_object_id")
    if name not in UNIQUE:
        message = f"idProperty {name[:40]!r} is no property whose values are unique"
        raise refusal(400, "VALIDATION_ERROR", message)
    return name


def _properties(request: Request) -> Sequence[str]:
    given = [name for text in request.query_params.getlist("properties") for name in text.split(",") if name]
    return given or DEFAULT_PROPERTIES


def _next(request: Request, company: int) -> dict[str, str]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    link = request.url.replace(query=urlencode([*kept, ("after", str(company))]))
    return {"after": str(company), "link": str(link)}


def _unknown(_: Request) -> Refusal:
    return refusal(404, "OBJECT_NOT_FOUND", "resource not found")
