"""Every statement can be said in Spark's dialect, and nothing of DuckDB's own is left in it. No Spark is needed."""

import re
from collections.abc import Iterator

import pytest
import sqlglot

from reconciliation_pipeline.compare import statement
from reconciliation_pipeline.compare.formats import as_iso, is_afternoon
from reconciliation_pipeline.compare.portable import NFC, portable
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.spark.worlds import FIELDS, KEY

DUCKDB_ALONE = (
    *("nfc_normalize", "try_strptime", "epoch_us", "make_timestamptz", "regexp_matches", "starts_with", "ends_with"),
    *("md5_number", "strlen", "read_parquet", "AT TIME ZONE", "VARCHAR", "TIMESTAMPTZ", "TIMESTAMP_NTZ", "EXCLUDE"),
)


def _statements(by: ComparisonRules) -> Iterator[str]:
    sources = {side: f"{side}_rows" for side in Side}
    for _, query in statement.preparation(sources, by, dict.fromkeys(Side, frozenset())):
        yield query
    yield from (statement.misfits(), statement.balances(), statement.places(sources, by))
    yield from (statement.troubles(by), statement.differences(by))


@pytest.mark.parametrize("rule", FIELDS, ids=lambda rule: rule.name)
def test_every_statement_is_one_of_sparks(rule):
    by = ComparisonRules((rule,), rule.name if rule.money else None, dict.fromkeys(Side, True), KEY)

    for query in _statements(by):
        said = portable(query)
        left = [word for word in DUCKDB_ALONE if re.search(rf"\b{word}\b", said, re.IGNORECASE)]
        assert [] == left
        assert sqlglot.parse_one(said, read="spark")


def test_a_function_nobody_translated_is_refused():
    with pytest.raises(ValueError, match="what md5_number is in Spark"):
        portable("SELECT md5_number(key) FROM crm_read")


def test_the_first_match_alone_is_refused_where_there_could_be_more():
    with pytest.raises(ValueError, match="only the first was asked for"):
        portable("SELECT regexp_replace(key, 'a', 'b') FROM crm_read")


@pytest.mark.parametrize(
    ("ours", "sparks"),
    [
        (r"regexp_replace(a, '^(x)[$]$', '\1$', 'g')", r"REGEXP_REPLACE(a, '^(x)[$]\\z', '$1\\$')"),
        (r"regexp_replace(a, '^\$', '', 'g')", r"REGEXP_REPLACE(a, '^\\$', '')"),
        (r"regexp_matches(a, 'x$')", r"a RLIKE 'x\\z'"),
        ("epoch_us(a)", "UNIX_MICROS(a)"),
        ("make_timestamptz(a * 1000)", "TIMESTAMP_MICROS(a * 1000)"),
        ("lower(a)", "LOWER(TRANSLATE(a, 'İΣ', 'iσ'))"),  # noqa: RUF001 - the Greek letter is meant
        ("a || b", "a || b"),
        ("TRY_CAST(a AS BIGINT)", "TRY_CAST(a AS BIGINT)"),
        ("starts_with(a, 'it''s')", r"STARTSWITH(a, 'it\'s')"),
        (r"'\n'", r"'\\n'"),
        ("rtrim(a, '.')", "TRIM(TRAILING '.' FROM a)"),
    ],
)
def test_one_expression_becomes_another(ours, sparks):
    assert f"SELECT {sparks} FROM t" == portable(f"SELECT {ours} FROM t")


def test_letters_are_composed_only_where_there_may_be_accents():
    assert f"{NFC}(CASE WHEN A RLIKE".upper() in portable("SELECT nfc_normalize(A) FROM t").upper()


@pytest.mark.parametrize(
    ("ours", "is_shifted_from_utc"),
    [
        ("TRY_CAST(a AS TIMESTAMP) AT TIME ZONE 'Europe/Berlin'", False),
        ("try_strptime(a, '%d.%m.%Y') AT TIME ZONE 'Europe/Berlin'", False),
        ("TRY_CAST(a AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'Europe/Berlin'", True),
        ("coalesce(try_strptime(a, '%d.%m.%Y') AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Berlin'", True),
    ],
)
def test_a_zone_is_added_to_a_time_without_one_and_taken_off_an_instant(ours, is_shifted_from_utc):
    said = portable(f"SELECT {ours} FROM t")

    assert is_shifted_from_utc == ("TO_UTC_TIMESTAMP" not in said)


def test_a_format_is_a_chain_of_patterns():
    (whole, written), (zeros, year) = as_iso("%d.%m.%Y")

    assert r"^@[ \x09-\x0d]*+([0-9]{1,2}+)\.([0-9]{1,2}+)\.([0-9]{1,4}+)[ \x09-\x0d]*+\z" == whole
    assert "000$3-$2-$1 00:0:0.0" == written
    assert ("^0*([0-9]{4}-)", "$1") == (zeros, year)


def test_only_a_format_with_halves_of_a_day_has_afternoons():
    assert is_afternoon("%d.%m.%Y %H") is None
    assert "(?i:pm)" in str(is_afternoon("%d.%m.%Y %I %p"))


JOINED = "FROM crm_folded crm FULL JOIN billing_folded billing ON crm.key = billing.key"
LONG = "regexp_replace(regexp_replace({0}, '^a', 'b'), '^b', 'c')"


def test_what_is_asked_twice_about_a_side_is_said_once():
    ours, theirs = LONG.format("crm.plan"), LONG.format("billing.plan")

    said = portable(f"SELECT both AND {ours} = {theirs} AS one, both AND lower({ours}) = '' AS two {JOINED}")

    assert 1 == said.count("REGEXP_REPLACE(crm.plan")
    assert 1 == said.count("REGEXP_REPLACE(billing.plan")
    assert "AS crm FULL JOIN billing_folded AS billing ON crm.key = billing.key" in said


def test_what_is_asked_of_a_record_that_may_not_be_there_stays_where_it_is():
    asked = f"coalesce({LONG.format('crm.plan')}, 'none')"

    said = portable(f"SELECT {asked} AS one, {asked} AS two {JOINED}")

    assert 2 == said.count("REGEXP_REPLACE(crm.plan")


@pytest.mark.parametrize("rule", FIELDS, ids=lambda rule: rule.name)
def test_no_rule_makes_a_statement_that_fills_a_drivers_memory(rule):
    by = ComparisonRules((rule,), None, {}, never_empty=frozenset({rule.name}))

    assert 100_000 > max(len(portable(query)) for query in _statements(by))
