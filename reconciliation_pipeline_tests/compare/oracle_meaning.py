"""What do two spellings mean? Read from the words of `domain/rules.py`, one text at a time, in plain Python.

It shares no code with the comparison: no expression, no pattern, no list of blanks or countries.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import pycountry

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import DateRule, FieldRule, KeyRule, Precision, Reading, Space, Spelling

# Unicode's White_Space, and the mark that some programs write in front of a text.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_DIGITS = frozenset("0123456789")
_PHONE = _DIGITS | frozenset("+-()/." + BLANKS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def key_of(key: str | None, rule: KeyRule, side: Side) -> str | None:
    """Read a key; None where it is none."""
    if key is None:
        return None
    text = _bare(key, rule, side)
    for old, new in rule.aliases.items():
        if text in {_bare(old, rule, each) for each in Side}:
            # Whoever's prefix it carries, that prefix is no part of it.
            text = min((_bare(new, rule, each) for each in Side), key=len)
            break
    return text or None


def _bare(key: str, rule: KeyRule, side: Side) -> str:
    def letters(text: str) -> str:
        text = unicodedata.normalize("NFC", text) if rule.compose else text
        return _small(text) if rule.ignore_case else text

    text = letters(key)
    text = text.strip(BLANKS) if rule.trim else text
    text = text.removeprefix(letters(rule.prefixes.get(side, "")))
    text = text.removesuffix(letters(rule.suffixes.get(side, "")))
    if rule.ignore_zeros and text:
        text = text.lstrip("0") or "0"
    return text


def spelt(text: str | None, rule: Spelling) -> str | None:
    """Take out of a text what does not matter about it; None where nothing is left that counts."""
    if text is None:
        return None
    text = unicodedata.normalize("NFC", text) if rule.compose else text
    words = "".join(" " if letter in BLANKS else letter for letter in text).split(" ")
    match rule.space:
        case Space.TRIM:
            text = text.strip(BLANKS)
        case Space.COLLAPSE:
            text = " ".join(word for word in words if word)
        case Space.IGNORE:
            text = "".join(words)
        case Space.EXACT:
            pass
    text = _small(text) if rule.ignore_case else text
    return None if rule.empty_is_null and not text.strip(BLANKS) else text


def _small(text: str) -> str:
    """Each letter by itself, and never another number of letters; both small sigmas have one capital."""
    small = (low if len(low := letter.lower()) == 1 else letter for letter in text)
    return "".join(small).replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")


def meaning(text: str | None, rule: FieldRule, side: Side) -> str | None:
    """Say what a value means under its rule; None where there is none, and where nobody explained its word."""
    written = spelt(text, rule.spelling)
    if written is None:
        return None
    if rule.words:
        every = {one: one for words in rule.words.values() for one in words.values()}
        own = rule.words.get(side) or every
        return {spelt(word, rule.spelling): meant for word, meant in own.items()}.get(written)
    match rule.reading:
        case Reading.EMAIL:
            read = _small(written.strip(BLANKS))
        case Reading.PHONE:
            read = _phone(written, rule.calling_code)
        case Reading.COUNTRY:
            read = _country(written.strip(BLANKS)) or written
        case Reading.DATE:
            moment = _moment(written.strip(BLANKS), rule.date)
            read = written if moment is None else _cut(moment, rule.date)
        case Reading.TEXT:
            read = written
    return read


def is_unexplained(text: str | None, rule: FieldRule, side: Side) -> bool:
    """Whether a value is a word nobody explained."""
    return bool(rule.words) and spelt(text, rule.spelling) is not None and meaning(text, rule, side) is None


def _phone(text: str, code: str) -> str:
    if not _PHONE.issuperset(text) or _DIGITS.isdisjoint(text):
        return text
    before, zero, after = text.partition("(0)")
    # Behind a calling code nobody dials this zero; at the beginning everybody does.
    dialled = before + after if zero and not _DIGITS.isdisjoint(before) else text
    digits = "".join(letter for letter in dialled if letter in _DIGITS or letter == "+")
    if digits.startswith("00"):
        return "+" + digits[2:]
    return f"+{code}{digits[1:]}" if code and digits.startswith("0") else digits


@lru_cache(4096)
def _country(name: str) -> str | None:
    if name.upper() == "UK":
        return "GB"
    for country in pycountry.countries:
        parts = ("alpha_2", "alpha_3", "name", "common_name", "official_name")
        if name.upper() in {getattr(country, part).upper() for part in parts if hasattr(country, part)}:
            return str(country.alpha_2)
    return None


def _moment(text: str, rule: DateRule) -> datetime | None:
    zone = ZoneInfo(rule.zone)
    if text[4:5] == text[7:8] == "-" and text[10:11] in {"", "T", "t", " "}:
        try:
            read = datetime.fromisoformat(text.upper())
        except ValueError:
            pass
        else:
            return read if read.tzinfo else read.replace(tzinfo=zone)
    for form in rule.formats:
        if form.startswith("epoch"):
            number = text.removeprefix("-")
            most, unit = (11, timedelta(seconds=1)) if form == "epoch" else (14, timedelta(milliseconds=1))
            if 0 < len(number) <= most and _DIGITS.issuperset(number):
                return _EPOCH + int(text) * unit
        else:
            try:
                return datetime.strptime(text, form).replace(tzinfo=zone)
            except ValueError:
                continue
    return None


def _cut(moment: datetime, rule: DateRule) -> str:
    if rule.precision is Precision.DAY:
        return f"{moment.astimezone(ZoneInfo(rule.zone)):%Y-%m-%d} 00:00:00"
    less: dict[str, int] = dict.fromkeys(("minute", "second", "microsecond"), 0)
    kept = list(Precision).index(rule.precision) - 1
    whole = moment.astimezone(UTC).replace(**dict(list(less.items())[kept:]))  # type: ignore[arg-type]
    return f"{whole:%Y-%m-%d %H:%M:%S.%f}".removesuffix(".000000")


def means_the_same(one: str | None, other: str | None) -> bool:
    """Whether two values that differ are merely written differently."""
    return _plain(one) == _plain(other)


def _plain(text: str | None) -> object:
    small = spelt(text, Spelling(ignore_case=True, space=Space.COLLAPSE, compose=True, empty_is_null=True))
    if small is None:
        return None
    return _day(small) or _instant(small) or _plain_number(small) or small


def _day(text: str) -> tuple[str, ...] | None:
    for mark, order in ((".", (2, 1, 0)), ("/", (0, 1, 2)), ("-", (0, 1, 2))):
        parts = text.split(mark)
        if len(parts) == 3 and all(part and _DIGITS.issuperset(part) for part in parts):
            year, month, day = (parts[place] for place in order)
            if len(year) == 4 and len(month) <= 2 and len(day) <= 2:
                return "day", year, month.zfill(2), day.zfill(2)
    return None


def _instant(text: str) -> tuple[str, ...] | None:
    day, rest = _day(text[:10]), text[11:]
    if day is None or text[10:11] not in {"t", " "}:
        return None
    for zero in ("z", "+00:00", "+0000", "-00:00", "-0000", "+00", "-00"):
        if rest.endswith(zero):
            rest = rest.removesuffix(zero) + "z"
            break
    time = rest.removesuffix("z")
    short = time.rstrip("0").removesuffix(".") if "." in time else time
    return ("instant", *day, short, "z" if rest.endswith("z") else "")


def _plain_number(text: str) -> tuple[str, ...] | None:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.removeprefix("+"))
    whole, point, places = digits.partition(".")
    if not whole or not _DIGITS.issuperset(whole + places) or bool(point) != bool(places):
        return None
    whole, places = whole.lstrip("0") or "0", places.rstrip("0")
    return "number", sign if (whole, places) != ("0", "") else "", whole, places


def number(text: str | None) -> Decimal | None:
    """Read a number; None where the text is none, or has more digits before the point than are promised: 27."""
    read = amount(text)
    return read if read is not None and abs(read) < 10**27 else None


def amount(text: str | None) -> Decimal | None:
    """Read a number of any size."""
    try:
        read = None if text is None else Decimal(text)
    except ArithmeticError:
        return None
    return read if read is not None and read.is_finite() else None
