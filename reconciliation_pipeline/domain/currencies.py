"""How many digits after the point does a currency have?"""

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

# ISO 4217, list one; a vendor's own habits belong to its connector.
_DIGITS = {"CLF": 4, "UYW": 4, **dict.fromkeys(_NONE.split(), 0), **dict.fromkeys(_THREE.split(), 3)}


def minor_digits(currency: str) -> int:
    """Give the digits after the point of an ISO 4217 code: two, unless the standard says otherwise."""
    return _DIGITS.get(currency, 2)
