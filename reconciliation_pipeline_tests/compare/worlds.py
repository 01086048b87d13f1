"""What may two systems hold, and by what rules may they be compared? Everything at random, from one source of chance.

Hypothesis hands in a chance of its own that it can make smaller; the long form one with a number.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final, TypeVar

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.domain.rules import (
    DateRule,
    FieldRule,
    KeyRule,
    Precision,
    Reading,
    Space,
    Spelling,
)

World = tuple[list[Row], list[Row]]

Thing = TypeVar("Thing")
Texts = tuple[str | None, ...]

_TEXTS: Final[tuple[Texts, ...]] = (
    ("a", "A", " a", "a\u00a0", "b"),
    ("a b", "a  b", "A B ", "ab", "a\tb", "a\u2003b", "a\x85b"),
    ("é", "e\u0301", "É", "E\u0301 ", "e"),
    ("straße", "STRAẞE", "strasse", "ΟΔΟΣ", "οδος"),
    (None, "", " ", "\u00a0", "a"),
    ("7", "007", "7.00", "+7", "70", "-7", "7.50", "7.5", "07.5"),
    ("0", "00", "-0", "0.0", None),
    ("2026-02-01", "01.02.2026", "1.2.2026", "2026/2/1", "02.01.2026", "2026-2-1"),
    ("2026-02-01T10:00:00Z", "2026-02-01 10:00:00.000+00:00", "2026-02-01t10:00:00+0000", "2026-02-01T10:00:00"),
    ("2026-02-01T10:00:00.500Z", "2026-02-01 10:00:00.5+00", "2026-02-01T10:00:00Z"),
    ("it's", "it''s", "🦆", 'it"s', "a\nb", "a\0b"),
)
_MAILS: Final[tuple[Texts, ...]] = (
    ("anna@example.com", "Anna@Example.COM", " anna@example.com\u00a0", "anna@example.org", "", None),
)
_PHONES: Final[tuple[Texts, ...]] = (
    ("+49 (0) 30 123", "0049 30 123", "030 123", "(0)30/123", "30 123", "+4930123", "+43 30 123"),
    ("030 123 ext. 7", "030 123 EXT. 7", "+49\u00a030\u202f123", "+49-30.123", "call", "", " ", None),
)
_COUNTRIES: Final[tuple[Texts, ...]] = (
    ("Germany", "DEU", "de", " DE\u00a0", "AT", "Deutschland"),
    ("UK", "GB", "United Kingdom", "gbr", "United States", "US"),
    ("Côte d'Ivoire", "CI", "Atlantis", "atlantis", "", None),
)
_DATES: Final[tuple[Texts, ...]] = (
    ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T00:30:00Z", "2026-10-25t00:30:00z"),
    ("2026-10-25", "25.10.2026", "2026-10-24T22:30Z", "2026-10-24T22:00:00+00", "2026-10-25T00:00", "2026-10-24"),
    ("1792888200", "2026-10-25T00:30:00.000Z", "1792888200000", " 2026-10-25 00:30Z ", "2026-10-25T00:30:29Z"),
    ("2026-10-25T00:30:00.1234567Z", "2026-10-25T00:30:00.123456Z", "2026-10-25T00:30:00.123Z", "2026-10-25 00:30:00"),
    ("-1", "1969-12-31T23:59:59Z", "99999999999999", "1e9", "1969-12-31T18:59:59-05:00"),
    ("soon", "SOON", "2026-02-30", "30.02.2026", "", " ", None),
)
_WORDS: Final[tuple[Texts, ...]] = (("Gold", "Silver", "gold ", "P1", "P2", "premium", "basic", "P9", "", None),)
_NUMBERS: Final[tuple[Texts, ...]] = (
    ("0", "-0", "-0.5", "0.5000000001", None),
    ("1", "1.00", "1.01", "1.0100000001", "1.5", "2.5", "1.0099999999"),
    ("1000", "1001", "1001.001001001", "1001.0010010011", "-1000", "-1001"),
    ("few", "FEW", "1e2", "100", "", None),
    ("9" * 27, "9" * 26 + "8", "-" + "9" * 27, "1" + "0" * 30, "1" + "0" * 30),
)
_CURRENCIES: Final = ("EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "USD", None)
_MEANT: Final = {"Gold": "premium", "Silver": "basic"}
_CODED: Final = {"P1": "premium", "P2": "basic"}

_KEYS: Final = ("7", "c", "C", "é", "e\u0301", "it's", "🦆", "a b", "a  b", "7-x", "ς")
_RARE_KEYS: Final = ("0", "000", "00-x", "C-", "C-00", " ", "\u00a0", "-x", "K-1", "k-2", "K-9", "C-K-1", "B-K-9", "")
_TIMES: Final = (None, *(datetime(2026, 11, day, 2, 30, 0, day, tzinfo=UTC) for day in (1, 2, 3)))


def rulebook(chance: Random) -> ComparisonRules:
    """Draw the rules of one comparison."""
    fields = [make(chance) for make in chance.sample(_FIELDS, chance.choice((0, 1, 1, 2, 3, len(_FIELDS))))]
    names = [rule.name for rule in fields]
    return ComparisonRules(
        tuple(fields),
        chance.choice(("mrr", None)),
        {side: chance.random() < 0.5 for side in Side},
        _key_rule(chance) if chance.random() < 0.7 else KeyRule(),
        frozenset(name for name in names if chance.random() < 0.15),
    )


def _key_rule(chance: Random) -> KeyRule:
    affixes: list[dict[Side, str]] = [
        {},
        {},
        {Side.CRM: "C-"},
        {Side.CRM: "C-", Side.BILLING: "B-"},
        dict.fromkeys(Side, "C "),
        dict.fromkeys(Side, "É"),
    ]
    ends: list[dict[Side, str]] = [{}, {}, {Side.BILLING: "-x"}, dict.fromkeys(Side, "-X")]
    known = chance.choice(({}, {}, {"K-1": "K-9"}, {"C-K-1": "B-K-9", "k-2": "K-9"}))
    return KeyRule(
        compose=_heads(chance),
        trim=_heads(chance),
        ignore_case=_heads(chance),
        prefixes=chance.choice(affixes),
        suffixes=chance.choice(ends),
        ignore_zeros=_heads(chance),
        aliases=known,
    )


def _heads(chance: Random) -> bool:
    return chance.random() < 0.5


def _spelling(chance: Random) -> Spelling:
    if chance.random() < 0.4:
        return Spelling()
    return Spelling(_heads(chance), chance.choice(list(Space)), _heads(chance), _heads(chance))


def _words(chance: Random) -> FieldRule:
    both: dict[Side, dict[str, str]] = {Side.CRM: _MEANT, Side.BILLING: _CODED}
    alone: dict[Side, dict[str, str]] = {Side.CRM: _MEANT}
    return FieldRule("tier", words=chance.choice((both, alone)), spelling=_spelling(chance))


def _date(chance: Random) -> FieldRule:
    zone = chance.choice(("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"))
    formats = chance.choice(((), ("%d.%m.%Y",), ("epoch", "%d.%m.%Y"), ("%m.%d.%Y", "epoch_ms")))
    date = DateRule(zone, chance.choice(list(Precision)), formats)
    return FieldRule("began", reading=Reading.DATE, date=date, spelling=_spelling(chance))


def _number(chance: Random, name: str, *, money: bool) -> FieldRule:
    return FieldRule(
        name,
        numeric=True,
        money=money,
        tolerance=Decimal(chance.choice(("0", "0", "0.01", "0.5", "1"))),
        relative=Decimal(chance.choice(("0", "0", "0.001", "0.000001", "0.999999"))),
    )


_FIELDS: Final = (
    lambda chance: FieldRule("plan", spelling=_spelling(chance)),
    lambda chance: FieldRule("mail", reading=Reading.EMAIL, spelling=_spelling(chance)),
    lambda chance: FieldRule(
        "phone", reading=Reading.PHONE, calling_code=chance.choice(("", "49")), spelling=_spelling(chance)
    ),
    lambda chance: FieldRule("land", reading=Reading.COUNTRY, spelling=_spelling(chance)),
    _date,
    _words,
    lambda chance: _number(chance, "seats", money=False),
    lambda chance: _number(chance, "mrr", money=True),
)
_VALUES: Final = {
    "plan": _TEXTS,
    "mail": _MAILS,
    "phone": _PHONES,
    "land": _COUNTRIES,
    "began": _DATES,
    "tier": _WORDS,
    "seats": _NUMBERS,
    "mrr": _NUMBERS,
}


def world(chance: Random, number: int, rules: ComparisonRules, most: int = 6) -> World:
    """Draw two sides whose keys meet often, and meet those of no other world but for a few rare ones.

    Args:
        chance: Where everything comes from.
        number: Which world it is; a part of its keys that no rule changes.
        rules: How they will be compared.
        most: Rows of a side, at most.
    """
    keys = [f"{one}~{number}~" for one in chance.sample(_KEYS, 3)]
    texts = {rule.name: _few(chance, _VALUES[rule.name]) for rule in rules.carried}

    def side() -> list[Row]:
        count = chance.randint(0, most)
        places = chance.sample(range(count), count)
        twice = chance.random() < 0.02
        return [
            _row(chance, f"s{0 if twice else place}/{number}", _key(chance, keys, number), texts) for place in places
        ]

    return side(), side()


def _few(chance: Random, pool: Sequence[Texts]) -> list[str | None]:
    """Most values of a world are spellings that some rule may take for the same."""
    alike = chance.choice(pool)
    few = [*chance.sample(alike, 2)]
    return few if _heads(chance) else [*few, chance.choice(chance.choice(pool))]


def _key(chance: Random, keys: Sequence[str], number: int) -> str | None:
    if chance.random() < 0.04:
        return chance.choice((None, ""))
    if number % 50 == 0 and _heads(chance):
        return chance.choice(_RARE_KEYS)
    core = chance.choice(keys)
    if chance.random() < 0.6:
        return core
    start = chance.choice(("", " ", "\u00a0", "C-", "c-", "B-", "C ", "É", "E\u0301", "0", "C-0"))
    return start + chance.choice(("", "", "0", "00")) + core + chance.choice(("", "", "-x", "-X", " ", "\t"))


def _row(chance: Random, source_id: str, key: str | None, texts: dict[str, list[str | None]]) -> Row:
    values: dict[str, Any] = {}
    for name, few in texts.items():
        values[name] = chance.choice(few)
        if name == "mrr":
            values["mrr_currency"] = chance.choice(_CURRENCIES)
    state = State.ACTIVE if chance.random() < 0.8 else chance.choice(list(State))
    status = chance.choice(("on", "off", None))
    return Row(source_id, key, status, state, chance.choice(_TIMES), chance.choice(_TIMES), values)


def in_one(worlds: Sequence[World]) -> World:
    """Put worlds into one: one comparison, as many cases as worlds."""
    crm, billing = ([row for world in worlds for row in world[place]] for place in (0, 1))
    return crm, billing
