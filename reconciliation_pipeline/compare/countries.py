"""What are countries called? ISO 3166-1 as the library `pycountry` carries it, from Debian's iso-codes."""

from collections.abc import Iterator
from typing import Final

import pycountry

_COMMON: Final = {"UK": "GB", "ENGLAND": "GB", "GREAT BRITAIN": "GB", "U.S.": "US", "U.S.A.": "US", "EL": "GR"}
"""What people write and no list has; EL is what the European Union calls Greece."""


def _names() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for part in ("alpha_2", "alpha_3", "name", "common_name", "official_name"):
            if name := getattr(country, part, None):
                yield name.upper(), country.alpha_2


NAMES: Final = dict(sorted(({**dict(_names()), **_COMMON}).items()))
"""Two and three letters and English names, in capitals, and the two letters of each."""
