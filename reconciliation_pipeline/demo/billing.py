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
from reconciliation_pipeline.demo.stripe_objects import ACCOUNT, STATUSES, customer, status, subscription
from reconciliation_pipeline.demo.web import LIMIT, Refusal, has_token, page, site, whole_number
from reconciliation_pipeline.demo.world import Entry

DEFAULT_LIMIT = 10

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
        _only(request, {"limit", "starting_after", "status", "customer"})
        expand, wanted, whose = _expand(request, "data.customer"), _statuses(request), _asked(request, "customer")
        entries = [
            entry
            for entry in self._scene().view.billing
            if status(entry) in wanted and whose in {None, customer_id(entry)}
        ]
        found, more = self._cut(request, entries, subscription_id)
        return _list("/v1/subscriptions", [subscription(entry, expand=expand) for entry in found], more=more)

    def subscription(self, request: Request) -> Response:
        _only(request, set())
        expand = _expand(request, "customer")
        return JSONResponse(subscription(self._find(request, subscription_id), expand=expand))

    def items(self, request: Request) -> Response:
        _only(request, {"limit", "starting_after", "subscription"})
        wanted = _asked(request, "subscription")
        if wanted is None:
            message = "Missing required param: subscription."
            raise refusal(400, message, code="parameter_missing", param="subscription")
        entry = self._of(wanted, subscription_id)
        if entry is None:
            raise _missing(400, wanted, subscription_id, "subscription")
        everything = subscription(entry, expand=False)["items"]["data"]
        cursor, ids = _asked(request, "starting_after"), [item["id"] for item in everything]
        if cursor is not None and cursor not in ids:
            message = f"No such subscription item: '{cursor[:40]}'"
            raise refusal(400, message, code="resource_missing", param="starting_after")
        rest = everything if cursor is None else everything[ids.index(cursor) + 1 :]
        limit = _limit(request)
        return _list("/v1/subscription_items", rest[:limit], more=len(rest) > limit)

    def found_subscriptions(self, request: Request) -> Response:
        expand = _expand(request, "data.customer")
        written = [subscription(entry, expand=expand) for entry in self._scene().view.billing]
        return _found("/v1/subscriptions/search", request, written)

    def found_customers(self, request: Request) -> Response:
        return _found("/v1/customers/search", request, [customer(entry) for entry in self._scene().view.billing])

    def customers(self, request: Request) -> Response:
        _only(request, {"limit", "starting_after", "email"})
        email = _asked(request, "email")
        entries = [entry for entry in self._scene().view.billing if email in {None, entry.customer.email}]
        found, more = self._cut(request, entries, customer_id)
        return _list("/v1/customers", [customer(entry) for entry in found], more=more)

    def customer(self, request: Request) -> Response:
        _only(request, set())
        return JSONResponse(customer(self._find(request, customer_id)))

    def account(self, _: Request) -> Response:
        return JSONResponse(ACCOUNT)

    def _cut(self, request: Request, entries: list[Entry], id_of: IdOf) -> tuple[list[Entry], bool]:
        """Cut out the page that `limit` and `starting_after` ask for, and say whether more follow."""
        limit, cursor = _limit(request), _asked(request, "starting_after")
        rest = self._scene().listed("billing", entries)
        if cursor is not None:
            passed = self._up_to(cursor, id_of)
            rest = [entry for entry in rest if id_of(entry) not in passed]
        return rest[:limit], len(rest) > limit

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


def headers(asked: Headers) -> Mapping[str, str]:
    """Give what Stripe adds to every answer: the version it speaks, and a name for the request."""
    return {"Stripe-Version": asked.get("stripe-version", VERSION), "Request-Id": f"req_{uuid4().hex[:14]}"}


def subscription_id(entry: Entry) -> str:
    """Give the id of the subscription."""
    return entry.customer.subscription_id


def customer_id(entry: Entry) -> str:
    """Give the id of the customer."""
    return entry.customer.customer_id


def refusal(http_status: int, message: str, *, code: str | None = None, param: str | None = None) -> Refusal:
    """Write an error as Stripe does; code and param stand there only when they are known."""
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
    return Refusal(http_status, {"error": {name: value for name, value in error.items() if value is not None}})


def _list(url: str, data: Sequence[dict[str, Any]], *, more: bool) -> Response:
    return JSONResponse({"object": "list", "data": data, "has_more": more, "url": url})


_TEXT = r"""'((?:\\.|[^\\'])*)'|"((?:\\.|[^\\"])*)\""""
_METADATA = re.compile(rf"\s*metadata\[(?:{_TEXT})\]:(?:{_TEXT})\s*")


def _found(url: str, request: Request, everything: Sequence[dict[str, Any]]) -> Response:
    """Answer a search: of Stripe's query language, one comparison with one piece of metadata."""
    _only(request, {"limit", "page", "query"})
    query = _asked(request, "query")
    if query is None:
        raise refusal(400, "Missing required param: query.", code="parameter_missing", param="query")
    asked = _METADATA.fullmatch(query)
    if asked is None:
        raise refusal(400, f"We were unable to parse your search query: {query[:80]}", param="query")
    name, value = (re.sub(r"\\(.)", r"\1", one or two or "") for one, two in (asked.group(1, 2), asked.group(3, 4)))
    found = [one for one in everything if one["metadata"].get(name) == value]
    start, limit = whole_number(_asked(request, "page") or "0"), _limit(request)
    if start is None:
        raise refusal(400, "Invalid page: use the next_page of an earlier answer.", param="page")
    more = len(found) > start + limit
    answer = {"object": "search_result", "data": found[start : start + limit], "has_more": more, "url": url}
    return JSONResponse({**answer, "next_page": str(start + limit) if more else None})


def _missing(http_status: int, wanted: str, id_of: IdOf, param: str) -> Refusal:
    kind = "subscription" if id_of is subscription_id else "customer"
    return refusal(http_status, f"No such {kind}: '{wanted[:40]}'", code="resource_missing", param=param)


def _asked(request: Request, name: str) -> str | None:
    return request.query_params.get(name)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    limit = whole_number(text)
    if limit is None:
        raise refusal(400, f"Invalid integer: {text[:40]}", code="parameter_invalid_integer", param="limit")
    if not 1 <= limit <= LIMIT:
        message = f"This value must be from 1 to {LIMIT} (it is {limit})."
        raise refusal(400, message, code="parameter_invalid_integer", param="limit")
    return limit


def _statuses(request: Request) -> Sequence[str]:
    text = request.query_params.get("status")
    if text is None:
        return [one for one in STATUSES if one != "canceled"]
    if text in {"all", "ended"}:
        return STATUSES if text == "all" else ["canceled"]
    if text not in STATUSES:
        message = f"Invalid status: must be one of {', '.join(STATUSES)}, all, or ended"
        raise refusal(400, message, param="status")
    return [text]


def _only(request: Request, known: set[str]) -> None:
    """Refuse every parameter that is not known, as Stripe does, so that no typing error goes unnoticed."""
    for name in request.query_params:
        if name not in known and not name.startswith("expand["):
            raise refusal(400, f"Received unknown parameter: {name[:40]}", code="parameter_unknown", param=name[:40])


def _expand(request: Request, known: str) -> bool:
    asked = [value for name, value in request.query_params.multi_items() if name.startswith("expand[")]
    for value in asked:
        if value != known:
            hint = f" You may want to try expanding '{known}' instead." if known.endswith(value) else ""
            raise refusal(400, f"This property cannot be expanded ({value[:40]}).{hint}")
    return bool(asked)


def _unknown(request: Request) -> Refusal:
    return refusal(404, f"Unrecognized request URL ({request.method}: {request.url.path}).")
