"""Rules of every kind, and values on which two engines could disagree."""

# ruff: noqa: RUF001 - letters that look like others are the point

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.domain.rules import DateRule, FieldRule, KeyRule, Precision, Reading, Space, Spelling
from reconciliation_pipeline_tests.compare.sides import record

ODD: Final = ("e\u0301", "é", "İ", "i", "ΑΣ", "ας", "ασ", "ß", "SS", "🦆", "\u212b", "å", "\u0345", "\x1c", "\ufeffx")
BLANK: Final = (" ", "\t", "\n", "\v", "\f", "\r", "\u00a0", "\u1680", "\u2003", "\u2028", "\u202f", "\u3000", "\ufeff")

TEXTS: Final = (
    *("pro", "Pro", "PRO", " pro", "pro ", "pro\n", "p r o", "p  r  o", "p\u00a0r\to", "", " ", "\u3000", None, "it's"),
    *('"', "\\", "\\n", "$1", "${x}", "%_", "a\\'b", "007", "+7", "7.00", "7", "-0.50", "-0.5", "01.02.2026", *ODD),
    *("2026-02-01", "2026/2/1", "2026-01-01T10:00:00.000Z", "2026-01-01 10:00:00+00:00", "2026-01-01 10:00:00\n"),
    *(f"x{blank}" for blank in BLANK),
    *(f"{blank}y z" for blank in BLANK),
)
NUMBERS: Final = (
    *("0", "-0", "-0.00", "1", "+1", "1.00", "1.01", "1.0000000001", "1.00000000005", "-1.00000000005", "1e2", "100"),
    *(
        "1E+2",
        "1.5e-10",
        "5e-11",
        ".5",
        "5.",
        ".",
        "",
        "-",
        " 1 ",
        "\t1\n",
        "1\u00a0",
        "1_000",
        "1000",
        "1__0",
        "_1",
        "1_",
    ),
    *("0x10", "\u0661", "inf", "NaN", "1e26", "1e27", "1e-400", "1e99", "few", None, "1,000", "1 2", "49.00", "49.01"),
    *("999999999999999999999999999", "-999999999999999999999999999", "99999999999999999999.5", "99999999999999999999"),
    *("123456789012345678901", "123456789012345678902", "999999999999999999999999999.99999999995", "1\n", "1\x00"),
)
DATES: Final = (
    *(
        "2026-03-29",
        "2026-03-29 01:59:59",
        "2026-03-29 02:30:00",
        "2026-03-29T02:30",
        "2026-03-29t02:30",
        "2026-03-29 03:00",
    ),
    *("2026-10-25 01:59", "2026-10-25 02:00", "2026-10-25 02:30", "2026-10-25 02:59:59.999999", "2026-10-25 03:00"),
    *("2026-10-25T00:30:00Z", "2026-10-25T00:30:00z", "2026-10-25 01:30:00+00", "2026-10-25 02:30:00+01", "2026-01-01"),
    *("2026-10-25 02:30:00+0200", "2026-10-25 02:30+02:00", "2026-01-01 10:00:00+14:00", "2026-01-01 10:00:00+19:00"),
    *(
        "2026-01-01 24:00",
        "2026-01-01 24:00:00",
        "2026-01-02",
        "2026-01-01 24:00:01",
        "2026-01-01 24:00Z",
        "2026-01-01 25:00",
    ),
    *("2026-01-01 10:00:00.1234567", "2026-01-01 10:00:00.123456", "2026-01-01 23:59:60", "2026-02-30", "1850-01-01"),
    *(
        "0000-01-01",
        "0001-01-01",
        "9999-12-31 23:59:59",
        "1893-04-01 00:03",
        "1945-09-24 02:30",
        "",
        " 2026-01-01 ",
        None,
    ),
    *(
        "1767225600",
        "1767225600123",
        "99999999999",
        "99999999999999",
        "-1",
        "0",
        "1.2.2026",
        "01.02.2026",
        "1.2.26",
        "1.2.6",
    ),
    *("31.2.2026", "001.2.2026", "1.2.02026", "1. 2.2026", "1.2.2026x", "1 Feb 26", "1 FEB 69", "1  feb 68", "1Feb 26"),
    *("1\tMay 26", "1 february 26", "February 1, 2026 12:30 AM", "february 1, 2026 12:30 pm", "May 1, 2026 1:05 PM"),
    *("May 1, 2026 13:05 PM", "May 1, 2026 0:05 AM", "Sun 01022026 010203.5", "mon 01022026 010203.123456"),
    *(
        "Sun 1122026 010203.5",
        "PM 12 2026年1月2日 it's 100%",
        "AM 0 2026年1月2日 it's 100%",
        "PM 1 2026年1月2日 IT'S 100%",
    ),
    *("PM 13 2026年1月2日 it's 100%", "2026-1-1", "2026-01-01 10", "soon", "+7", "2026-01-01 10:00:00 Europe/Berlin"),
)
FORMATS: Final = (
    *("%d.%m.%Y", "%d %b %y", "%B %d, %Y %I:%M %p", "%a %d%m%Y %H%M%S.%f", "%p %H %Y年%m月%d日 it's 100%%"),
    *("epoch", "epoch_ms"),
)
PHONES: Final = (
    *(
        "+49 (0) 30 123",
        "0049 30 123",
        "030/123",
        "030-123",
        "(030) 123",
        "+4930123",
        "030 123 ext 4",
        "",
        None,
        "30123",
    ),
    *("030\u00a0123", "030\t123", "\u0663\u0660", "-", "+", "0", "00", "call me"),
)
COUNTRIES: Final = (
    *(
        "DE",
        "de",
        " De ",
        "DEU",
        "Germany",
        "GERMANY",
        "germany\n",
        "UK",
        "GB",
        "el",
        "GR",
        "Türkiye",
        "TÜRKİYE",
        "turkiye",
    ),
    *(
        "Côte d'Ivoire",
        "CÔTE D'IVOIRE",
        "co\u0302te d'ivoire",
        "\ufb01nland",
        "Finland",
        "Deu\u00dfland",
        "",
        None,
        "XX",
        "ındia",
    ),
)
EMAILS: Final = (
    "a@x.de",
    "A@X.de",
    " a@x.de\n",
    "\u00a0a@x.de",
    "İ@x.de",
    "i@x.de",
    "ΟΔΟΣ@x.gr",
    "οδος@x.gr",
    "οδοσ@x.gr",
    "",
    None,
)
WORDS: Final = (
    "Gold",
    "gold",
    " GOLD ",
    "P1",
    "p1",
    "basic",
    "Basic",
    "e\u0301lite",
    "ÉLITE",
    "it's\\n",
    "",
    None,
    "new",
    "\x0b",
)
KEYS: Final = (
    *("C-007", "c-007", " C-7", "7-x", "007-X", "7", "C-K1", "K9-x", "k1", "C-0", "0", "00", "C-", "-x", "", " ", None),
    *("C-e\u0301", "É-x", "C-\x0b8", "8", "C-İ", "i-x", "ΑΣ-x", "C-ας", "C-🦆", "🦆", "$1", "C-\\", "\\-x", "it's"),
)

_TIGHT: Final = Decimal("0.01")
FIELDS: Final = (
    FieldRule("plain"),
    FieldRule("case", spelling=Spelling(ignore_case=True)),
    FieldRule("trim", spelling=Spelling(space=Space.TRIM, empty_is_null=True)),
    FieldRule("collapse", spelling=Spelling(space=Space.COLLAPSE, compose=True)),
    FieldRule("spaceless", spelling=Spelling(ignore_case=True, space=Space.IGNORE, compose=True, empty_is_null=True)),
    FieldRule("email", reading=Reading.EMAIL),
    FieldRule("phone", reading=Reading.PHONE, calling_code="49"),
    FieldRule("dialled", reading=Reading.PHONE, spelling=Spelling(space=Space.TRIM, empty_is_null=True)),
    FieldRule("country", reading=Reading.COUNTRY),
    FieldRule("day", reading=Reading.DATE, date=DateRule("Europe/Berlin", Precision.DAY, FORMATS)),
    FieldRule("hour", reading=Reading.DATE, date=DateRule("Australia/Lord_Howe", Precision.HOUR)),
    FieldRule("moment", reading=Reading.DATE, date=DateRule(formats=FORMATS)),
    FieldRule("second", reading=Reading.DATE, date=DateRule("America/New_York", Precision.SECOND, ("%d.%m.%Y",))),
    FieldRule("minute", reading=Reading.DATE, date=DateRule("Pacific/Apia", Precision.MINUTE)),
    FieldRule("tier", words={Side.CRM: {"Gold": "premium", "basic": "basic", "it's\\n": "odd", "\x0b": "odd"}}),
    FieldRule(
        "level",
        spelling=Spelling(ignore_case=True, space=Space.TRIM, compose=True),
        words={Side.CRM: {"Gold": "premium", "élite": "best"}, Side.BILLING: {"P1": "premium", "basic": "best"}},
    ),
    FieldRule("seats", numeric=True),
    FieldRule("about", numeric=True, tolerance=Decimal("0.5"), relative=Decimal("0.001")),
    FieldRule("mrr", numeric=True, money=True, tolerance=_TIGHT),
    FieldRule("fee", numeric=True, money=True, relative=Decimal("0.000001")),
)
KEY: Final = KeyRule(
    compose=True,
    trim=True,
    ignore_case=True,
    prefixes={Side.CRM: "C-"},
    suffixes={Side.BILLING: "-x"},
    ignore_zeros=True,
    aliases={"K1": "K9"},
)
_VALUES: Final = {
    **dict.fromkeys(("plain", "case", "trim", "collapse", "spaceless"), TEXTS),
    **dict.fromkeys(("phone", "dialled"), PHONES),
    **dict.fromkeys(("day", "hour", "moment", "second", "minute"), DATES),
    **dict.fromkeys(("tier", "level"), WORDS),
    **dict.fromkeys(("seats", "about", "mrr", "fee"), NUMBERS),
    "email": EMAILS,
    "country": COUNTRIES,
}
_STAMPS: Final = (None, datetime(2026, 11, 1, 2, 30, 0, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
_STATES: Final = (State.ACTIVE, State.ACTIVE, State.ACTIVE, *State)


def of_one(rule: FieldRule, *, never_empty: bool = False) -> ComparisonRules:
    """One field is compared, as its own name."""
    return ComparisonRules((rule,), None, {}, never_empty=frozenset({rule.name} if never_empty else ()))


def values(rule: FieldRule) -> tuple[str | None, ...]:
    """What a field may hold."""
    return _VALUES[rule.name]


def pairs(rule: FieldRule) -> tuple[list[Row], list[Row]]:
    """Each value on the one side against several on the other: numbers against all, texts against near ones."""
    known = values(rule)
    crm: list[Row] = []
    billing: list[Row] = []
    for first, ours in enumerate(known):
        others = range(len(known)) if rule.numeric else {0, first, (first + 1) % len(known), (first + 2) % len(known)}
        for second in others:
            for rows, value, currency in ((crm, ours, "EUR"), (billing, known[second], "EUR" if second % 7 else "USD")):
                more = {f"{rule.name}_currency": currency} if rule.money else {}
                name = f"{rule.name}/{first}/{second}"
                rows.append(replace(record(name), values={rule.name: value, **more}))
    return crm, billing


def crowd(seed: int, rows: int) -> list[Row]:
    """Records at random that have a bit of everything, and keys that many share."""
    chance = random.Random(seed)
    return [_someone(chance, f"s{number:04}") for number in range(rows)]


def _someone(chance: random.Random, source_id: str) -> Row:
    values: dict[str, str | None] = {}
    for rule in FIELDS:
        # Mostly the first value, so that many records agree in most of their fields.
        known = _VALUES[rule.name]
        values[rule.name] = known[0] if chance.random() < 0.9 else chance.choice(known)
        if rule.money:
            # Only few of them, so that folding finds amounts it can add.
            values[rule.name] = chance.choice(["49.00", "49.01", "0.5", "-1", None, values[rule.name]])
            values[f"{rule.name}_currency"] = chance.choice(["EUR", "EUR", "EUR", "USD", None])
    return replace(
        record(
            chance.choice([*KEYS, *(f"C-{chance.randrange(200)}" for _ in KEYS)]),
            chance.choice(_STATES),
            source_id,
            status=chance.choice(["on", "off", None]),
            created_at=chance.choice(_STAMPS),
            updated_at=chance.choice(_STAMPS),
        ),
        values=values,
    )
