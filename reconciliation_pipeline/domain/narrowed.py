"""By when, at the latest, did a difference begin, by the records' own timestamps?"""

from collections.abc import Mapping
from datetime import date, datetime

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Kind, Side


def last_change(latest: Observation) -> datetime | None:
    """Give the moment at which either side last changed its record (UTC); None where neither says."""
    return max((moment for moment in latest.changed_at.values() if moment is not None), default=None)


def at_latest(
    latest: Observation, as_of: Mapping[date, datetime], agreed_on: date | None, began_by: date
) -> datetime | None:
    """Narrow the end of the interval: what nobody has touched since was like this when it was touched last.

    Only where both sides have the record and say when they changed it: when a record vanished, nobody wrote down.

    Args:
        latest: The latest observation of the difference.
        as_of: The instant each morning speaks of (UTC), where that is known and can be right.
        agreed_on: The last morning that looked and saw that the sides agreed; None when there is none.
        began_by: The first morning that saw it.

    Returns:
        A moment between the two (UTC); None where the records do not say more than the mornings.
    """
    changed = last_change(latest)
    is_on_both = latest.kind is Kind.VALUE_CONFLICT or all(side in latest.source_ids for side in Side)
    if changed is None or not is_on_both or any(latest.changed_at.get(side) is None for side in Side):
        return None
    seen_at = as_of.get(began_by)
    agreed_at = as_of.get(agreed_on) if agreed_on is not None else None
    if seen_at is None or changed >= seen_at or (agreed_on is not None and (agreed_at is None or changed <= agreed_at)):
        return None
    return changed
