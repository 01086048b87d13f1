"""How are counts, money, spans of time and foreign text spelled?

Small pieces of text only; sentences and messages belong in `wording.py`.
"""

import unicodedata
from datetime import timedelta
from decimal import Decimal

from reconciliation_pipeline.domain.currencies import minor_digits
from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.records import MoneyClass

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def counted(count: int, one: str, many: str = "") -> str:
    """Spell a number with its noun: `1 page`, `1,301 pages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def number(value: Decimal, currency: str) -> str:
    """Spell an amount with the decimals its currency has, or with its own when it has more.

    Args:
        value: Decimal in the major unit; never rounded.
        currency: ISO 4217 code.
    """
    exponent = value.normalize().as_tuple().exponent
    own = -exponent if isinstance(exponent, int) else 0
    return f"{value:,.{max(minor_digits(currency), own)}f}"


def money_parts(line: MoneyLine, *, per: str, of: int | None = None) -> tuple[str, str]:
    """Spell a money line as a number and what stands behind it, so that numbers can be aligned.

    Args:
        line: What to spell.
        per: The period an amount stands for, e.g. month.
        of: How many differences there are in all, so that a few unknown amounts are called few.
    """
    if line.amount is None or line.currency is None:
        return "", "amount unknown" if of in {None, line.count} else f"amount unknown for {line.count:,}"
    apart = " apart" if line.money_class is MoneyClass.AMOUNT_DIFFERS else ""
    return number(line.amount, line.currency), f"{line.currency} a {per}{apart}"


def money(line: MoneyLine, *, per: str, of: int | None = None) -> str:
    """Spell a money line: `1,488.00 EUR a month`."""
    return " ".join(filter(None, money_parts(line, per=per, of=of)))


def span(length: timedelta) -> str:
    """Spell a span of time: `1 h`, `1 h 30 min`, `2 d`."""
    rest = int(length.total_seconds())
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        whole, rest = divmod(rest, size)
        parts += [f"{whole} {unit}"] if whole else []
    return " ".join(parts) or "0 s"


def plain(text: str) -> str:
    """Take out what a reader cannot see: control, bidirectional and zero-width characters.

    Line breaks and tabs become spaces, so foreign text stays on its line.
    """
    if text.isprintable():
        return text
    spaced = (" " if character in "\n\r\t\v\f\x85\u2028\u2029" else character for character in text)
    return "".join(character for character in spaced if unicodedata.category(character) not in _UNSEEN)
