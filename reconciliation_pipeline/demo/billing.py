"""How does the demo's billing system answer?

Subscriptions, their items and customers in Stripe's shape, as published (https://docs.stripe.com/api):
lists newest first, cancelled subscriptions left out unless asked for, amounts in cents, customers as
ids unless expanded, a search by metadata, and an error for every parameter it does not know.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reconciliation_pipeline.demo.scene import ShowScene
from reconciliation_pipeline.demo.stripe_objects import ACCOUNT, customer, status, subscription
from reconciliation_pipeline.demo.stripe_params import (
    CREATED,
    PAGING,
    asked,
    created,
    expands,
    limit,
    only,
    refusal,
    statuses,
)
from reconciliation_pipeline.demo.web import Refusal, has_token, page, site, whole_number
from reconciliation_pipeline.demo.world import Entry

VERSION = "2025-09-30.clover"
"""The account's own version, for requests that name none."""

IdOf = Callable[[Entry], str]


def app(scene: ShowScene) -> Starlette:
    """Build the billing system's server.

    Args:
        scene: Where the scene of the moment comes from.
    """
    pages = _Billing(scene)
    routes = {
        "/v1/subscriptions": pages.subscriptions,
        # Before the single ones: `search` would else be an id.
        "/v1/subscriptions/search": pages.found_subscriptions,
        "/v1/subscriptions/{id}": pages.subscription,
        "/v1/subscription_items": pages.items,
        "/v1/customers": pages.customers,
        "/v1/customers/search": pages.found_customers,
        "/v1/customers/{id}": pages.customer,
        "/v1/account": pages.account,
        "/v1/accounts": pages.accounts,
    }
    return site([page(path, handler, pages.guard) for path, handler in routes.items()], _unknown)


class _Billing:
    """The pages, by what they show."""

    def __init__(self, scene: ShowScene) -> None:
        self._scene = scene

    def guard(self, request: Request) -> None:
        if "authorization" not in request.headers:
            raise refusal(401, "You did not provide an API key. Send it as: Authorization: Bearer YOUR_SECRET_KEY")
        if not has_token(request, self._scene().state.stripe_key):
            raise refusal(401, "Invalid API Key provided.")

    def subscriptions(self, request: Request) -> Response:
        only(request, *PAGING, *CREATED, "status", "customer")
        expand, wanted, whose = expands(request, "data.customer"), statuses(request), asked(request, "customer")
        since = created(request)
        entries = [
            entry
            for entry in self._scene().view.billing
            if status(entry) in wanted and whose in {None, customer_id(entry)} and since(entry.created_at)
        ]
        found, more = self._cut(request, entries, subscription_id)
        return _list("/v1/subscriptions", self._written(request, found, expand=expand), more=more)

    def subscription(self, request: Request) -> Response:
        only(request)
        found = self._find(request, subscription_id)
        (written,) = self._written(request, [found], expand=expands(request, "customer"))
        return JSONResponse(written)

    def items(self, request: Request) -> Response:
        only(request, *PAGING, "subscription")
        wanted = asked(request, "subscription")
        if wanted is None:
            message = "Missing required param: subscription."
            raise refusal(400, message, code="parameter_missing", param="subscription")
        entry = self._of(wanted, subscription_id)
        if entry is None:
            raise _missing(400, wanted, subscription_id, "subscription")
        everything = self._written(request, [entry], expand=False)[0]["items"]["data"]
        cursor, ids = asked(request, "starting_after"), [item["id"] for item in everything]
        if cursor is not None and cursor not in ids:
            message = f"No such subscription item: '{cursor[:40]}'"
            raise refusal(400, message, code="resource_missing", param="starting_after")
        rest = everything if cursor is None else everything[ids.index(cursor) + 1 :]
        most = limit(request)
        return _list("/v1/subscription_items", rest[:most], more=len(rest) > most)

    def found_subscriptions(self, request: Request) -> Response:
        expand = expands(request, "data.customer")
        written = self._written(request, self._scene().view.billing, expand=expand)
        return _found("/v1/subscriptions/search", request, written)

    def found_customers(self, request: Request) -> Response:
        return _found("/v1/customers/search", request, [customer(entry) for entry in self._scene().view.billing])

    def customers(self, request: Request) -> Response:
        only(request, *PAGING, *CREATED, "email")
        email, since = asked(request, "email"), created(request)
        entries = [
            entry
            for entry in self._scene().view.billing
            if email in {None, entry.customer.email} and since(entry.created_at)
        ]
        found, more = self._cut(request, entries, customer_id)
        return _list("/v1/customers", [customer(entry) for entry in found], more=more)

    def customer(self, request: Request) -> Response:
        only(request)
        return JSONResponse(customer(self._find(request, customer_id)))

    def account(self, _: Request) -> Response:
        return JSONResponse(ACCOUNT)

    def accounts(self, request: Request) -> Response:
        only(request, *PAGING, *CREATED)
        created(request)
        limit(request)
        # Accounts connected to this one. Of one that is no platform the list is empty: https://docs.stripe.com/api/accounts/list
        return _list("/v1/accounts", [], more=False)

    def _written(self, request: Request, entries: Sequence[Entry], *, expand: bool) -> list[dict[str, Any]]:
        now, version = self._scene().view.instant, _version(request.headers)
        return [subscription(entry, expand=expand, now=now, version=version) for entry in entries]

    def _cut(self, request: Request, entries: list[Entry], id_of: IdOf) -> tuple[list[Entry], bool]:
        """Cut out the page that `limit` and `starting_after` ask for, and say whether more follow."""
        most, cursor = limit(request), asked(request, "starting_after")
        rest = self._scene().listed("billing", entries)
        if cursor is not None:
            passed = self._up_to(cursor, id_of)
            rest = [entry for entry in rest if id_of(entry) not in passed]
        return rest[:most], len(rest) > most

    def _up_to(self, cursor: str, id_of: IdOf) -> set[str]:
        """Every id up to and including the cursor, which any existing record may be, listed or not."""
        passed: set[str] = set()
        for entry in self._scene().view.billing:
            passed.add(id_of(entry))
            if id_of(entry) == cursor:
                return passed
        raise _missing(400, cursor, id_of, "starting_after")

    def _find(self, request: Request, id_of: IdOf) -> Entry:
        wanted = request.path_params["id"]
        entry = self._of(wanted, id_of)
        if entry is None:
            raise _missing(404, wanted, id_of, "id")
        return entry

    def _of(self, wanted: str, id_of: IdOf) -> Entry | None:
        return next((entry for entry in self._scene().view.billing if id_of(entry) == wanted), None)


def headers(request: Headers) -> Mapping[str, str]:
    """Give what Stripe adds to every answer: the version it speaks, and a name for the request."""
    return {"Stripe-Version": _version(request), "Request-Id": f"req_{uuid4().hex[:14]}"}


def _version(request: Headers) -> str:
    return request.get("stripe-version", VERSION)


def subscription_id(entry: Entry) -> str:
    """Give the id of the subscription."""
    return entry.customer.subscription_id


def customer_id(entry: Entry) -> str:
    """Give the id of the customer."""
    return entry.customer.customer_id


def _list(url: str, data: Sequence[dict[str, Any]], *, more: bool) -> Response:
    return JSONResponse({"object": "list", "data": data, "has_more": more, "url": url})


_TEXT = r"""'((?:\\.|[^\\'])*)'|"((?:\\.|[^\\"])*)\""""
_METADATA = re.compile(rf"\s*metadata\[(?:{_TEXT})\]:(?:{_TEXT})\s*")


def _found(url: str, request: Request, everything: Sequence[dict[str, Any]]) -> Response:
    """Answer a search: of Stripe's query language, one comparison with one piece of metadata."""
    only(request, "limit", "page", "query")
    query = asked(request, "query")
    if query is None:
        raise refusal(400, "Missing required param: query.", code="parameter_missing", param="query")
    comparison = _METADATA.fullmatch(query)
    if comparison is None:
        raise refusal(400, f"We were unable to parse your search query: {query[:80]}", param="query")
    name, value = (
        re.sub(r"\\(.)", r"\1", one or two or "") for one, two in (comparison.group(1, 2), comparison.group(3, 4))
    )
    found = [one for one in everything if one["metadata"].get(name) == value]
    start, most = whole_number(asked(request, "page") or "0"), limit(request)
    if start is None:
        raise refusal(400, "Invalid page: use the next_page of an earlier answer.", param="page")
    more = len(found) > start + most
    answer = {"object": "search_result", "data": found[start : start + most], "has_more": more, "url": url}
    return JSONResponse({**answer, "next_page": str(start + most) if more else None})


def _missing(http_status: int, wanted: str, id_of: IdOf, param: str) -> Refusal:
    kind = "subscription" if id_of is subscription_id else "customer"
    return refusal(http_status, f"No such {kind}: '{wanted[:40]}'", code="resource_missing", param=param)


def _unknown(request: Request) -> Refusal:
    return refusal(404, f"Unrecognized request URL ({request.method}: {request.url.path}).")
