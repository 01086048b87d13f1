"""What is asked of the two files, in SQL?

Read top to bottom, it is the comparison:

    read        one side's file, with the columns the comparison needs
    unkeyed     rows without a key, or with an empty one: they never meet anything (out of scope, they need none)
    repeated    keys that more than one row carries, and `gathered`, all rows of those keys
    shared      repeated keys that cannot become one record; on either side they are set apart from both
    folded      one record a key
    paired      the two sides side by side, and `classified`, the verdict over each pair
    suspects    the pairs that differ; only their rows are fetched with every column

Every value in a statement is a path, a number or a checked field name; nothing a record holds is ever part of
one. Running the statements belongs in `engine.py`, the way back into the domain's nouns in `findings.py`.
"""

# ruff: noqa: S608 - statements are made of paths, numbers and checked field names, see above

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.compare.snapshot import SnapshotFiles, scan
from reconciliation_pipeline.domain.records import Side, State
from reconciliation_pipeline.domain.rules import FieldRule

MACROS: Final = """
    -- A number, exact to ten places; NULL when the text is none.
    CREATE TEMP MACRO number(value) AS TRY_CAST(value AS DECIMAL(38, 10));

    -- Absent equals absent only. Numbers so large that their difference has no place differ, too.
    CREATE TEMP MACRO numbers_differ(a, b, tolerance) AS CASE
        WHEN a IS NOT DISTINCT FROM b THEN false
        WHEN number(a) IS NULL OR number(b) IS NULL THEN true
        ELSE coalesce(TRY(abs(number(a) - number(b)) > tolerance), true)
    END;

    -- The same number in another currency is another amount; a currency without an amount says nothing.
    CREATE TEMP MACRO money_differs(a, a_currency, b, b_currency, tolerance) AS
        numbers_differ(a, b, tolerance)
        OR (a IS NOT NULL AND b IS NOT NULL AND a_currency IS DISTINCT FROM b_currency);

    CREATE TEMP MACRO shown_money(value, currency) AS
        CASE WHEN value IS NOT NULL THEN concat_ws(' ', value, currency) END;

    -- A total as people write it: the places its parts had, and never fewer than it needs.
    CREATE TEMP MACRO places(value) AS least(10, length(split_part(value, '.', 2)));
    CREATE TEMP MACRO shown_total(total, places) AS
        rtrim(regexp_replace(CAST(total AS VARCHAR), '0{0,' || CAST(10 - places AS VARCHAR) || '}$', ''), '.');
"""

_KEYLESS: Final = "coalesce(key, '') = ''"
_ASIDE: Final = f"coalesce(state, '') = '{State.OUT_OF_SCOPE}'"
_DETAIL: Final = ("source_id", "status", "changed_at")


def preparation(files: SnapshotFiles, rules: ComparisonRules, absent: dict[Side, frozenset[str]]) -> Iterator[str]:
    """Write the statements that lead to `classified`, in order.

    Args:
        files: The two snapshots.
        rules: How they are compared.
        absent: Per side, columns of the amount that its snapshot does not carry.
    """
    yield MACROS
    for side in Side:
        yield _read(side, scan(*files.all_of(side)), rules, absent[side])
        yield f"CREATE TEMP TABLE {side}_unkeyed AS SELECT source_id FROM {side}_read WHERE {_KEYLESS} AND NOT {_ASIDE}"
        yield _repeated(side)
        yield _gathered(side)
        yield _shared(side, rules)
    yield "CREATE TEMP TABLE set_apart AS SELECT key FROM crm_shared UNION SELECT key FROM billing_shared"
    for side in Side:
        yield _folded(side, rules)
    yield _classified(rules)
    yield "CREATE TEMP TABLE suspects AS FROM classified WHERE verdict NOT IN ('equal', 'out_of_scope')"


def _read(side: Side, source: str, rules: ComparisonRules, absent: frozenset[str]) -> str:
    fields = (f"NULL::VARCHAR AS {column}" if column in absent else column for column in _columns(rules))
    return f"""
        CREATE TEMP VIEW {side}_read AS
        SELECT
            source_id,
            key,
            status,
            state,
            {_list("greatest(created_at, updated_at) AS changed_at", *fields)}
        FROM {source}"""


def _repeated(side: Side) -> str:
    return f"""
        CREATE TEMP TABLE {side}_repeated AS
        SELECT key FROM {side}_read WHERE key <> '' GROUP BY key HAVING count(*) > 1"""


def _gathered(side: Side) -> str:
    """All rows of repeated keys.

    `place` 1 is the row that speaks for the key; `pooled` are the rows whose amounts it stands for: the active
    ones, or all where none is active.
    """
    return f"""
        CREATE TEMP TABLE {side}_gathered AS
        SELECT *,
            row_number() OVER (
                PARTITION BY key
                ORDER BY state = 'active' DESC, changed_at DESC NULLS LAST, source_id
            ) AS place,
            (state = 'active') = bool_or(state = 'active') OVER (PARTITION BY key) AS pooled
        FROM {side}_read SEMI JOIN {side}_repeated USING (key)"""


def _shared(side: Side, rules: ComparisonRules) -> str:
    """Repeated keys that stay ambiguous.

    Without `reduce` all of them; with it those that hold one source id twice, several currencies, or an amount
    that is no number.
    """
    if not rules.folds(side):
        return f"CREATE TEMP TABLE {side}_shared AS SELECT key FROM {side}_repeated"
    doubts = ["count(*) > count(DISTINCT source_id)"]
    for value, currency in _money(rules):
        priced = f"FILTER (WHERE pooled AND {value} IS NOT NULL)"
        doubts += [
            f"count(DISTINCT coalesce({currency}, '')) {priced} > 1",
            f"count(*) {priced} > count(number({value})) {priced}",
        ]
    return f"""
        CREATE TEMP TABLE {side}_shared AS
        SELECT key FROM {side}_gathered GROUP BY key HAVING {" OR ".join(doubts)}"""


def _folded(side: Side, rules: ComparisonRules) -> str:
    lone = f"""
        SELECT {_list("key", "state", *_DETAIL, *_columns(rules))}
        FROM {side}_read ANTI JOIN {side}_repeated USING (key) ANTI JOIN set_apart USING (key)
        WHERE key <> ''"""
    if not rules.folds(side):
        return f"CREATE TEMP VIEW {side}_folded AS {lone}"
    return f"""
        CREATE TEMP TABLE {side}_merged AS
        SELECT {_list("key", *_merged(rules))}
        FROM {side}_gathered ANTI JOIN set_apart USING (key) GROUP BY key;

        CREATE TEMP VIEW {side}_folded AS {lone}
        UNION ALL BY NAME SELECT * FROM {side}_merged"""


def _merged(rules: ComparisonRules) -> Iterator[str]:
    """Write the columns of a record that stands for several rows: the first row's, but amounts are totals."""
    plain = (column for rule in rules.carried if not rule.money for column in columns_of(rule))
    for column in ("state", "source_id", "status", *plain):
        yield f"any_value({column}) FILTER (WHERE place = 1) AS {column}"
    # The record changed when the last of its rows did: a second subscription, ten minutes old, is lag.
    yield "max(changed_at) FILTER (WHERE pooled) AS changed_at"
    for value, currency in _money(rules):
        priced = f"FILTER (WHERE pooled AND {value} IS NOT NULL)"
        yield f"shown_total(sum(number({value})) {priced}, max(places({value})) {priced}) AS {value}"
        yield f"any_value({currency}) {priced} AS {currency}"


def _classified(rules: ComparisonRules) -> str:
    differs = " OR ".join(_differs(rule) for rule in rules.fields) or "false"
    return f"""
        CREATE TEMP TABLE classified AS
        WITH paired AS (
            SELECT
                coalesce(crm.key, billing.key) AS key,
                crm.key IS NOT NULL AS in_crm,
                billing.key IS NOT NULL AS in_billing,
                crm.state IS NOT DISTINCT FROM 'active' AS runs_in_crm,
                billing.state IS NOT DISTINCT FROM 'active' AS runs_in_billing,
                runs_in_crm AND runs_in_billing AND ({differs}) AS differs
            FROM crm_folded crm FULL JOIN billing_folded billing ON crm.key = billing.key
        )
        SELECT key, in_crm, in_billing,
            CASE
                WHEN differs THEN 'value_conflict'
                WHEN runs_in_crm AND runs_in_billing THEN 'equal'
                WHEN runs_in_crm THEN 'crm_only'
                WHEN runs_in_billing THEN 'billing_only'
                ELSE 'out_of_scope'
            END AS verdict
        FROM paired"""


def misfits() -> str:
    """Ask for rows that break the promise every snapshot makes: an id and a known state. Usually none."""
    states = ", ".join(f"'{state}'" for state in State)
    return _union(
        f"""
        SELECT '{side}' AS side, source_id, state FROM {side}_read
        WHERE source_id IS NULL OR state IS NULL OR state NOT IN ({states})"""
        for side in Side
    )


def balances() -> str:
    """Ask where the rows of each side ended up, one column a bucket, each counted where its rows lie."""
    return _union(_balance(side) for side in Side)


def _balance(side: Side) -> str:
    here = f"count(*) FILTER (WHERE in_{side} AND verdict ="
    return f"""
        SELECT
            '{side}' AS side,
            (SELECT count(*) FROM {side}_read) AS pulled,
            (SELECT count(*) FROM {side}_unkeyed) AS no_key,
            (SELECT count(*) FROM {side}_read SEMI JOIN set_apart USING (key)) AS duplicate_key,
            (SELECT count(*) FROM {side}_gathered ANTI JOIN set_apart USING (key) WHERE place > 1) AS folded,
            {here} 'equal') AS equal,
            {here} 'value_conflict') AS conflict,
            {here} '{side}_only') AS one_sided,
            {here} '{side.other}_only') AS counterpart,
            {here} 'out_of_scope')
                + (SELECT count(*) FROM {side}_read WHERE {_KEYLESS} AND {_ASIDE}) AS out_of_scope
        FROM classified"""


def places(files: SnapshotFiles) -> str:
    """Ask in which bucket each planted row ended, one by one; `balances` counts them among all others."""
    return _union(_places(side, path) for side, path in files.planted.items())


def _places(side: Side, path: Path) -> str:
    return f"""
        SELECT '{side}' AS side, planted.source_id, planted.key,
            CASE
                WHEN planted.source_id IN (SELECT source_id FROM {side}_unkeyed) THEN 'no_key'
                WHEN planted.key IN (SELECT key FROM set_apart) THEN 'duplicate_key'
                WHEN EXISTS (
                    FROM {side}_gathered one
                    WHERE one.key = planted.key AND one.source_id = planted.source_id AND one.place > 1
                ) THEN 'folded'
                WHEN coalesce(planted.key, '') = '' AND {_ASIDE} THEN 'out_of_scope'
                WHEN verdict = 'value_conflict' THEN 'conflict'
                WHEN verdict = '{side}_only' THEN 'one_sided'
                WHEN verdict = '{side.other}_only' THEN 'counterpart'
                ELSE verdict
            END AS bucket
        FROM {scan(path)} planted LEFT JOIN classified ON classified.key = planted.key"""


def troubles() -> str:
    """Ask for the records that cannot be paired: side, source id, key (NULL when it has none)."""
    return _union(
        f"""
        SELECT '{side}' AS side, source_id, NULL AS key FROM {side}_unkeyed
        UNION ALL
        SELECT '{side}', source_id, key FROM {side}_gathered SEMI JOIN {side}_shared USING (key)"""
        for side in Side
    )


def differences(rules: ComparisonRules) -> str:
    """Ask for everything about the differing records, fetched again by key so that the first join stays narrow."""
    columns = ["verdict", "key"]
    for side in Side:
        columns += [
            f"{side}.state AS {side}_state",
            f"{side}.source_id AS {side}_source_id",
            f"{side}.status AS {side}_status",
            f"epoch_us({side}.changed_at) AS {side}_changed_at",
        ]
        if rules.amount_field is not None:
            columns += [
                f"{side}.field_{rules.amount_field} AS {side}_amount",
                f"{side}.field_{rules.amount_field}_currency AS {side}_currency",
            ]
    for rule in rules.fields:
        columns.append(f"verdict = 'value_conflict' AND ({_differs(rule)}) AS differs_{rule.name}")
        columns += [f"{_shown(side, rule)} AS {side}_field_{rule.name}" for side in Side]
    return f"""
        WITH crm AS MATERIALIZED (FROM crm_folded SEMI JOIN suspects USING (key)),
        billing AS MATERIALIZED (FROM billing_folded SEMI JOIN suspects USING (key))
        SELECT {_list(*columns)}
        FROM suspects LEFT JOIN crm USING (key) LEFT JOIN billing USING (key)
        ORDER BY verdict, key"""


def _differs(rule: FieldRule) -> str:
    """Say when one field of `crm` and `billing` differs."""
    crm = ", ".join(f"crm.{column}" for column in columns_of(rule))
    billing = ", ".join(f"billing.{column}" for column in columns_of(rule))
    if rule.money:
        return f"money_differs({crm}, {billing}, {_tolerance(rule)})"
    if rule.numeric:
        return f"numbers_differ({crm}, {billing}, {_tolerance(rule)})"
    return f"{crm} IS DISTINCT FROM {billing}"


def _tolerance(rule: FieldRule) -> str:
    return f"CAST('{rule.tolerance:f}' AS DECIMAL(38, 10))"


def _shown(side: Side, rule: FieldRule) -> str:
    columns = ", ".join(f"{side}.{column}" for column in columns_of(rule))
    return f"shown_money({columns})" if rule.money else columns


def _money(rules: ComparisonRules) -> Iterator[tuple[str, ...]]:
    return (columns_of(rule) for rule in rules.carried if rule.money)


def _columns(rules: ComparisonRules) -> list[str]:
    return [column for rule in rules.carried for column in columns_of(rule)]


def _union(queries: Iterable[str]) -> str:
    """Put the answers of both sides into one, in an order that depends on nothing but the rows."""
    return "\n        UNION ALL".join(queries) + "\n        ORDER BY ALL"


def _list(*columns: str) -> str:
    return ",\n            ".join(columns)
