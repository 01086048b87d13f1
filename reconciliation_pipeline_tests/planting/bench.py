"""How does a test plant into a comparison? One call: the settings, what the sides hold, and what is broken."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from reconciliation_pipeline.compare import engine
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.domain.comparison import Comparison, Planted
from reconciliation_pipeline.domain.judgement import JudgementPolicy, judge
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.plants import Place
from reconciliation_pipeline.domain.records import Discrepancy, Row, Side
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.rules import amount_field, key_rule, rules
from reconciliation_pipeline.steps.plant import Compare, Judge, compare_planted
from reconciliation_pipeline.steps.pull import value_names
from reconciliation_pipeline.storage.writer import SnapshotWriter
from reconciliation_pipeline_tests.builders import MINUTE

AS_OF: Final = datetime(2026, 11, 22, 3, 0, 0, 250_000, tzinfo=UTC)
UNTIL: Final = AS_OF + MINUTE

Compared = tuple[Comparison, tuple[Place, ...]]


def rules_of(pair: Reconciliation) -> ComparisonRules:
    folding = {side: pair.sides[side].reduce != "none" for side in Side}
    return ComparisonRules(rules(pair), amount_field(pair), folding, key_rule(pair))


def judge_of(pair: Reconciliation) -> Judge:
    policy = JudgementPolicy(pair.settling, "ops", amount_field(pair))

    def judged(found: Iterable[Discrepancy]) -> tuple[Observation, ...]:
        return judge(pair.id, found, as_of=AS_OF, until=UNTIL, policy=policy)

    return judged


@dataclass
class Altered:
    """A connection whose statements are wrong: wherever `old` stands in one, `new` is asked."""

    connection: duckdb.DuckDBPyConnection
    old: str
    new: str
    times: int = 0

    def execute(self, query: str) -> duckdb.DuckDBPyConnection:
        self.times += query.count(self.old)
        return self.connection.execute(query.replace(self.old, self.new))


@dataclass
class Bench:
    """An engine that is started once, and a folder for files."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    _numbers: Iterator[int]

    def compare(self, files: SnapshotFiles, by: ComparisonRules) -> Compared:
        """Compare as the engine does."""
        with self.connection.cursor() as own:
            return engine.compare_in(own, files, by)

    def altered(self, old: str, new: str) -> Compare:
        """Compare with a mistake in the statements; what is replaced must be there."""

        def compare(files: SnapshotFiles, by: ComparisonRules) -> Compared:
            with self.connection.cursor() as own:
                asked: Any = Altered(own, old, new)
                compared = engine.compare_in(asked, files, by)
                assert asked.times, f"no statement holds {old!r}"
                return compared

        return compare

    def changed(self, change: Callable[[Comparison], Comparison]) -> Compare:
        """Compare, and change what was found."""

        def compare(files: SnapshotFiles, by: ComparisonRules) -> Compared:
            whole, places = self.compare(files, by)
            return change(whole), places

        return compare

    def by(self, change: Callable[[ComparisonRules], ComparisonRules]) -> Compare:
        """Compare by other rules than the settings say."""
        return lambda files, by: self.compare(files, change(by))

    def files(self, pair: Reconciliation, crm: Sequence[Row] = (), billing: Sequence[Row] = ()) -> SnapshotFiles:
        """Write both sides as the archive does."""
        folder = self.folder / str(next(self._numbers))
        for side, rows in zip(Side, (crm, billing), strict=True):
            with SnapshotWriter(folder, f"{side}.parquet", value_names(pair.sides[side])) as writer:
                writer.write(rows)
        return SnapshotFiles(folder / "crm.parquet", folder / "billing.parquet")

    def plant(
        self,
        pair: Reconciliation,
        files: SnapshotFiles | None = None,
        *,
        compare: Compare | None = None,
        judge: Judge | None = None,
    ) -> Comparison:
        """Compare with everything planted that these settings can express."""
        return compare_planted(
            pair,
            files or self.files(pair),
            rules_of(pair),
            as_of=AS_OF,
            until=UNTIL,
            judge=judge or judge_of(pair),
            compare=compare or self.compare,
        )


def of(comparison: Comparison) -> Planted:
    assert comparison.planted is not None
    return comparison.planted


def missed(comparison: Comparison) -> dict[str, str]:
    """What was missed, by the name of the plant."""
    return {name: what for name, _, what in (sentence.partition(": ") for sentence in of(comparison).missed)}
