"""What must a morning with the population find, and what did it find? Both in the same words."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from reconciliation_pipeline_tests.peers.desk import Said
from reconciliation_pipeline_tests.peers.population import Is, customers

Finding = tuple[str, str, str | None, tuple[tuple[str, str, str], ...]]
"""Key, kind, reason, and for a conflict each field with what the CRM and billing say."""


def planted(*, archive: bool, values: bool = True) -> Counter[Finding]:
    """List what must be found.

    Args:
        archive: Whether the CRM has an archive; without one it can only call such customers cancelled.
        values: Whether values are compared at all.
    """
    return Counter(
        (
            one.number,
            one.case.kind,
            "cancelled" if one.case.reason == "archived" and not archive else one.case.reason,
            one.case.fields,
        )
        for one in customers()
        if one.case.kind and (values or one.case.kind != "value_conflict")
    )


def found(items: Iterable[dict[str, Any]]) -> Counter[Finding]:
    """List what the ledger holds."""
    return Counter(
        (
            item["key"],
            item["kind"],
            item["reason"],
            tuple((each["name"], each["crm"], each["billing"]) for each in item["fields"] if each["name"] != "status"),
        )
        for item in items
    )


def created() -> dict[str, tuple[int, int]]:
    """Count what each system was given: all records, and the active ones."""
    held = {"crm": [one.case.crm for one in customers()], "billing": [one.case.billing for one in customers()]}
    return {
        side: (sum(map(bool, all_of_it)), Counter(each.status for each in all_of_it if each)[Is.ACTIVE])
        for side, all_of_it in held.items()
    }


def pulled(run: Said) -> dict[str, tuple[int, int]]:
    """Count what arrived, in the same way."""
    return {side: (counts["pulled"], counts["active"]) for side, counts in run.data["sides"].items()}


def reasons(run: Said) -> list[tuple[str, str]]:
    """List why a morning was not simply believed: each code and its side."""
    return [(reason["code"], reason["side"]) for reason in run.data["reasons"]]


def counts() -> dict[str, int]:
    """Give what a person reads off each system's own screen: how many records it holds."""
    return {side: number for side, (number, _) in created().items()}
