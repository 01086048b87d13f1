"""Which vendors need a little code besides their preset?"""

from collections.abc import Callable, Mapping

from reconciliation_pipeline.connectors import stripe
from reconciliation_pipeline.connectors.mapping import Record
from reconciliation_pipeline.connectors.transport import Params

Get = Callable[[str, Params], object]
"""Asks for something beside the list, by its path and parameters, and gives the parsed answer."""

ENRICH: Mapping[str, Callable[[Record], Record]] = {"stripe": stripe.enrich}
"""By connector: what is computed into each raw record before it is mapped."""

FOLLOW: Mapping[str, Callable[[Record, Get], Record]] = {}
"""By connector: what is asked for to make a raw record whole, before anything is computed from it."""

MINOR_DIGITS: Mapping[str, Mapping[str, int]] = {"stripe": stripe.MINOR_DIGITS}
"""By connector: currencies whose minor unit the vendor counts differently from ISO 4217."""
