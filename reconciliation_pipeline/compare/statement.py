"""What is asked of the two sides, in SQL?

Read top to bottom, it is the comparison, the same for every engine (`canonical.py` says what is equal):

    read        one side, with canonical keys and the columns the comparison needs
    unkeyed     rows without a key, or with an empty one: they never meet anything (out of scope, they need none)
    repeated    keys that more than one row carries, and `gathered`, all rows of those keys
    shared      repeated keys that cannot become one record; on either side they are set apart from both
    folded      one record a key
    classified  the two sides side by side and the verdict over each pair, with all that is shown of those that differ

Every value in a statement is a path, a number, a text of the settings or a checked field name; nothing a record
holds is ever part of one. Which rows are worth looking at is `digests.py`; running the statements belongs in
`engine.py`, the way back into the domain's nouns in `findings.py`.
"""

# ruff: noqa: S608 - statements are made of paths, numbers, quoted settings and checked field names, see above

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconciliation_pipeline.compare.canonical import key_of
from reconciliation_pipeline.compare.fields import BOTH_RUN, columns, meanings, money, seen, shown
from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.domain.records import Side, State

_KEYLESS: Final = "coalesce(key, '') = ''"
_ASIDE: Final = f"coalesce(state, '') = '{State.OUT_OF_SCOPE}'"
_DETAIL: Final = ("source_id", "status", "changed_at", "planted")
_SETTLED: Final = "('equal', 'out_of_scope', 'unknown_value')"
"""Verdicts over pairs of which no values are shown."""
SAME, FORMAT, CONFLICT = "=", "f", "c"
"""What is said of each compared field, a letter each: equal, different in its format only, different."""

Named = tuple[str, str]
"""A table to be made and the query that fills it, or a column and its expression."""


def preparation(
    sources: Mapping[Side, str], rules: ComparisonRules, absent: Mapping[Side, frozenset[str]]
) -> Iterator[Named]:
    """Write the tables that lead to `classified`, in order.

    Args:
        sources: The rows of each side: what stands behind a FROM; `planted` says which of them are.
        rules: How they are compared.
        absent: Per side, columns of the amount that its rows do not carry.
    """
    for side in Side:
        yield f"{side}_read", _read(side, sources[side], rules, absent[side])
        yield f"{side}_unkeyed", f"SELECT source_id FROM {side}_read WHERE {_KEYLESS} AND NOT {_ASIDE}"
        yield f"{side}_repeated", f"SELECT key FROM {side}_read WHERE key <> '' GROUP BY key HAVING count(*) > 1"
        yield f"{side}_gathered", _gathered(side)
        yield f"{side}_shared", _shared(side, rules)
    yield "set_apart", "SELECT key FROM crm_shared UNION SELECT key FROM billing_shared"
    for side in Side:
        yield f"{side}_folded", _folded(side, rules)
    yield "classified", _classified(rules)


def _read(side: Side, source: str, rules: ComparisonRules, absent: frozenset[str]) -> str:
    fields = (f"CAST(NULL AS VARCHAR) AS {column}" if column in absent else column for column in columns(rules))
    meant = (f"{text} AS {name}" for name, text in meanings(rules, side))
    return f"""
        SELECT
            source_id,
            planted,
            key AS raw_key,
            {key_of("key", rules.key, side)} AS key,
            status,
            state,
            {_list("greatest(created_at, updated_at) AS changed_at", *fields, *meant)}
        FROM {source}"""


def _gathered(side: Side) -> str:
    """All rows of repeated keys.

    `place` 1 is the row that speaks for the key; `pooled` are the rows whose amounts it stands for: the active
    ones, or all where none is active.
    """
    return f"""
        SELECT *,
            row_number() OVER (
                PARTITION BY key
                ORDER BY CASE WHEN state = 'active' THEN 0 ELSE 1 END, changed_at DESC NULLS LAST, source_id
            ) AS place,
            (state = 'active') = bool_or(state = 'active') OVER (PARTITION BY key) AS pooled
        FROM {side}_read SEMI JOIN {side}_repeated USING (key)"""


def _shared(side: Side, rules: ComparisonRules) -> str:
    """Repeated keys that stay ambiguous.

    Without `reduce` all of them; with it those that hold one source id twice, several spellings of the key, several
    currencies, or an amount that is no number.
    """
    if not rules.folds(side):
        return f"SELECT key FROM {side}_repeated"
    doubts = ["count(*) > count(DISTINCT source_id)", "count(DISTINCT raw_key) > 1"]
    for each in money(rules):
        priced = f"FILTER (WHERE pooled AND {each.value} IS NOT NULL)"
        doubts += [
            f"count(DISTINCT coalesce({each.currency}, '')) {priced} > 1",
            f"count(*) {priced} > count({each.number}) {priced}",
        ]
    return f"SELECT key FROM {side}_gathered GROUP BY key HAVING {' OR '.join(doubts)}"


def _folded(side: Side, rules: ComparisonRules) -> str:
    kept = _list("key", "state", *_DETAIL, *columns(rules), *(name for name, _ in meanings(rules, side)))
    lone = f"""
        SELECT {kept}
        FROM {side}_read ANTI JOIN {side}_repeated USING (key) ANTI JOIN set_apart USING (key)
        WHERE key <> ''"""
    if not rules.folds(side):
        return lone
    return f"""{lone}
        UNION ALL
        SELECT {kept} FROM (
            SELECT {_list("key", *_merged(rules, side))}
            FROM {side}_gathered ANTI JOIN set_apart USING (key) GROUP BY key
        ) merged"""


def _merged(rules: ComparisonRules, side: Side) -> Iterator[str]:
    """Write the columns of a record that stands for several rows: the first row's, but amounts are totals."""
    plain = (column for rule in rules.carried if not rule.money for column in columns_of(rule))
    yield "bool_or(planted) AS planted"
    meant = (name for name, _ in meanings(rules, side))
    for column in ("state", "source_id", "status", *plain, *meant):
        yield f"max(CASE WHEN place = 1 THEN {column} END) AS {column}"
    # The record changed when the last of its rows did: a second subscription, ten minutes old, is lag.
    yield "max(changed_at) FILTER (WHERE pooled) AS changed_at"
    for each in money(rules):
        yield f"{each.total} AS {each.value}"
        yield f"max({each.currency}) FILTER (WHERE pooled AND {each.value} IS NOT NULL) AS {each.currency}"


def _classified(rules: ComparisonRules) -> str:
    """The verdict over each pair, and what differs about it, worked out once for everything that asks later."""
    fields = {rule.name: seen(rule, rules) for rule in rules.fields}
    told = [
        f"{BOTH_RUN} AND ({condition}) AS {what}_{name}"
        for name, each in fields.items()
        for what, condition in (("differs", each.differs), ("conflicts", each.conflicts), ("unknown", each.unknown))
    ]
    details = dict(_details(rules))
    values = {f"{side}_field_{rule.name}": (rule.name, shown(side, rule)) for rule in rules.fields for side in Side}
    apart = (
        f"CASE WHEN conflicts_{name} THEN '{CONFLICT}' WHEN differs_{name} THEN '{FORMAT}' ELSE '{SAME}' END"
        for name in fields
    )
    kept = [f"{' || '.join(apart) or repr('')} AS apart"]
    kept += [f"CASE WHEN verdict NOT IN {_SETTLED} THEN {name} END AS {name}" for name in details]
    kept += [f"CASE WHEN differs_{field} THEN {name} END AS {name}" for name, (field, _) in values.items()]
    paired = [f"{what} AS {name}" for name, what in details.items()]
    paired += [f"{what} AS {name}" for name, (_, what) in values.items()]
    return f"""
        SELECT {_list("key", "in_crm", "in_billing", "verdict", *kept)}
        FROM (
            SELECT *,
                CASE
                    WHEN runs_in_crm AND runs_in_billing THEN
                        CASE
                            WHEN {_any(f"unknown_{name}" for name in fields)} THEN 'unknown_value'
                            WHEN {_any(f"conflicts_{name}" for name in fields)} THEN 'value_conflict'
                            WHEN {_any(f"differs_{name}" for name in fields)} THEN 'format_only'
                            ELSE 'equal'
                        END
                    WHEN runs_in_crm THEN 'crm_only'
                    WHEN runs_in_billing THEN 'billing_only'
                    ELSE 'out_of_scope'
                END AS verdict
            FROM (
                SELECT
                    coalesce(crm.key, billing.key) AS key,
                    crm.key IS NOT NULL AS in_crm,
                    billing.key IS NOT NULL AS in_billing,
                    coalesce(crm.state = 'active', false) AS runs_in_crm,
                    {_list("coalesce(billing.state = 'active', false) AS runs_in_billing", *told, *paired)}
                FROM crm_folded crm FULL JOIN billing_folded billing ON crm.key = billing.key
            ) paired
        ) judged"""


def _details(rules: ComparisonRules) -> Iterator[Named]:
    """Name what is told of a record on which the sides disagree, and where it is found."""
    for side in Side:
        yield f"{side}_state", f"{side}.state"
        yield f"{side}_source_id", f"{side}.source_id"
        yield f"{side}_status", f"{side}.status"
        yield f"{side}_changed_at", f"epoch_us({side}.changed_at)"
        if rules.amount_field is not None:
            yield f"{side}_amount", f"{side}.field_{rules.amount_field}"
            yield f"{side}_currency", f"{side}.field_{rules.amount_field}_currency"


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
            {here} 'format_only') AS format_only,
            {here} 'unknown_value') AS unknown_value,
            {here} '{side}_only') AS one_sided,
            {here} '{side.other}_only') AS counterpart,
            {here} 'out_of_scope')
                + (SELECT count(*) FROM {side}_read WHERE {_KEYLESS} AND {_ASIDE}) AS out_of_scope
        FROM classified"""


def places(sources: Mapping[Side, str], rules: ComparisonRules) -> str:
    """Ask in which bucket each of some rows ended, one by one; `balances` counts them among all others.

    Args:
        sources: Those rows: what stands behind a FROM, by side.
        rules: How they were compared.
    """
    return _union(_places(side, source, rules) for side, source in sources.items())


def _places(side: Side, source: str, rules: ComparisonRules) -> str:
    return f"""
        SELECT '{side}' AS side, asked.source_id, asked.raw_key AS key,
            CASE
                WHEN asked.source_id IN (SELECT source_id FROM {side}_unkeyed) THEN 'no_key'
                WHEN asked.key IN (SELECT key FROM set_apart) THEN 'duplicate_key'
                WHEN EXISTS (
                    FROM {side}_gathered one
                    WHERE one.key = asked.key AND one.source_id = asked.source_id AND one.place > 1
                ) THEN 'folded'
                WHEN coalesce(asked.key, '') = '' AND {_ASIDE} THEN 'out_of_scope'
                WHEN verdict = 'value_conflict' THEN 'conflict'
                WHEN verdict = '{side}_only' THEN 'one_sided'
                WHEN verdict = '{side.other}_only' THEN 'counterpart'
                ELSE verdict
            END AS bucket
        FROM (SELECT source_id, state, key AS raw_key, {key_of("key", rules.key, side)} AS key FROM {source}) asked
        LEFT JOIN classified ON classified.key = asked.key"""


def troubles(rules: ComparisonRules) -> str:
    """Ask for the records that cannot be compared: side, source id, key, and the field with its unknown word."""
    return _union(query for side in Side for query in _troubles(side, rules))


def _troubles(side: Side, rules: ComparisonRules) -> Iterator[str]:
    nothing = "CAST(NULL AS VARCHAR) AS field, CAST(NULL AS VARCHAR) AS word"
    yield f"SELECT '{side}' AS side, source_id, CAST(NULL AS VARCHAR) AS key, {nothing} FROM {side}_unkeyed"
    yield f"SELECT '{side}' AS side, source_id, key, {nothing} FROM {side}_gathered SEMI JOIN {side}_shared USING (key)"
    for rule in rules.fields:
        if rule.words:
            each = seen(rule, rules)
            yield f"""
        SELECT '{side}' AS side, {side}.source_id, {side}.key, '{rule.name}' AS field, {shown(side, rule)} AS word
        FROM {side}_folded {side} SEMI JOIN (SELECT key FROM classified WHERE verdict = 'unknown_value') set_aside
        USING (key) WHERE {each.unknown_on[side]}"""


def differences(rules: ComparisonRules) -> str:
    """Ask for everything about the differing records."""
    values = (f"{side}_field_{rule.name}" for rule in rules.fields for side in Side)
    return f"""
        SELECT {_list("verdict", "key", "apart", *dict(_details(rules)), *values)}
        FROM classified WHERE verdict NOT IN {_SETTLED}
        ORDER BY verdict, key"""


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(f"({one})" for one in conditions) or "false"


def _union(queries: Iterable[str]) -> str:
    """Put the answers of both sides into one, in an order that depends on nothing but the rows."""
    return "\n        UNION ALL".join(f"\n{query}" for query in queries) + "\n        ORDER BY ALL"


def _list(*columns: str) -> str:
    return ",\n            ".join(columns)
