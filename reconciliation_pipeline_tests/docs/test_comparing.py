"""Does the comparison make of two spellings what its page says?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pytest

from reconciliation_pipeline.compare.canonical import key_of, literal
from reconciliation_pipeline.compare.fields import meanings, seen
from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.rules import key_rule, rules
from reconciliation_pipeline_tests.docs import pages
from reconciliation_pipeline_tests.docs.test_snippets import loaded

PAGE = pages.text_of("docs/comparing.md")
_EXAMPLES = re.compile(
    r"^```yaml\n(?P<yaml>[^`]*)```\n\n\| CRM \| billing \| outcome \|\n\|---\|---\|---\|\n(?P<lines>(\|.*\n)+)",
    re.MULTILINE,
)


def examples(kind: str) -> Iterator[Any]:
    """Give every line of the tables below settings that begin with this key."""
    for found in _EXAMPLES.finditer(PAGE):
        if found["yaml"].startswith(kind):
            for line in found["lines"].splitlines():
                crm, billing, outcome = line.strip("|").split(" | ")
                yield pytest.param(found["yaml"], _value(crm), _value(billing), outcome.strip(), id=line)


def _value(cell: str) -> str | None:
    return None if cell.strip() == "(none)" else cell.strip().removeprefix("`").removesuffix("`")


def said(
    texts: Mapping[str, str],
    *,
    crm: str | None,
    billing: str | None,
    columns: Sequence[str],
    by: ComparisonRules | None = None,
) -> dict[str, object]:
    """Ask expressions about one pair of values, and what they mean; a second column is their currency."""
    values = {side: "NULL" if value is None else literal(value) for side, value in (("crm", crm), ("billing", billing))}
    named = {
        side: ", ".join(f"{each}::VARCHAR AS {column}" for each, column in zip((value, "'EUR'"), columns, strict=False))
        for side, value in values.items()
    }
    meant = {side: [f"{text} AS {name}" for name, text in meanings(by, side)] if by else [] for side in Side}
    sides = ", ".join(
        f"(SELECT {', '.join(['*', *meant[Side(side)]])} FROM (SELECT {each}, 'active' AS state)) AS {side}"
        for side, each in named.items()
    )
    with duckdb.connect() as connection:
        answer = connection.execute(f"SELECT {', '.join(texts.values())} FROM {sides}").fetchone()
    assert answer is not None
    return dict(zip(texts, answer, strict=True))


@pytest.mark.parametrize(("written", "crm", "billing", "outcome"), list(examples("compare:")))
def test_two_values_come_out_as_the_page_says(written, crm, billing, outcome):
    (rule,) = rules(loaded(written))
    by = ComparisonRules((rule,), None, {})
    field = seen(rule, by)

    asked = {"unknown": field.unknown, "conflicts": field.conflicts, "differs": field.differs}
    answers = said(asked, crm=crm, billing=billing, columns=columns_of(rule), by=by)

    names = {"unknown": "set apart", "conflicts": "differs", "differs": "format only"}
    assert outcome == next((name for one, name in names.items() if answers[one]), "equal")


@pytest.mark.parametrize(("written", "crm", "billing", "outcome"), list(examples("keys:")))
def test_two_keys_are_one_as_the_page_says(written, crm, billing, outcome):
    rule = key_rule(loaded(written))

    keys = {side.value: key_of(f"{side}.number", rule, side) for side in Side}
    answers = said(keys, crm=crm, billing=billing, columns=["number"])

    assert outcome == ("one key" if answers[Side.CRM] == answers[Side.BILLING] else "two keys")


def test_every_rule_has_an_example_of_what_is_equal_and_of_what_is_not():
    tables = {found["yaml"]: found["lines"] for found in _EXAMPLES.finditer(PAGE)}

    assert 11 == len(tables)
    assert "e\u0308" in PAGE, "an editor has written the accent and its letter as one"
    assert all("equal" in lines or "one key" in lines for lines in tables.values())
    assert all("differs" in lines or "format only" in lines or "two keys" in lines for lines in tables.values())
