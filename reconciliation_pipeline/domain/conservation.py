"""Does the comparison account for every record it was given?

Every row of each side ends in exactly one bucket, and the two sides tell the same story. A violated law is a
bug of ours or a damaged snapshot; either way the morning is not trustworthy.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.records import Cause, Kind, Receipt, Side

_ONE_SIDED: Final = {Side.CRM: Kind.CRM_ONLY, Side.BILLING: Kind.BILLING_ONLY}


def adds_up(comparison: Comparison) -> list[str]:
    """Name every law of conservation the comparison breaks, one sentence each with its numbers; none is good."""
    return [*(broken for side in Side for broken in _on(side, comparison)), *_between(comparison)]


def matches_receipts(
    comparison: Comparison, receipts: Mapping[Side, Receipt], *, keys_as_written: bool = True
) -> list[str]:
    """Name every way the comparison contradicts what was counted while pulling, one sentence each.

    Rows set apart for their key, and rows folded into another, are not split by state. So the active rows of the
    receipt must lie between those the comparison placed and those plus the rows set apart; where nothing was set
    apart, that is exactly.

    Args:
        comparison: What was found.
        receipts: How both sides were pulled.
        keys_as_written: Whether keys were compared as they are written; otherwise the rules may find more of them
            empty than the pull did, and never fewer.
    """
    return [broken for side in Side for broken in _against(side, comparison, receipts[side], keys_as_written)]


def _on(side: Side, comparison: Comparison) -> list[str]:
    balance = comparison.balances[side]
    found = Counter(difference.kind for difference in comparison.discrepancies)
    answered = sum(
        difference.kind is _ONE_SIDED[side.other] and difference.cause is not Cause.UNKNOWN
        for difference in comparison.discrepancies
    )
    troubles = Counter(trouble.kind for trouble in comparison.key_troubles if trouble.side is side)
    unknown = {trouble.key for trouble in comparison.key_troubles if trouble.kind == "unknown_value"}
    return [
        *_same(f"rows of {side}", "pulled", balance.pulled, "accounted for", balance.accounted),
        *_same(f"one-sided records of {side}", "counted", balance.one_sided, "listed", found[_ONE_SIDED[side]]),
        *_same(f"value conflicts of {side}", "counted", balance.conflict, "listed", found[Kind.VALUE_CONFLICT]),
        *_same(f"stopped counterparts in {side}", "counted", balance.counterpart, "named as a cause", answered),
        *_same(f"records of {side} without a key", "counted", balance.no_key, "listed", troubles["no_key"]),
        *_at_most(
            f"records of {side} sharing a key",
            *("listed", troubles["duplicate_key"]),
            *("set apart", balance.duplicate_key),
        ),
        *_same(f"records of {side} with an unknown word", "counted", balance.unknown_value, "listed", len(unknown)),
        *_at_most(
            f"records of {side} that differ in format",
            "listed",
            len(comparison.format_only),
            "counted",
            balance.format_only,
        ),
    ]


def _between(comparison: Comparison) -> list[str]:
    crm, billing = comparison.balances[Side.CRM], comparison.balances[Side.BILLING]
    return [
        *_same("records that agree", "counted in crm", crm.equal, "counted in billing", billing.equal),
        *_same("value conflicts", "counted in crm", crm.conflict, "counted in billing", billing.conflict),
        *_same("differences in format", "counted in crm", crm.format_only, "counted in billing", billing.format_only),
    ]


def _against(side: Side, comparison: Comparison, receipt: Receipt, keys_as_written: bool) -> list[str]:  # noqa: FBT001 - named where it is public
    balance = comparison.balances[side]
    placed = balance.equal + balance.conflict + balance.one_sided + balance.format_only + balance.unknown_value
    keyless = _same if keys_as_written else _at_most
    apart = balance.no_key + balance.duplicate_key + balance.folded
    return [
        *_same(f"rows of {side}", "pulled", receipt.pulled, "compared", balance.pulled),
        *keyless(f"records of {side} without a key", "pulled", receipt.no_key, "compared", balance.no_key),
        *_at_most(f"active records of {side}", "placed", placed, "pulled", receipt.active),
        *_at_most(f"active records of {side}", "pulled", receipt.active, "placed or set apart", placed + apart),
    ]


def _same(what: str, one: str, first: int, other: str, second: int) -> list[str]:
    return [] if first == second else [f"The {what} do not add up: {first:,} {one}, {second:,} {other}."]


def _at_most(what: str, one: str, first: int, other: str, second: int) -> list[str]:
    return [] if first <= second else [f"The {what} do not add up: {first:,} {one}, only {second:,} {other}."]
