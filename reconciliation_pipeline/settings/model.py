"""The shape of a reconciliation's settings, once they are valid.

Every key of `reconciliations/*.yaml` is declared here, once; the JSON schema for editors is
generated from these classes. Reading files, presets and messages about mistakes belong in
`load.py`.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from reconciliation_pipeline.domain.records import Side

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> object:
    """Read `90s`, `30m`, `1h` or `2d`."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d+)\s*([smhd])", value.strip())):
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    if isinstance(value, timedelta):
        return value
    message = "a duration is a whole number and a unit: 90s, 30m, 1h or 2d"
    raise ValueError(message)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{value!r} is not a time zone; write one like Europe/Berlin or UTC"
        raise ValueError(message) from None
    return value


_CRON_NUMBER = r"\d{1,2}"
_CRON = re.compile(rf"{_CRON_NUMBER} {_CRON_NUMBER} \* \* (\*|[0-7]|mon|tue|wed|thu|fri|sat|sun)", re.IGNORECASE)


def _cron(value: str) -> str:
    minute, hour = (int(part) for part in value.split()[:2]) if _CRON.fullmatch(value) else (60, 24)
    if minute > 59 or hour > 23:  # noqa: PLR2004 - the largest minute and hour of a day
        message = f"{value!r} is not a daily or weekly cron line; write one like '0 4 * * *' or '0 4 * * 1'"
        raise ValueError(message)
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        # The value is not repeated: it may be the secret itself.
        message = "this is the *name* of an environment variable, such as CRM_TOKEN, never the secret itself"
        raise ValueError(message)
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
Zone = Annotated[str, AfterValidator(_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
VariableName = Annotated[str, AfterValidator(_variable)]


class Strict(BaseModel):
    """Frozen, and a misspelt key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Schedule(Strict):
    """When the morning runs."""

    cron: Cron = "0 4 * * *"
    """Minute and hour, daily or on one weekday, in the reconciliation's time zone."""


class Auth(Strict):
    """How requests are authorised; only names of environment variables, never values."""

    type: Literal["bearer", "basic", "header", "none"] = "bearer"
    """The scheme."""
    token_env: VariableName | None = None
    """Variable that holds the token (bearer, header) or the password (basic)."""
    user_env: VariableName | None = None
    """Variable that holds the user name (basic)."""
    header: str = "Authorization"
    """Name of the header that carries the token (header)."""

    @model_validator(mode="after")
    def _has_a_secret(self) -> "Auth":
        if self.type != "none" and self.token_env is None:
            message = f"auth of type {self.type} needs token_env, the name of an environment variable"
            raise ValueError(message)
        return self


class Walk(Strict):
    """One more walk over the same list, for records the first leaves out."""

    params: dict[str, str | int]
    """Parameters that replace those of `list.params`."""
    state: Literal["archived", "deleted"] | None = None
    """What the records of this walk are, whatever their status says."""


class Listing(Strict):
    """Where every record of a side is listed."""

    path: str
    """Path below `base_url`."""
    params: dict[str, str | int | bool | list[str]] = Field(default_factory=dict)
    """Query parameters of every page."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of every request, such as a pinned API version. No secrets."""
    records: str
    """Path, in the answer, of the list of records; empty when the answer is the list itself."""
    fields_param: str | None = None
    """Parameter that names the wanted fields, for systems that return only what was asked for."""
    fields_prefix: str = ""
    """Prefix that mapped paths carry and the names in `fields_param` do not."""
    also: list[Walk] = Field(default_factory=list)
    """Further walks, for instance over archived records."""


class CursorPaging(Strict):
    """The answer names the next page with a cursor."""

    type: Literal["cursor"]
    next: str
    """Path of the next cursor in the answer; absent or null ends the walk."""
    param: str
    """Parameter that carries it."""


class HasMorePaging(Strict):
    """The answer says whether there is more; the last record's id continues."""

    type: Literal["has_more"]
    more: str = "has_more"
    """Path of the flag in the answer."""
    cursor: str = "id"
    """Path, in a record, of the id that continues the walk."""
    param: str = "starting_after"
    """Parameter that carries it."""


class LinkPaging(Strict):
    """The `Link` header names the next page (RFC 8288)."""

    type: Literal["link"]


class OffsetPaging(Strict):
    """Pages by offset; needs a total, because a short or empty page proves nothing."""

    type: Literal["offset"]
    param: str = "offset"
    size: int = Field(gt=0)
    """Records a page."""


class PagePaging(Strict):
    """Pages by number; needs a total, because a short or empty page proves nothing."""

    type: Literal["page"]
    param: str = "page"
    size: int = Field(gt=0)
    """Records a page."""
    first: int = 1
    """Number of the first page."""


class RangePaging(Strict):
    """`Range` and `Content-Range` headers (RFC 9110), with the total in the answer."""

    type: Literal["range"]
    unit: str = "records"
    size: int = Field(default=100, gt=0)
    """Records a page."""


Paging = Annotated[
    CursorPaging | HasMorePaging | LinkPaging | OffsetPaging | PagePaging | RangePaging,
    Field(discriminator="type"),
]


class Total(Strict):
    """Where the source says how many records there are."""

    body: str | None = None
    """Path in the answer."""
    header: str | None = None
    """Name of a header."""

    @model_validator(mode="after")
    def _one_place(self) -> "Total":
        if (self.body is None) == (self.header is None):
            message = "total has one of: body (a path in the answer) or header (a header's name)"
            raise ValueError(message)
        return self


class ByKey(Strict):
    """How one record is found by its key."""

    path: str
    param: str


class Lookup(Strict):
    """How single records are read again."""

    path: str
    """Path of one record, with `{source_id}` in it."""
    by_key: ByKey | None = None


class AsOf(Strict):
    """How a system is asked for a past moment."""

    param: str


class Status(Strict):
    """Which records count as active."""

    field: str
    """Path of the status in a record."""
    active: list[str] = Field(min_length=1)
    """Every status that means active; each other one means cancelled."""
    out_of_scope: list[str] = Field(default_factory=list)
    """Statuses that are neither, such as a lead that never was a customer."""


class Timestamp(Strict):
    """Where a record says when something happened."""

    field: str
    timezone: Zone = "UTC"
    """Zone of times that carry none."""
    format: Literal["iso", "epoch_s", "epoch_ms"] | None = None
    """How it is written; by default text is ISO 8601 and a number is seconds since 1970."""


class CurrencyPath(Strict):
    """The currency stands in the record itself."""

    path: str


class MappedField(Strict):
    """One field that the two sides share."""

    path: str
    """Path in a record: dotted, with `[0]` for list elements."""
    type: Literal["text", "decimal", "money"] = "text"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | CurrencyPath | None = None
    """For money: an ISO 4217 code, or where the record says it."""
    unit: Literal["major", "minor"] = "major"
    """For money: 49.00 is major, 4900 is minor."""

    @model_validator(mode="after")
    def _money_has_a_currency(self) -> "MappedField":
        if self.type == "money" and self.currency is None:
            message = "a field of type money needs currency: an ISO code such as EUR, or {path: ...}"
            raise ValueError(message)
        return self


def _short_field(value: object) -> object:
    """Let `plan: plan` stand for `plan: {path: plan}`."""
    return {"path": value} if isinstance(value, str) else value


FieldMapping = Annotated[MappedField, BeforeValidator(_short_field, json_schema_input_type=str | MappedField)]

FIELD_NAME = r"^[a-z][a-z0-9_]*$"
FieldName = Annotated[str, Field(pattern=FIELD_NAME)]


class Reduce(Strict):
    """How several rows of one key become one."""

    active: Literal["any"] = "any"
    """The key is active when any of its rows is."""
    money: Literal["sum"] = "sum"
    """Amounts of the active rows are added."""
    updated_at: Literal["max"] = "max"
    """The latest change counts."""


class SideBase(Strict):
    """What every kind of side has."""

    label: str = ""
    """What people call this system."""
    active_word: str = "active"
    """What people call its active records, e.g. running."""
    key: str
    """Path of the customer number that pairs a record with the other side."""
    source_id: str = "id"
    """Path of the system's own id."""
    status: Status
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    reduce: Literal["none"] | Reduce = "none"
    """How many rows of one key become one; by default a shared key is a finding."""
    fields: dict[FieldName, FieldMapping] = Field(default_factory=dict)
    """Fields that can be compared, by the name both sides share."""
    local: bool = False
    """The system runs on this machine or network: plain http and private addresses are allowed."""
    link: str | None = None
    """Address of one record for people, with `{source_id}` in it."""


class RestSide(SideBase):
    """A system with an HTTP API; hubspot and stripe are the same with defaults."""

    connector: Literal["rest", "hubspot", "stripe"]
    base_url: str
    auth: Auth
    list: Listing
    paging: Paging
    total: Total | None = None
    lookup: Lookup | None = None
    as_of: AsOf | None = None
    requests_per_second: float = Field(default=20, gt=0)
    """Pace that stays below the vendor's limit."""
    budget: Duration = timedelta(minutes=30)
    """Longest time one pull may take, waits and retries included."""

    @model_validator(mode="after")
    def _plain_http_only_at_home(self) -> "RestSide":
        if not re.match(r"https?://[^/@\s]+", self.base_url):
            message = "base_url is an address such as https://api.example.com, without user or password in it"
            raise ValueError(message)
        if not self.local and not self.base_url.startswith("https://"):
            message = f"base_url {self.base_url} is plain http; use https, or say `local: true` for your own machine"
            raise ValueError(message)
        if self.paging.type in {"offset", "page"} and self.total is None:
            message = f"paging by {self.paging.type} needs total: only the source's own count proves the last page"
            raise ValueError(message)
        return self


class FileSide(SideBase):
    """A system that exports to files."""

    connector: Literal["file"]
    path: str
    """The file; `{date}` in it stands for the morning, and dated files answer for the past."""
    format: Literal["csv"] = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    total: None = None


SideSettings = Annotated[RestSide | FileSide, Field(discriminator="connector")]


class Sides(Strict):
    """The two roles are always these two."""

    crm: SideSettings
    billing: SideSettings

    def __getitem__(self, side: Side) -> RestSide | FileSide:
        """Look a side up by its role."""
        return self.crm if side is Side.CRM else self.billing


class Tolerance(Strict):
    """How far two numbers may differ and still agree."""

    absolute: Decimal = Field(ge=0)


class ComparedField(Strict):
    """One mapped field that is compared."""

    field: FieldName
    tolerance: Tolerance | None = None


def _short_compared(value: object) -> object:
    """Let `plan` stand for `{field: plan}`."""
    return {"field": value} if isinstance(value, str) else value


Compared = Annotated[ComparedField, BeforeValidator(_short_compared, json_schema_input_type=str | ComparedField)]


class AmountSettings(Strict):
    """Which field says what a record costs."""

    field: FieldName
    per: str = "month"
    """The period an amount stands for, as people say it."""


class Owners(BaseModel):
    """Who answers for what; `default` for everything that has no other owner."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    default: str = "unassigned"
    crm_only: str | None = None
    billing_only: str | None = None
    value_conflict: str | None = None


class Channel(Strict):
    """Where messages go."""

    type: Literal["slack", "teams", "smtp", "webhook"]
    url_env: VariableName
    """Variable that holds the address; an incoming webhook's address is a credential."""
    local: bool = False
    """The receiver runs on this machine or network: plain http is allowed."""


class Reconciliation(Strict):
    """One configured pair of systems."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]
    """Identity in the ledger; the file may be renamed, this may not."""
    timezone: Zone = "UTC"
    """Zone in which a morning is a morning."""
    start: date = date(2026, 1, 1)
    """The first morning that can be asked for."""
    schedule: Schedule = Schedule()
    settling: Duration = timedelta(hours=1)
    """How young a difference may be and still be normal lag."""
    floor: float = Field(default=0.8, gt=0, le=1)
    """Share of the last trusted morning below which a side is not believed."""
    side_ratio: float = Field(default=0.5, gt=0, le=1)
    """Smallest believable share of the larger active side that the smaller one may be."""
    owners: Owners = Owners()
    channels: list[Channel] = Field(default_factory=list)
    sides: Sides
    compare: list[Compared] = Field(default_factory=list)
    """Fields compared on records that are active on both sides."""
    amount: AmountSettings | None = None
    """Which field says what a record costs; by default the first compared field of type money."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone, ready to use."""
        return ZoneInfo(self.timezone)

    @property
    def is_local(self) -> bool:
        """Whether every side is declared local, so that a pretended clock may be believed."""
        return self.sides.crm.local and self.sides.billing.local

    def label(self, side: Side) -> str:
        """What people call a side."""
        return self.sides[side].label or {Side.CRM: "CRM", Side.BILLING: "Billing"}[side]
