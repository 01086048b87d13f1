"""The shape of a reconciliation's settings, once they are valid.

The keys of `reconciliations/*.yaml` are declared here, in `calls.py`, `channels.py`, `comparing.py`, `paging.py` and
`people.py`, once; the JSON schema for editors and the page of all keys are held against these classes. How a single
value is written stands in `values.py`; reading files and the words for mistakes start at `load.py`.
"""

from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.calls import Account, AsOf, AsOfRows, Auth, Listing, Lookup, Total
from reconciliation_pipeline.settings.channels import Channel, Ping
from reconciliation_pipeline.settings.comparing import Compared, KeySettings
from reconciliation_pipeline.settings.engine import DuckSettings, EngineSettings
from reconciliation_pipeline.settings.paging import OffsetPaging, PagePaging, Paging
from reconciliation_pipeline.settings.people import Due, Owners, Schedule, SettlingFor
from reconciliation_pipeline.settings.values import (
    IDENTITY,
    Address,
    CurrencyCode,
    DatedPath,
    Duration,
    Encoding,
    FieldName,
    RecordPath,
    Strict,
    Text,
    VariableName,
    Zone,
    wrong,
)


class Status(Strict):
    """Which records count as active."""

    field: Text
    """Path of the status in a record."""
    active: list[str] = Field(min_length=1)
    """Every status that means active; each other one means cancelled."""
    out_of_scope: list[str] = Field(default_factory=list)
    """Statuses that are neither, such as a lead that never was a customer."""


class Timestamp(Strict):
    """Where a record says when something happened."""

    field: Text
    """Path of the time in a record."""
    timezone: Zone = "UTC"
    """Zone of times that carry none."""
    format: Literal["iso", "epoch_s", "epoch_ms"] | None = None
    """How it is written; by default text is ISO 8601 and a number is seconds since 1970."""


class CurrencyPath(Strict):
    """The currency stands in the record itself."""

    path: str
    """Path of the currency in a record."""


class MappedField(Strict):
    """One field that the two sides share."""

    path: Text
    """Path in a record: dotted, with `[0]` for list elements."""
    type: Literal["text", "decimal", "money"] = "text"
    """What it is: text, a plain number, or an amount of money."""
    currency: CurrencyCode | CurrencyPath | None = Field(default=None, validate_default=True)
    """For money: an ISO 4217 code, or where the record says it."""
    unit: Literal["major", "minor"] = "major"
    """For money: 49.00 is major, 4900 is minor."""

    @field_validator("currency")
    @classmethod
    def _money_has_a_currency(cls, value: str | CurrencyPath | None, info: ValidationInfo) -> str | CurrencyPath | None:
        if value is None and info.data.get("type") == "money":
            raise wrong(code="no_currency")
        return value


def _short_field(value: object) -> object:
    """Let `plan: plan` stand for `plan: {path: plan}`."""
    return {"path": value} if isinstance(value, str) else value


FieldMapping = Annotated[MappedField, BeforeValidator(_short_field, json_schema_input_type=str | MappedField)]


class Reduce(Strict):
    """How several rows of one key become one."""

    active: Literal["any"] = "any"
    """The key is active when any of its rows is."""
    money: Literal["sum"] = "sum"
    """Amounts of the active rows are added."""
    updated_at: Literal["max"] = "max"
    """The latest change counts."""


class Sentinels(Strict):
    """What every pull must contain, whatever else changed."""

    ids: list[Text] = Field(default_factory=list)
    """The system's own ids of records that are never removed."""
    statuses: list[Text] = Field(default_factory=list)
    """Statuses of which there is always at least one record."""


class SideBase(Strict):
    """What every kind of side has."""

    label: str = ""
    """What people call this system."""
    active_word: str = "active"
    """What people call its active records, e.g. running."""
    key: Text | list[Text]
    """Path of the customer number that pairs a record with the other side; a list where only several together do."""
    source_id: Text = "id"
    """Path of the system's own id."""
    status: Status
    """Which records count as active."""
    created_at: Timestamp | None = None
    """When a record began; a difference younger than `settling` is normal lag."""
    updated_at: Timestamp | None = None
    """When a record last changed; a difference younger than `settling` is normal lag."""
    reduce: Literal["none"] | Reduce = "none"
    """How many rows of one key become one; by default a shared key is a finding."""
    fields: dict[FieldName, FieldMapping] = Field(default_factory=dict)
    """Fields that can be compared, by the name both sides share."""
    local: bool = False
    """The system runs on this machine or network: plain http and private addresses are allowed."""
    sentinels: Sentinels = Sentinels()
    """What every pull must contain."""
    link: RecordPath | None = None
    """Address of one record for people, with `{source_id}` in it."""

    @field_validator("key")
    @classmethod
    def _parts_of_its_own(cls, value: str | list[str]) -> str | list[str]:
        if isinstance(value, list) and len(set(value)) < max(2, len(value)):
            raise wrong(code="key_parts")
        return value

    @property
    def key_paths(self) -> tuple[str, ...]:
        """The paths of the key's parts: one, or several whose texts `domain/keys.py` joins."""
        return (self.key,) if isinstance(self.key, str) else tuple(self.key)


class RestSide(SideBase):
    """A system with an HTTP API; hubspot, stripe and tryton are the same with defaults."""

    connector: Literal["rest", "hubspot", "stripe", "tryton"]
    """How the system is read: rest for any HTTP API, the others with a vendor's defaults."""
    object: Text | None = None
    """Which of the vendor's objects: `companies` or `contacts` at HubSpot."""
    api: Text | None = None
    """Which version of the vendor's paths, where it keeps several."""
    base_url: Address
    """Address of the API; https, unless the side is `local`."""
    auth: Auth
    """How requests are authorised."""
    scopes: list[Text] = Field(default_factory=list)
    """Permissions the credentials need; for people, and for `recon doctor`."""
    list: Listing
    """Where every record is listed."""
    paging: Paging
    """How the pages of the list follow each other, and what ends them."""
    total: Total | None = Field(default=None, validate_default=True)
    """Where the source says how many records there are; paging by offset or page needs it."""
    lookup: Lookup | None = None
    """How single records are read again."""
    account: Account | None = None
    """How the system says whose data it shows."""
    same: Text | None = None
    """Path, in a record, of a value that all records of one account share, such as a live or test flag."""
    version_header: Text | None = None
    """Header that every answer must carry as it was sent in `list.headers`, such as a pinned API version."""
    cap: int | None = Field(default=None, gt=0)
    """Most records the list ever gives; a pull that reaches it is not believed."""
    as_of: AsOf | None = None
    """How the system is asked for a past moment; only for one that can answer."""
    requests_per_second: float = Field(default=20, gt=0, allow_inf_nan=False)
    """The vendor's limit. 96 % of it is used, by all runs of one home that share a token together."""
    budget: Duration = timedelta(minutes=30)
    """Longest time one pull may take, waits and retries included."""

    @field_validator("base_url")
    @classmethod
    def _plain_http_only_at_home(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("local") is False and not value.lower().startswith("https://"):
            raise wrong(code="plain_http")
        return value

    @field_validator("total")
    @classmethod
    def _counted_where_pages_prove_nothing(cls, value: Total | None, info: ValidationInfo) -> Total | None:
        paging = info.data.get("paging")
        if value is None and isinstance(paging, OffsetPaging | PagePaging):
            raise wrong(code="no_total", kind=paging.type)
        return value


class FileSide(SideBase):
    """A system that exports to files."""

    connector: Literal["file"]
    """How the system is read: from a file it exports."""
    path: DatedPath
    """The file; `{date}` in it stands for the morning, and dated files answer for the past."""
    format: Literal["csv", "jsonl", "parquet", "xlsx"] | None = None
    """How the file is written; by default what its name ends with, else csv."""
    sheet: Text | None = None
    """Name of the sheet (xlsx); by default the first."""
    encoding: Encoding = "utf-8-sig"
    """Text encoding of the file."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """The one character between two columns."""
    total: None = None
    """A file carries no total of its own; never set."""


class SqlSide(SideBase):
    """A system whose records stand in a table of a database."""

    connector: Literal["sql"]
    """How the system is read: from a table or view of a database."""
    url_env: VariableName
    """Variable that holds the address of the database, with user and password."""
    table: Text
    """The table or view, with its schema before a dot where it has one; its columns are the paths."""
    as_of: AsOfRows | None = None
    """How the rows of one morning are told apart; only for a table that keeps those of every morning."""


AnySide = RestSide | FileSide | SqlSide
SideSettings = Annotated[AnySide, Field(discriminator="connector")]


class Sides(Strict):
    """The two roles are always these two."""

    crm: SideSettings
    """The system that says who is a customer."""
    billing: SideSettings
    """The system that says who is charged."""

    def __getitem__(self, side: Side) -> AnySide:
        """Look a side up by its role."""
        return self.crm if side is Side.CRM else self.billing


class AmountSettings(Strict):
    """Which field says what a record costs."""

    field: FieldName
    """Name of a mapped field of type money."""
    per: str = "month"
    """The period an amount stands for, as people say it."""


class Reconciliation(Strict):
    """One configured pair of systems."""

    id: Annotated[str, Field(pattern=IDENTITY, max_length=63)]
    """Identity in the ledger; the file may be renamed, this may not."""
    timezone: Zone = "UTC"
    """Zone in which a morning is a morning."""
    start: date = date(2026, 1, 1)
    """The first morning that the schedule runs; `recon run --date` may ask for an earlier one."""
    schedule: Schedule = Schedule()
    """When the morning runs."""
    settling: Duration = timedelta(hours=1)
    """How young a difference may be and still be normal lag."""
    settling_for: SettlingFor = SettlingFor()
    """The same for some kinds and fields."""
    floor: float = Field(default=0.8, gt=0, le=1)
    """Share of the last trusted morning below which a side is not believed."""
    side_ratio: float = Field(default=0.5, gt=0, le=1)
    """Smallest believable share of the larger active side that the smaller one may be."""
    ceiling: float = Field(default=1.5, gt=1, allow_inf_nan=False)
    """Multiple of the last trusted morning above which a side is not believed."""
    key_overlap: float = Field(default=0.5, ge=0, le=1)
    """Share of the smaller side's active keys that the other side must know at all."""
    owners: Owners = Owners()
    """Who answers for what."""
    due: Due = Due()
    """When a difference has to be gone."""
    keep: Duration = timedelta(days=400)
    """How long snapshots and pages are kept; `recon prune` gives up older ones, and nothing of what was observed."""
    channels: list[Channel] = Field(default_factory=list)
    """Where messages go, besides the outbox."""
    ping: Ping | None = None
    """Who outside is told of each trusted morning."""
    sides: Sides
    """The two systems."""
    compare: list[Compared] = Field(default_factory=list)
    """Fields compared on records that are active on both sides."""
    keys: KeySettings = KeySettings()
    """Which differences between two spellings of a key are none."""
    amount: AmountSettings | None = None
    """Which field says what a record costs; by default the first compared field of type money."""
    engine: EngineSettings = DuckSettings(type="duckdb")
    """What compares the two snapshots."""

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
