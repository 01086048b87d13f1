"""How does Tryton write a time and a decimal? `tryton.py`, backwards; used for planted records only."""

from datetime import UTC, datetime
from decimal import Decimal


def spelt(value: object) -> object:
    """Write a value as Tryton's server does; what JSON has a form for stays as it is.

    Args:
        value: A time is in the zone that the settings say, or carries its own.
    """
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": f"{value:f}"}
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is not None and value.utcoffset() != UTC.utcoffset(None):
        # Tryton's times say no zone; a text that says one is understood all the same.
        return value.isoformat()
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(value, part) for part in parts}}
