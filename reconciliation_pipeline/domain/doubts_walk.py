"""What does a pull itself say against having been whole? Its walk, its totals, its keys, its account.

No history is needed for any of this. Every rule returns reasons; none means that there is nothing to object.
"""

from fractions import Fraction

from reconciliation_pipeline.domain.records import Reason, Receipt

TROUBLED_KEYS = Fraction(1, 100)
"""Share of records without a usable key above which a side cannot be compared."""


def walk_doubts(receipt: Receipt) -> list[Reason]:
    """Object to a walk without an end, one that met a record twice, and one that reached its list's cap."""
    found = []
    if receipt.ended_by is None:
        text = f"{receipt.label}: the walk stopped without a sign that the last page was reached."
        found.append(Reason("walk_not_ended", text, receipt.side, "Run the morning again."))
    if repeated := receipt.pulled - receipt.distinct:
        text = (
            f"{receipt.label} served {repeated:,} of {receipt.pulled:,} records twice (same id), "
            "so others may have been skipped."
        )
        found.append(Reason("duplicate_source_id", text, receipt.side, "Run the morning again at a quieter moment."))
    if receipt.cap is not None and receipt.pulled >= receipt.cap:
        text = (
            f"{receipt.label} returned {receipt.pulled:,} records, and its list never gives more than {receipt.cap:,}: "
            "there may be others."
        )
        found.append(Reason("walk_not_ended", text, receipt.side, "Split the list, or read it another way."))
    return found


def total_doubts(receipt: Receipt) -> list[Reason]:
    """Object to a number of records outside what the source claims at the start and at the end."""
    totals = [total for total in (receipt.total_before, receipt.total_after) if total is not None]
    if not totals:
        return []
    slack = Fraction(str(receipt.total_tolerance))
    if min(totals) * (1 - slack) <= receipt.distinct <= max(totals) * (1 + slack):
        return []
    text = f"{receipt.label} says it holds {max(totals):,} records, but {receipt.distinct:,} arrived."
    return [Reason("total_mismatch", text, receipt.side, "Run again; if it stays, check the token's scopes.")]


def key_doubts(receipt: Receipt) -> list[Reason]:
    """Object when too many records have no key, or share one, for a comparison to mean anything."""
    troubled = receipt.no_key + receipt.duplicate_key
    if troubled <= TROUBLED_KEYS * receipt.pulled:
        return []
    text = (
        f"{receipt.label}: {receipt.no_key:,} records have no key and {receipt.duplicate_key:,} share one, "
        f"of {receipt.pulled:,}; above 1 % a comparison would be guessing."
    )
    return [Reason("keys_unusable", text, receipt.side, "Check `key` in the settings, then the records themselves.")]


def empty_doubts(receipt: Receipt) -> list[Reason]:
    """Object to nothing: no record, or none that is active, is no evidence of anything."""
    if receipt.active:
        return []
    if not receipt.pulled:
        text = f"{receipt.label} returned no record at all; that proves nothing."
        return [Reason("unproven", text, receipt.side, "Check the token's scopes and the account it belongs to.")]
    text = f"{receipt.label} returned {receipt.pulled:,} records, not one of them active; that proves nothing."
    return [Reason("unproven", text, receipt.side, "Check `status` in the settings against what the system says.")]
