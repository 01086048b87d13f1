"""Which vendors need a little code besides their preset?"""

from collections.abc import Callable, Mapping, Sequence

from reconciliation_pipeline.connectors import stripe, tryton
from reconciliation_pipeline.connectors.mapping import Record
from reconciliation_pipeline.connectors.session import Get
from reconciliation_pipeline.connectors.transport import Params

ENRICH: Mapping[str, Callable[[Record], Record]] = {"stripe": stripe.enrich, "tryton": tryton.enrich}
"""By connector: what is computed into each raw record before it is mapped."""

FOLLOW: Mapping[str, Callable[[Record, Get], Record]] = {"stripe": stripe.follow}
"""By connector: what is asked for to make a raw record whole, before anything is computed from it."""

MINOR_DIGITS: Mapping[str, Mapping[str, int]] = {"stripe": stripe.MINOR_DIGITS}
"""By connector: currencies whose minor unit the vendor counts differently from ISO 4217."""

FIELDS: Mapping[str, Callable[[Sequence[str]], list[str]]] = {"tryton": tryton.fields}
"""By connector: how the wanted fields are named; by default they stand in one parameter, with commas between."""

ENCODE: Mapping[str, Callable[[Params], Params]] = {"tryton": tryton.encoded}
"""By connector: how parameters are written on their way out."""
