"""A reconciliation in forty plain lines, to see what is really served. It shares nothing with the pipeline."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

COMPANIES = "/crm/v3/objects/companies"
PROPERTIES = "name,customer_number,customer_status,plan,mrr,domain"
SUBSCRIPTIONS = "/v1/subscriptions"

Record = dict[str, Any]


def company_pages(crm: httpx.Client, *, archived: bool = False, limit: int = 100) -> list[list[Record]]:
    pages: list[list[Record]] = []
    params: dict[str, Any] = {"limit": limit, "properties": PROPERTIES, "archived": str(archived).lower()}
    while True:
        answer = crm.get(COMPANIES, params=params).raise_for_status().json()
        pages.append(answer["results"])
        if "paging" not in answer:
            return pages
        params["after"] = answer["paging"]["next"]["after"]


def subscription_pages(billing: httpx.Client, status: str | None = "all", limit: int = 100) -> list[list[Record]]:
    pages: list[list[Record]] = []
    params: dict[str, Any] = {"limit": limit, "expand[]": "data.customer"} | ({"status": status} if status else {})
    while True:
        answer = billing.get(SUBSCRIPTIONS, params=params).raise_for_status().json()
        pages.append(answer["data"])
        if not answer["has_more"]:
            return pages
        params["starting_after"] = answer["data"][-1]["id"]


def flat(pages: list[list[Record]]) -> list[Record]:
    return [record for page in pages for record in page]


@dataclass(frozen=True)
class Plain:
    """One record of either side, in the words both share."""

    active: bool
    plan: str
    monthly: Decimal
    newest: datetime
    archived: bool = False


def from_company(record: Record) -> tuple[str, Plain]:
    properties = record["properties"]
    newest = max(datetime.fromisoformat(record[name]) for name in ("createdAt", "updatedAt"))
    active = properties["customer_status"] == "active" and not record["archived"]
    plain = Plain(active, properties["plan"], Decimal(properties["mrr"]), newest, record["archived"])
    return properties["customer_number"], plain


def from_subscription(record: Record) -> tuple[str, Plain]:
    (item,) = record["items"]["data"]
    months = {"month": 1, "year": 12}[item["price"]["recurring"]["interval"]]
    monthly = Decimal(item["price"]["unit_amount"]) * item["quantity"] / 100 / months
    newest = max(
        datetime.fromtimestamp(record["created"], UTC), datetime.fromisoformat(record["metadata"]["changed_at"])
    )
    plain = Plain(record["status"] == "active", item["price"]["nickname"], monthly, newest)
    return record["customer"]["metadata"]["customer_number"], plain


@dataclass(frozen=True)
class Found:
    """One difference: how, what the other side knows, whether it is younger than an hour, EUR a month."""

    kind: str
    reason: str | None
    settling: bool
    monthly: Decimal


class Walked:
    """Both sides, walked to the end and compared."""

    def __init__(self, crm: httpx.Client, billing: httpx.Client) -> None:
        self.companies = [*flat(company_pages(crm)), *flat(company_pages(crm, archived=True))]
        self.subscriptions = flat(subscription_pages(billing))
        clock = crm.get(COMPANIES, params={"limit": 1}).headers["date"]
        self.clock = datetime.strptime(clock, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        self.crm = dict(from_company(record) for record in self.companies)
        self.billing = dict(from_subscription(record) for record in self.subscriptions)
        every = sorted({*self.crm, *self.billing})
        self.found = {key: found for key in every if (found := self._compare(key)) is not None}

    def active(self, side: str) -> int:
        return sum(record.active for record in (self.crm if side == "crm" else self.billing).values())

    def keys(self, kind: str | None = None, reason: str | None = None, *, settling: bool | None = None) -> set[str]:
        return {
            key
            for key, one in self.found.items()
            if kind in {None, one.kind} and reason in {None, one.reason} and settling in {None, one.settling}
        }

    def monthly(self, keys: set[str]) -> Decimal:
        return sum((self.found[key].monthly for key in keys), Decimal(0))

    def _compare(self, key: str) -> Found | None:
        crm, billing = self.crm.get(key), self.billing.get(key)
        here, there = crm is not None and crm.active, billing is not None and billing.active
        newest = max(record.newest for record in (crm, billing) if record is not None)
        settling = self.clock - newest < timedelta(hours=1)
        if crm is not None and billing is not None and here and there:
            equal = (crm.plan, crm.monthly) == (billing.plan, billing.monthly)
            return None if equal else Found("value_conflict", None, settling, billing.monthly)
        if not here and not there:
            return None
        runs, other = (crm, billing) if here else (billing, crm)
        assert runs is not None
        reason = "unknown" if other is None else "archived" if other.archived else "cancelled"
        return Found("crm_only" if here else "billing_only", reason, settling, runs.monthly)
