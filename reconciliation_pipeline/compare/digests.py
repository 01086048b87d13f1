"""Which records are certainly settled, so that nobody has to look at them?

Nearly all records of two systems agree, and to know that, a digest is enough. A snapshot's digests are written once,
a narrow row for each of its rows:

    row       its place in the snapshot; NULL in one more row for each key that several rows carry
    k         64 bits of the MD5 of its canonical key; NULL without a key. Who shares a key, who runs nowhere
    r1, r2    all 128 bits of the MD5 of its canonical key and values together. They decide who agrees
    bits      see below

Two active records whose r are the same are equal under every rule: what a rule tolerates is not in r, so that records
within a tolerance merely have to be looked at. Whoever is settled leaves the comparison here; all others go through
`statement.py`, which alone decides what a difference is. A k that two keys share by chance costs a look, no more.

Digests belong to one snapshot and one set of rules; where they are kept, and that they are those, is `kept.py`.
"""

# ruff: noqa: S608 - statements are made of paths, numbers, quoted settings and checked field names

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from reconciliation_pipeline.compare.canonical import key_of
from reconciliation_pipeline.compare.fields import digested, unknown_words
from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.compare.snapshot import scan
from reconciliation_pipeline.domain.records import Side, State

ACTIVE: Final = 1
KNOWN: Final = 2
"""It holds no word that nobody explained."""
REPEATED: Final = 4
"""Several rows carry its key."""
ASIDE: Final = 8
"""It is out of scope, and so needs no key."""
FIRST_FIELD: Final = 16
"""A compared field has no value; each further field has the next bit."""
MOST_FIELDS: Final = 60
"""Compared fields that have a bit; with more of them every active record is looked at."""

_LOW: Final = 2**64 - 1


def name_of(rules: ComparisonRules, side: Side) -> str:
    """Name these rules and the engine that applies them: other rules, or another version, are other digests."""
    said = f"{_digest(rules, side, 'the snapshot')} {duckdb.__version__}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def write(connection: duckdb.DuckDBPyConnection, path: Path, rules: ComparisonRules, side: Side, target: Path) -> None:
    """Write the digests of one snapshot.

    Args:
        connection: An engine.
        path: The snapshot.
        rules: How it is compared.
        side: Whose it is.
        target: The file; one that exists is replaced.

    Raises:
        duckdb.Error: The snapshot is damaged, or the digests cannot be written.
    """
    first = target.with_suffix(".first")
    try:
        connection.execute(_copied(_digest(rules, side, scan(path, numbered=True)), first))
        connection.execute(_copied(_marked(scan(first), rules), target))
    finally:
        first.unlink(missing_ok=True)


def _copied(query: str, target: Path) -> str:
    # Digests are as good as random, so that packing them gains nothing.
    path = "'" + str(target.absolute()).replace("'", "''") + "'"
    return f"COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION uncompressed)"


def of_rows(source: str, rules: ComparisonRules, side: Side) -> str:
    """Ask for the digests of a few rows.

    Args:
        source: The rows, numbered by `file_row_number`: what stands behind a FROM.
        rules: How they are compared.
        side: Whose they are.
    """
    return _marked(f"({_digest(rules, side, source)})", rules)


def _marked(source: str, rules: ComparisonRules) -> str:
    """Mark the rows of repeated keys, and add one row for each such key that stands for them."""
    kind = _narrowest(rules)
    return f"""
        WITH repeated AS MATERIALIZED (SELECT k FROM {source} WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1)
        SELECT row, k, r1, r2,
            CAST(CASE WHEN k IN (FROM repeated) THEN bits | {REPEATED} ELSE bits END AS {kind}) AS bits
        FROM {source}
        UNION ALL
        SELECT NULL, k, NULL, NULL, CAST({ACTIVE | REPEATED} AS {kind}) FROM repeated"""


def _digest(rules: ComparisonRules, side: Side, source: str) -> str:
    named = {"meant_key": key_of("key", rules.key, side)}
    named |= {f"digested_{rule.name}": digested(rule, side) for rule in rules.fields}
    # Each part carries its length, so that no two lists of parts read the same; a value that is missing has none.
    parts = ", ".join(f"strlen({part}), '.', {part}" for part in named)
    worked_out = ", ".join(f"{part} AS {name}" for name, part in named.items())
    bits = [
        f"CASE WHEN state = '{State.ACTIVE}' THEN {ACTIVE} ELSE 0 END",
        f"CASE WHEN {unknown_words(rules, side)} THEN 0 ELSE {KNOWN} END",
        f"CASE WHEN state = '{State.OUT_OF_SCOPE}' AND source_id IS NOT NULL THEN {ASIDE} ELSE 0 END",
        *(
            f"CASE WHEN {columns_of(rule)[0]} IS NULL THEN {FIRST_FIELD << place} ELSE 0 END"
            for place, rule in enumerate(rules.fields[:MOST_FIELDS])
        ),
    ]
    # A row that breaks the promise every snapshot makes is looked at like one without a key.
    states = ", ".join(f"'{state}'" for state in State)
    return f"""
        SELECT
            row,
            CAST(key_digest & {_LOW} AS UBIGINT) AS k,
            CAST(record_digest >> 64 AS UBIGINT) AS r1,
            CAST(record_digest & {_LOW} AS UBIGINT) AS r2,
            bits
        FROM (
            SELECT
                CAST(file_row_number AS INTEGER) AS row,
                CASE WHEN source_id IS NOT NULL AND state IN ({states}) THEN md5_number(nullif(meant_key, '')) END
                    AS key_digest,
                md5_number(concat({parts})) AS record_digest,
                CAST({" + ".join(bits)} AS {_narrowest(rules)}) AS bits
            FROM (SELECT *, {worked_out} FROM {source})
        )"""


def _narrowest(rules: ComparisonRules) -> str:
    sizes = {"UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32}
    needed = FIRST_FIELD.bit_length() - 1 + len(rules.fields)
    return next((name for name, size in sizes.items() if needed <= size), "UBIGINT")


def agreed(digests: Mapping[Side, str], rules: ComparisonRules) -> str:
    """Ask which rows agree with one of the other side.

    Args:
        digests: The digests of each side: what stands behind a FROM.
        rules: How they are compared.

    Returns:
        A query for one row: how many pairs agree, and by side the rows that could and do not, and those of planted
        records (negative rows) that do.
    """
    crm, billing = (f"(SELECT row, r1, r2 FROM {digests[side]} WHERE {_comparable(rules)}) {side}" for side in Side)
    columns = ", ".join(
        f"list({side}_row) FILTER ({side.other}_row IS NULL) AS {side}_open, "
        f"list({side}_row) FILTER ({side}_row < 0 AND {side.other}_row IS NOT NULL) AS {side}_planted"
        for side in Side
    )
    return f"""
        SELECT count(*) FILTER (crm_row IS NOT NULL AND billing_row IS NOT NULL) AS pairs, {columns}
        FROM (
            SELECT crm.row AS crm_row, billing.row AS billing_row
            FROM {crm} FULL JOIN {billing} ON crm.r1 = billing.r1 AND crm.r2 = billing.r2
        )"""


def _comparable(rules: ComparisonRules) -> str:
    """Say which rows may agree: they run, have a key of their own, and lack neither a word's meaning nor a value."""
    if len(rules.fields) > MOST_FIELDS:
        return "false"
    lost = sum(FIRST_FIELD << place for place, rule in enumerate(rules.fields) if rule.name in rules.never_empty)
    return f"(k IS NOT NULL AND bits & {ACTIVE | KNOWN | REPEATED | lost} = {ACTIVE | KNOWN})"


def rest(digests: str, rules: ComparisonRules) -> str:
    """Ask for the digests of one side that cannot agree with anything: usually few."""
    return f"SELECT row, k, bits FROM {digests} WHERE NOT {_comparable(rules)}"


def unmet(rest: str) -> str:
    """Ask for those of them on which somebody has to look: active, of a key that several carry, or without a key."""
    return f"""
        SELECT row FROM {rest}
        WHERE row IS NOT NULL AND (bits & {ACTIVE | REPEATED} <> 0 OR (k IS NULL AND bits & {ASIDE} = 0))"""


def keyless(rest: str) -> str:
    """Ask for those of them that have no key and need none: how many, and which are planted."""
    return f"""
        SELECT count(*), list(row) FILTER (row < 0) FROM {rest}
        WHERE row IS NOT NULL AND k IS NULL AND bits & {ASIDE} <> 0"""


def resting(rest: str) -> str:
    """Write those of them that are not active and have a key of their own."""
    return f"(SELECT row, k FROM {rest} WHERE row IS NOT NULL AND k IS NOT NULL AND bits & {ACTIVE | REPEATED} = 0)"


def idle(rest: str, other: str) -> str:
    """Ask which of those that rest run nowhere.

    Args:
        rest: What cannot agree on one side.
        other: All digests of the other side.

    Returns:
        A query for one row: how many run nowhere, which of them are planted, and which run on the other side, or may.
    """
    alone = f"(row IS NULL OR bits & {REPEATED} = 0)"
    return f"""
        SELECT
            count(*) FILTER (running.k IS NULL) AS count,
            list(row) FILTER (running.k IS NULL AND row < 0) AS planted,
            list(row) FILTER (running.k IS NOT NULL) AS met
        FROM {resting(rest)} resting
        LEFT JOIN (SELECT k FROM {other} WHERE {alone} AND bits & {ACTIVE | REPEATED} <> 0) running
        ON resting.k = running.k"""
