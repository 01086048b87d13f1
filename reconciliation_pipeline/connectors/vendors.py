"""Which vendors need a little code besides their preset?"""

from collections.abc import Callable, Mapping

from reconciliation_pipeline.connectors import stripe

ENRICH: Mapping[str, Callable[[Mapping[str, object]], Mapping[str, object]]] = {"stripe": stripe.enrich}
"""By connector: what is computed into each raw record before it is mapped."""

MINOR_DIGITS: Mapping[str, Mapping[str, int]] = {"stripe": stripe.MINOR_DIGITS}
"""By connector: currencies whose minor unit the vendor counts differently from ISO 4217."""
