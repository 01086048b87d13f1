"""When do the two values of one field differ, and how are they shown? In SQL, over records called `crm` and `billing`.

What makes two values equal is `canonical.py`; which records meet is `statement.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciliation_pipeline.compare.canonical import is_unknown, loose, number, numbers_differ, text_of
from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import EXACT, FieldRule, Reading

BOTH_RUN: Final = "coalesce(crm.state = 'active' AND billing.state = 'active', false)"
"""Whether a pair of records is compared at all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One compared field of a pair of records, as expressions.

    Attributes:
        differs: The values are not equal under the field's rule.
        conflicts: They differ, and not in their format only.
        unknown: One of them is a word that nobody explained.
        unknown_on: The same of one side's value.
    """

    differs: str
    conflicts: str
    unknown: str
    unknown_on: Mapping[Side, str]


@dataclass(frozen=True, slots=True)
class Money:
    """One amount of a side, as expressions over all rows of a key.

    Attributes:
        value: Column of the amount, a text.
        currency: Column of its currency.
        number: The amount as a number.
        total: The sum of the rows that are pooled, as people write it.
    """

    value: str
    currency: str
    number: str
    total: str


def columns(rules: ComparisonRules) -> list[str]:
    """Name every column of a snapshot that the rules need."""
    return [column for rule in rules.carried for column in columns_of(rule)]


def meanings(rules: ComparisonRules, side: Side) -> Iterator[tuple[str, str]]:
    """Name every column that holds what a value means, and write it; a text that means itself needs none."""
    for rule in rules.fields:
        if means(rule) not in columns_of(rule):
            yield means(rule), text_of(columns_of(rule)[0], rule, side)


def means(rule: FieldRule) -> str:
    """Name the column of what a value means: worked out once for each row, as it is asked for several times."""
    is_itself = rule.numeric or rule.money or (rule.reading, rule.spelling, rule.words) == (Reading.TEXT, EXACT, {})
    return columns_of(rule)[0] if is_itself else f"means_{rule.name}"


def money(rules: ComparisonRules) -> Iterator[Money]:
    """Write what is added up where several rows become one record."""
    for rule in rules.carried:
        if rule.money:
            value, currency = columns_of(rule)
            yield Money(value, currency, number(value), _total(value))


def seen(rule: FieldRule, rules: ComparisonRules) -> Seen:
    """Write how one field of a pair is compared and shown."""
    value, *others = columns_of(rule)
    crm, billing = (f"{side}.{value}" for side in Side)
    if rule.money or rule.numeric:
        differs = numbers_differ(crm, billing, rule.tolerance, rule.relative)
        if others:
            currencies = " IS DISTINCT FROM ".join(f"{side}.{others[0]}" for side in Side)
            # The same number in another currency is another amount; a currency without an amount says nothing.
            differs = f"({differs}) OR ({crm} IS NOT NULL AND {billing} IS NOT NULL AND {currencies})"
        conflicts, unknown = differs, dict.fromkeys(Side, "false")
    else:
        texts = [f"{side}.{means(rule)}" for side in Side]
        differs = conflicts = " IS DISTINCT FROM ".join(texts)
        unknown = dict.fromkeys(Side, "false")
        if rule.words:
            unknown = {side: is_unknown(f"{side}.{value}", f"{side}.{means(rule)}", rule) for side in Side}
        else:
            alike = " IS NOT DISTINCT FROM ".join(f"({loose(text)})" for text in texts)
            # Asked only where it matters: few values differ, and what one side lacks is not compared.
            conflicts = f"CASE WHEN {BOTH_RUN} AND {differs} THEN NOT ({alike}) ELSE false END"
    if rule.name in rules.never_empty:
        # Planted records leave out what they are not about.
        lost = f"({crm} IS NULL AND {billing} IS NULL AND NOT crm.planted)"
        differs, conflicts = f"{lost} OR ({differs})", f"{lost} OR ({conflicts})"
    return Seen(
        differs=differs,
        conflicts=conflicts,
        unknown=" OR ".join(dict.fromkeys(unknown.values())),
        unknown_on=unknown,
    )


def digested(rule: FieldRule, side: Side) -> str:
    """Write a text that two values share only where they are equal, whatever the rule tolerates; NULL where empty.

    A word that nobody explained gets a text too: whether its record may be compared is asked apart.
    """
    value, *others = columns_of(rule)
    if rule.money or rule.numeric:
        exact = f"coalesce(CAST({number(value)} AS VARCHAR), {value})"
        # A currency says how long it is, so that no text of an amount can pass for one.
        return f"coalesce(strlen({others[0]}) || '.' || {others[0]}, '-') || {exact}" if others else exact
    return text_of(value, rule, side)


def unknown_words(rules: ComparisonRules, side: Side) -> str:
    """Say when a row holds a word that nobody explained."""
    values = ((columns_of(rule)[0], rule) for rule in rules.fields if rule.words)
    return " OR ".join(is_unknown(value, text_of(value, rule, side), rule) for value, rule in values) or "false"


def shown(side: Side, rule: FieldRule) -> str:
    """Write how people see a value: an amount with its currency."""
    value, *others = (f"{side}.{column}" for column in columns_of(rule))
    return f"CASE WHEN {value} IS NOT NULL THEN concat_ws(' ', {value}, {others[0]}) END" if others else value


def _total(value: str) -> str:
    """Write a total as people do: with the places its parts had, and never fewer than it needs."""
    pooled = f"FILTER (WHERE pooled AND {value} IS NOT NULL)"
    places = f"max(least(10, length(split_part({value}, '.', 2)))) {pooled}"
    total = f"CAST(sum({number(value)}) {pooled} AS VARCHAR)"
    zeros = f"'0{{0,' || CAST(10 - {places} AS VARCHAR) || '}}$'"
    return f"rtrim(regexp_replace({total}, {zeros}, ''), '.')"
