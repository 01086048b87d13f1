"""What of ours is timed, and beside which limit? Runs one of them, in a process of its own.

    python benchmarks/contestants.py compare plain --folder /tmp/bench

The limit is what the engine must do at the very least: one wide full outer join over the same columns, folded to a
checksum; nothing compared, nothing kept. It may use six tenths of the machine's memory; ours has 2 GB.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from generate import ALIASED, EVERY, KINDS, OLD_KEY, PLAIN, Sizes, files_of
from peers.timed import timed

from reconciliation_pipeline.compare import engine
from reconciliation_pipeline.compare.engine import EngineLimits
from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.compare.snapshot import SnapshotFiles, scan
from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.conservation import adds_up
from reconciliation_pipeline.domain.judgement import JudgementPolicy, judge
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.rules import amount_field, key_rule, rules
from reconciliation_pipeline.steps.digests import memory_for
from reconciliation_pipeline.steps.plant import compare_planted
from reconciliation_pipeline.storage.diffs import Diffs

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLENTY: Final = EngineLimits("60%")
"""Of the machine's memory. DuckDB by itself takes 80 % (https://duckdb.org/docs/stable/configuration/overview) and may
go beyond, which at 50 million records can be more than there is."""

_SIDE: Final = """{{
    connector: file, path: export.csv, key: key, source_id: source_id, status: {{field: status, active: [active]}},
    created_at: {{field: created_at}}, updated_at: {{field: updated_at}},
    fields: {{{fields}, mrr: {{path: mrr, type: money, currency: {{path: mrr_currency}}}}}}}}"""
PLAIN_SIDE: Final = _SIDE.format(
    fields="company: company, email: email, plan: plan, country: country, seats: {path: seats, type: decimal}"
)
_EVERY_SIDE: Final = _SIDE.format(
    fields="company: company, contact: contact, email: email, phone: phone, country: country, since: since, "
    "tier: tier, seats: {path: seats, type: decimal}, usage: {path: usage, type: decimal}"
)


def settings_of(sides: str) -> str:
    """Write the settings of the plain kind, given its two sides."""
    return f"""
id: bench
sides: {{{sides}}}
compare: [company, email, plan, country, seats, {{field: mrr, tolerance: {{absolute: "0.01"}}}}]
"""


_SETTINGS: Final = {
    PLAIN: settings_of(f"crm: {PLAIN_SIDE}, billing: {PLAIN_SIDE}"),
    EVERY: f"""
id: bench
sides: {{crm: {_EVERY_SIDE}, billing: {_EVERY_SIDE}}}
keys: {{trim: true, case: ignore, zeros: ignore, prefix: {{billing: "B-"}}, aliases: {{{OLD_KEY}: {{alias}}}}}}
compare:
  - company
  - {{field: contact, case: ignore, space: collapse, unicode: nfc, empty: missing}}
  - {{field: email, as: email}}
  - {{field: phone, as: phone, calling_code: "49"}}
  - {{field: country, as: country}}
  - {{field: since, as: date, zone: Europe/Berlin, precision: day, formats: ["%d.%m.%Y"]}}
  - {{field: tier, words: {{crm: {{Gold: a, Silver: b, Bronze: c}}, billing: {{P1: a, P2: b, P3: c}}}}}}
  - {{field: seats, tolerance: {{absolute: "1", relative: "0.0001"}}}}
  - {{field: usage, tolerance: {{relative: "0.001"}}}}
  - {{field: mrr, tolerance: {{absolute: "0.01"}}}}
""",
}


def pair(kind: str, rows: int) -> Reconciliation:
    """Read the settings of a kind; one of them names a record, and so depends on the size."""
    alias = f'"B-{Sizes(rows).one_sided + ALIASED}-DE"'
    return check(_SETTINGS[kind].replace("{alias}", alias).encode(), Path("bench.yaml"), {})


def rules_of(of: Reconciliation) -> ComparisonRules:
    """Gather how a pair is compared."""
    return ComparisonRules(rules(of), amount_field(of), reduce={}, key=key_rule(of))


Found = Mapping[str, int]


def compare(files: SnapshotFiles, of: Reconciliation) -> Found:
    """Compare with the digests that were written with the snapshots: each morning's case."""
    return _found(engine.compare(files, rules_of(of)))


def compare_afresh(files: SnapshotFiles, of: Reconciliation) -> Found:
    """Compare two files that nobody has seen before, and write down what was found, as peers do."""
    comparison = engine.compare(replace(files, digests={}), rules_of(of))
    with TemporaryDirectory(prefix="bench-") as folder:
        attempt = Attempt("bench", NOON.date(), 1, "bench", live=True, started_at=NOON)
        Diffs(Path(folder)).keep(attempt, comparison)
    return _found(comparison)


def digest(files: SnapshotFiles, of: Reconciliation) -> Found:
    """Write the digests of both sides, one after the other, with the memory that a pull has for them."""
    for side in Side:
        limits = EngineLimits(memory_for(files[side]))
        engine.write_digests(files[side], rules_of(of), side, files.digests[side], limits)
    return {}


def step(files: SnapshotFiles, of: Reconciliation) -> Found:
    """Compare as on every morning: with kept digests, and with planted records that have to be found and judged."""
    until, how = NOON + timedelta(minutes=1), rules_of(of)
    policy = JudgementPolicy(of.settling, "nobody", how.amount_field)
    comparison = compare_planted(
        of,
        files,
        how,
        as_of=NOON,
        until=until,
        judge=lambda found: judge(of.id, found, as_of=NOON, until=until, policy=policy),
    )
    judged = judge(of.id, comparison.discrepancies, as_of=NOON, until=until, policy=policy)
    is_proof = comparison.planted is not None and comparison.planted.is_proof
    unjudged = len(comparison.discrepancies) - len(judged)
    return {**_found(comparison), "unproven": int(not is_proof), "unjudged": unjudged}


def _found(comparison: Comparison) -> dict[str, int]:
    found = [difference.kind for difference in comparison.discrepancies]
    others = len(comparison.key_troubles) + len(comparison.format_only)
    return {
        **{str(kind): found.count(kind) for kind in Kind},
        "others": others,
        "broken_laws": len(adds_up(comparison)),
    }


def limit(files: SnapshotFiles, of: Reconciliation, limits: EngineLimits = PLENTY) -> Found:
    """Join both files on the key with every column and fold the result, with the engine's other settings as ours."""
    key = "meets" if of.keys.prefix["billing"] else "key"
    named = ("source_id", key, "status", "state", "created_at", "updated_at")
    columns = (*named, *(column for rule in rules(of) for column in columns_of(rule)))
    carried = ", ".join(f"{side}.{column}" for side in Side for column in columns)
    with engine.started(limits) as connection:
        answer = connection.execute(f"""
            SELECT count(*), bit_xor(hash({carried}))
            FROM {scan(files.crm)} crm FULL JOIN {scan(files.billing)} billing ON crm.{key} = billing.{key}
        """).fetchone()  # noqa: S608 - our own columns
    return {"joined": answer[0] if answer else 0}


def limit_in_our_memory(files: SnapshotFiles, of: Reconciliation) -> Found:
    """Run the same join with no more memory than our comparison has."""
    return limit(files, of, engine.DEFAULT_LIMITS)


CONTESTANTS: Final[Mapping[str, Callable[[SnapshotFiles, Reconciliation], Found]]] = {
    "limit": limit,
    "limit in 2 GB": limit_in_our_memory,
    "compare": compare,
    "compare afresh": compare_afresh,
    "digests": digest,
    "step": step,
}


def truth(name: str, rows: int) -> Found:
    """Say what a contestant has to find."""
    sizes = Sizes(rows)
    nothing = {"others": 0, "broken_laws": 0}
    if name.startswith("limit"):
        return {"joined": rows + sizes.one_sided}
    if name == "digests":
        return {}
    return {**sizes.truth, **nothing, **({"unproven": 0, "unjudged": 0} if name == "step" else {})}


def main() -> None:
    """Run one contestant once and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=CONTESTANTS)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    files, of = files_of(asked.folder, asked.kind), pair(asked.kind, asked.rows)
    print(json.dumps(timed(lambda: CONTESTANTS[asked.name](files, of))))


if __name__ == "__main__":
    main()
