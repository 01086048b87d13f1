"""When do two spellings mean the same? Each rule of `domain/rules.py`, once, as an expression in SQL.

Every function takes an expression and gives one. They are written in DuckDB's dialect, in the part of it that other
engines share (`portable.py`), and evaluated a column at a time: no record ever comes to Python for this.

    key_of      the canonical text of a key
    text_of     the canonical text of a field's value; two values are equal where these are
    loose       what is left of a canonical text once capitals, blanks, leading zeros and ways to write a date or a
                number are put aside; texts that differ and are alike there differ in their format only
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from reconciliation_pipeline.compare.countries import NAMES
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import DateRule, FieldRule, KeyRule, Precision, Reading, Space, Spelling

# Engines disagree on what \s is beyond ASCII, so that the blanks are named one by one.
_BLANK: Final = "[ \t\n\v\f\r\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
_ODD_BLANK: Final = _BLANK.replace(" ", "", 1)
_COUNTRIES: Final = (
    "(VALUES "
    + ", ".join(f"('{name.replace(chr(39), chr(39) * 2)}', '{code}')" for name, code in NAMES.items())
    + ") countries(called, code)"
)
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
# No clock on earth is further from Greenwich, and engines disagree on what "+99:99" would be.
_ZONE: Final = "([Zz]|[+-](0[0-9]|1[0-7])(:?[0-5][0-9])?)"


def literal(text: str) -> str:
    """Write a text of the settings as SQL does."""
    return "'" + text.replace("'", "''") + "'"


def key_of(key: str, rule: KeyRule, side: Side) -> str:
    """Write the canonical text of a key; NULL or empty where there is none.

    Args:
        key: The expression of the key as the system writes it.
        rule: What does not matter about a key.
        side: Whose key it is.
    """
    canonical = _spelt_key(key, rule, side)
    if not rule.aliases:
        return canonical
    # Written as either system writes them, so they are read as either system's keys are.
    cases = (
        f"WHEN {each} THEN {_alias(new, rule)}"
        for old, new in rule.aliases.items()
        for each in dict.fromkeys(_spelt_key(literal(old), rule, each) for each in Side)
    )
    return f"CASE {canonical} {' '.join(cases)} ELSE {canonical} END"


def _alias(key: str, rule: KeyRule) -> str:
    """Read a key of the settings as that side does whose prefix or suffix it carries."""
    crm, billing = (_spelt_key(literal(key), rule, side) for side in Side)
    return crm if crm == billing else f"CASE WHEN length({crm}) <= length({billing}) THEN {crm} ELSE {billing} END"


def key_written_by(key: str, rule: KeyRule, side: Side) -> str:
    """Write how a side would write a key of the other one: with its own prefix and suffix, all else as it is."""
    bare = _spelt_key(key, KeyRule(prefixes=rule.prefixes, suffixes=rule.suffixes), side.other)
    return " || ".join(
        [
            *map(literal, filter(None, [rule.prefixes.get(side)])),
            f"({bare})",
            *map(literal, filter(None, [rule.suffixes.get(side)])),
        ]
    )


def _spelt_key(key: str, rule: KeyRule, side: Side) -> str:
    space = Space.TRIM if rule.trim else Space.EXACT
    spelling = Spelling(ignore_case=rule.ignore_case, space=space, compose=rule.compose)
    text = _spelt(key, spelling)
    # Blanks in the middle of a key matter, and there the blanks of a prefix or suffix are.
    letters = Spelling(ignore_case=rule.ignore_case, compose=rule.compose)
    if prefix := rule.prefixes.get(side):
        start = _spelt(literal(prefix), letters)
        text = f"CASE WHEN starts_with({text}, {start}) THEN substr({text}, length({start}) + 1) ELSE {text} END"
    if suffix := rule.suffixes.get(side):
        end = _spelt(literal(suffix), letters)
        cut = f"substr({text}, 1, length({text}) - length({end}))"
        text = f"CASE WHEN ends_with({text}, {end}) THEN {cut} ELSE {text} END"
    return f"regexp_replace({text}, '^0+([^0]|0$)', '\\1')" if rule.ignore_zeros else text


def text_of(value: str, rule: FieldRule, side: Side) -> str:
    """Write the canonical text of a value; NULL where there is none, and where a word is unknown.

    Args:
        value: The expression of the value as the snapshot holds it.
        rule: What does not matter about it.
        side: Whose value it is.
    """
    text = _spelt(value, rule.spelling)
    if rule.words:
        return _meaning(text, rule, side)
    return _READINGS[rule.reading](text, rule)


def is_unknown(value: str, meaning: str, rule: FieldRule) -> str:
    """Say when a value is a word that nobody explained: it is there, and means nothing."""
    return f"({_spelt(value, rule.spelling)} IS NOT NULL AND {meaning} IS NULL)"


def loose(text: str) -> str:
    """Write what is left of a canonical text without anything that is mere format."""
    folded = formatted = _spelt(
        text, Spelling(ignore_case=True, space=Space.COLLAPSE, compose=True, empty_is_null=True)
    )
    for pattern, instead in _FORMATS:
        formatted = f"regexp_replace({formatted}, {literal(pattern)}, {literal(instead)})"
    # Most texts begin like neither a date nor a number, and need not be looked through for each.
    return f"CASE WHEN regexp_matches({text}, '^[^a-zA-Z]*[0-9]') THEN {formatted} ELSE {folded} END"


_FORMATS: Final = (
    # 01.02.2026 and 2026/02/01; which of the numbers in 01/02/2026 is the day, nobody can know.
    (r"^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})$", r"\3-\2-\1"),
    (r"^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})$", r"\1-\2-\3"),
    (r"^([0-9]{4})-([0-9])-", r"\1-0\2-"),
    (r"^([0-9]{4}-[0-9]{2})-([0-9])$", r"\1-0\2"),
    # 2026-01-01t10:00:00.000z and 2026-01-01 10:00:00+00:00; capitals are gone already.
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2})t([0-9]{2}:[0-9]{2})", r"\1 \2"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})[.]0+([z+-]|$)", r"\1\2"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]*[1-9])0+([z+-]|$)", r"\1\2"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+)([+-]00(:?00)?)$", r"\1z"),
    # 007, +7 and 7.00, and no zero below zero
    (r"^[+]([0-9]+([.][0-9]+)?)$", r"\1"),
    (r"^(-?)0+([0-9]+([.][0-9]+)?)$", r"\1\2"),
    (r"^(-?[0-9]+)[.]0+$", r"\1"),
    (r"^-0$", "0"),
    (r"^(-?[0-9]+[.][0-9]*[1-9])0+$", r"\1"),
)


def _spelt(value: str, spelling: Spelling) -> str:
    bare = value
    if spelling.compose:
        value = f"nfc_normalize({value})"
    match spelling.space:
        case Space.TRIM:
            value = _trimmed(value)
        case Space.COLLAPSE:
            # A plain blank between two words is not replaced by itself: that is slow, and most blanks are such.
            value = f"trim(regexp_replace({value}, '{_BLANK}{{2,}}|{_ODD_BLANK}', ' ', 'g'))"
        case Space.IGNORE:
            value = _without(value, _BLANK)
        case Space.EXACT:
            pass
    if spelling.ignore_case:
        value = _small(value)
    # Whatever is done to capitals or blanks, what is nothing but blanks stays so.
    return f"CASE WHEN regexp_matches({bare}, '[^{_BLANK[1:]}') THEN {value} END" if spelling.empty_is_null else value


def _small(value: str) -> str:
    # The capital of the sigma at the end of a Greek word is the capital of any other.
    return f"replace(lower({value}), '\u03c2', '\u03c3')"


def _trimmed(value: str) -> str:
    return f"regexp_replace({value}, '^{_BLANK}+|{_BLANK}+$', '', 'g')"


def _without(value: str, letters: str) -> str:
    return f"regexp_replace({value}, '{letters}', '', 'g')"


def _meaning(text: str, rule: FieldRule, side: Side) -> str:
    own: Mapping[str, str] = rule.words.get(side) or {
        meaning: meaning for words in rule.words.values() for meaning in words.values()
    }
    return _chosen(text, {_spelt(literal(word), rule.spelling): meaning for word, meaning in own.items()})


def _chosen(text: str, choices: Mapping[str, str], *, otherwise: str = "NULL") -> str:
    cases = " ".join(f"WHEN {each} THEN {literal(meaning)}" for each, meaning in choices.items())
    return f"CASE {text} {cases} ELSE {otherwise} END"


def _as_is(text: str, _rule: FieldRule) -> str:
    return text


def _email(text: str, _rule: FieldRule) -> str:
    return _small(_trimmed(text))


def _phone(text: str, rule: FieldRule) -> str:
    """Read digits only where there is nothing but digits and what people put between them."""
    # The 0 in +49 (0) 30 is not dialled after the calling code; the one in (0) 30 is.
    dialled = f"CASE WHEN {text} LIKE '%(0)%' THEN regexp_replace({text}, '^(.*[0-9].*)[(]0[)]', '\\1') ELSE {text} END"
    digits = f"regexp_replace({_without(dialled, '[^0-9+]+')}, '^00', '+')"
    if rule.calling_code:
        digits = f"regexp_replace({digits}, '^0', {literal('+' + rule.calling_code)})"
    return f"""CASE
        WHEN regexp_matches({text}, '[^-0-9+()/.{_BLANK[1:-1]}]') OR NOT regexp_matches({text}, '[0-9]') THEN {text}
        ELSE {digits}
    END"""


def _country(text: str, _rule: FieldRule) -> str:
    # A question in a question, which every engine answers by a join; a case for each name takes minutes.
    name = f"upper({_trimmed(text)})"
    return f"coalesce((SELECT max(code) FROM {_COUNTRIES} WHERE called = {name}), {text})"  # noqa: S608 - names of a list


def _date(text: str, rule: FieldRule) -> str:
    moment = _moment(_trimmed(text), rule.date)
    # A day is a day in its zone. Hours and less are cut from the instant itself, as an hour comes twice in autumn.
    zone = rule.date.zone if rule.date.precision is Precision.DAY else "UTC"
    local = f"({moment} AT TIME ZONE {literal(zone)})"
    return f"coalesce(CAST(date_trunc('{rule.date.precision}', {local}) AS VARCHAR), {text})"


def _moment(text: str, rule: DateRule) -> str:
    """Read an instant; NULL where the text names none."""
    # A small t or z is as good as a capital one, but not to the engine.
    iso, others = f"upper({text})", []
    naive = f"TRY_CAST({iso} AS TIMESTAMP)"
    for form in rule.formats:
        if form in {"epoch", "epoch_ms"}:
            # Up to the year 5138; beyond, an engine's own instants may end.
            digits, micros = (11, 1_000_000) if form == "epoch" else (14, 1_000)
            number = f"TRY_CAST({text} AS BIGINT)"
            counts = f"regexp_matches({text}, '^-?[0-9]{{1,{digits}}}$')"
            others.append(f"CASE WHEN {counts} THEN make_timestamptz({number} * {micros}) END")
        else:
            others.append(f"try_strptime({text}, {literal(form)}) AT TIME ZONE {literal(rule.zone)}")
    return f"""CASE
        WHEN regexp_matches({text}, '^{_DAY}[Tt ]{_TIME}{_ZONE}$') THEN TRY_CAST({iso} AS TIMESTAMP WITH TIME ZONE)
        WHEN regexp_matches({text}, '^{_DAY}([Tt ]{_TIME})?$') THEN {naive} AT TIME ZONE {literal(rule.zone)}
        ELSE {f"coalesce({', '.join(others)})" if others else "NULL"}
    END"""


_READINGS: Final = {
    Reading.TEXT: _as_is,
    Reading.EMAIL: _email,
    Reading.PHONE: _phone,
    Reading.COUNTRY: _country,
    Reading.DATE: _date,
}


def number(value: str) -> str:
    """Write a text as a number, exact to ten places; NULL where it is none, or has more than 27 digits before them.

    One digit is left free, so that the difference of any two has a place.
    """
    return f"TRY_CAST({value} AS DECIMAL(37, 10))"


def numbers_differ(one: str, other: str, tolerance: Decimal, relative: Decimal) -> str:
    """Say when two numbers differ. Absent equals absent only; what is no number equals the same text only.

    Args:
        one: The expression of a text.
        other: Another one.
        tolerance: The largest difference that still agrees.
        relative: The largest share of the larger one that still agrees, at most six places.
    """
    apart = f"abs(CAST({number(one)} AS DECIMAL(38, 10)) - {number(other)})"
    differ = f"{apart} > CAST('{tolerance:f}' AS DECIMAL(38, 10))"
    if relative:
        # Twenty digits before the point times six behind it are what a number of this engine can hold.
        sizes = ", ".join(f"TRY_CAST(abs({number(each)}) AS DECIMAL(30, 10))" for each in (one, other))
        share = f"CAST('{relative:f}' AS DECIMAL(8, 6)) * greatest({sizes})"
        differ += f" AND coalesce(TRY_CAST({apart} AS DECIMAL(30, 10)) > {share}, true)"
    return f"""CASE
        WHEN {one} IS NOT DISTINCT FROM {other} THEN false
        WHEN {number(one)} IS NULL OR {number(other)} IS NULL THEN true
        ELSE {differ}
    END"""
