"""The vocabulary: what travels between the steps of a reconciliation.

Nouns only. Rules about them live beside this file: trust in `completeness.py`, lag and money
in `judgement.py`, the life of a difference in `ledger.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from reconciliation_pipeline.domain.evidence import Evidence, Proof


class Side(StrEnum):
    """The two roles of a reconciliation; what people call them is the side's label."""

    CRM = "crm"
    BILLING = "billing"

    @property
    def other(self) -> "Side":
        """The side this one is compared with."""
        return Side.BILLING if self is Side.CRM else Side.CRM


class State(StrEnum):
    """What one record is, as far as the comparison is concerned."""

    ACTIVE = "active"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    ARCHIVED = "archived"
    OUT_OF_SCOPE = "out_of_scope"


class Kind(StrEnum):
    """How the two sides disagree on one record."""

    CRM_ONLY = "crm_only"
    BILLING_ONLY = "billing_only"
    VALUE_CONFLICT = "value_conflict"


class Cause(StrEnum):
    """Why a one-sided record has no running counterpart on the other side."""

    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    ARCHIVED = "archived"
    OUT_OF_SCOPE = "out_of_scope"


class MoneyClass(StrEnum):
    """What a difference means in money."""

    CHARGED_AFTER_CANCELLATION = "charged_after_cancellation"
    BILLED_UNKNOWN_TO_CRM = "billed_unknown_to_crm"
    USED_UNBILLED = "used_unbilled"
    AMOUNT_DIFFERS = "amount_differs"


class Grade(StrEnum):
    """What a certificate says about one pull."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    UNPROVEN = "unproven"


class Outcome(StrEnum):
    """The three results of a morning; there is never a fourth, and never only two."""

    CLEAN = "clean"
    DRIFT = "drift"
    NOT_TRUSTWORTHY = "not_trustworthy"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to doubt a morning.

    Attributes:
        code: A reason code of the contract, e.g. `floor`.
        text: What happened and what it means, in one or two sentences for people.
        side: The side it concerns; None when it concerns the morning as a whole.
        remedy: What to do about it.
    """

    code: str
    text: str
    side: Side | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of one side, reduced to what the comparison needs.

    Attributes:
        source_id: The id the system itself gives the record.
        key: The customer number that pairs it with the other side; None when it has none.
        status: The status as the system spells it.
        state: What that status means here.
        created_at: When the system says the record began (UTC); None when it does not say.
        updated_at: When the system says the record last changed (UTC).
        values: Canonical text of each mapped field, and `<field>_currency` for each amount.
    """

    source_id: str
    key: str | None
    status: str | None
    state: State
    created_at: datetime | None
    updated_at: datetime | None
    values: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How one side was pulled, so that its completeness can be judged later.

    Attributes:
        side: Which side.
        label: What people call it.
        started_at: When the walk began, by our clock (UTC).
        finished_at: When it ended, by our clock (UTC).
        source_clock: The source's own clock at its first answer (UTC); None when it has none.
        pages: Pages walked.
        requests: Requests sent, retries included.
        pulled: Records received.
        active: Of these, records whose status means active.
        distinct: Different source ids among them.
        no_key: Records without a usable key; those out of scope need none.
        duplicate_key: Records that share their key with another source id.
        total_before: Records the source itself claimed at the start of the walk; None when silent.
        total_after: The same at its end.
        ended_by: The explicit signal that ended the walk; None when there was none.
        failure: Why the walk broke off; None when it did not.
        total_tolerance: Share by which the source's claims may be off.
        cap: Most records the source's list ever gives; None when it has no such limit.
        account: Whose data it is, as the source says; None when it does not.
        statuses: Records by status, as the system spells it; "" where there is none.
        nulls: Active records by field that has no value on them.
        newborn: Records that came after the walk had begun, by the source's clock: its first total lacks them.
    """

    side: Side
    label: str
    started_at: datetime
    finished_at: datetime
    source_clock: datetime | None
    pages: int
    requests: int
    pulled: int
    active: int
    distinct: int
    no_key: int
    duplicate_key: int
    total_before: int | None = None
    total_after: int | None = None
    ended_by: str | None = None
    failure: Reason | None = None
    total_tolerance: Decimal = Decimal(0)
    cap: int | None = None
    account: str | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)
    nulls: Mapping[str, int] = field(default_factory=dict)
    newborn: int = 0


@dataclass(frozen=True, slots=True)
class Baseline:
    """The last morning before this one that counts are measured against.

    Attributes:
        morning: Its date.
        pulled: Records it pulled from the side.
        active: Active records among them.
        proven: Whether it was trusted; an unproven one may refuse a pull and never vouches for one.
        account: Whose data it was.
        statuses: Its records by status.
        nulls: Its active records by field that had no value.
    """

    morning: date
    pulled: int
    active: int
    proven: bool = True
    account: str | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)
    nulls: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The verdict over one receipt, with every reason.

    Attributes:
        grade: Complete, incomplete or unproven.
        reasons: Every reason to doubt; empty means complete.
        baseline: What the counts were measured against; None on a first morning.
        remarks: What was seen and does not raise doubt, in plain words.
        proofs: What was looked at and what it came to, one line each.
    """

    grade: Grade
    reasons: tuple[Reason, ...] = ()
    baseline: Baseline | None = None
    remarks: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every relevant record of one side at one moment; immutable once written.

    Attributes:
        side: Which side.
        path: The Parquet file, relative to the archive's root.
        sha256: Hash of that file's bytes; None when nothing could be kept.
        receipt: How it was pulled.
        certificate: Whether it may be believed.
        evidence: What was asked besides the walk; None when nothing was.
    """

    side: Side
    path: str
    sha256: str | None
    receipt: Receipt
    certificate: Certificate
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field on which the two sides disagree, with both values as text.

    Attributes:
        name: The field.
        crm: Its value in the CRM; None where it has none.
        billing: Its value in billing.
        format_only: Whether the two mean the same and are merely written differently.
    """

    name: str
    crm: str | None
    billing: str | None
    format_only: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """Money: a decimal in the major unit of one currency (ISO 4217 code)."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One record the two sides disagree on, as the comparison found it.

    Attributes:
        kind: How they disagree.
        key: The customer number.
        cause: For one-sided kinds, why the other side has no running counterpart.
        fields: Every differing field; for one-sided kinds empty.
        source_ids: The systems' own ids of the record, where it exists.
        statuses: The systems' own statuses, where it exists.
        changed_at: When each side says its record last changed or began (UTC), where known.
        amounts: The amount each side carries; None where it has none.
    """

    kind: Kind
    key: str
    cause: Cause | None
    fields: tuple[FieldDifference, ...] = ()
    source_ids: Mapping[Side, str] = field(default_factory=dict)
    statuses: Mapping[Side, str | None] = field(default_factory=dict)
    changed_at: Mapping[Side, datetime | None] = field(default_factory=dict)
    amounts: Mapping[Side, Amount | None] = field(default_factory=dict)
