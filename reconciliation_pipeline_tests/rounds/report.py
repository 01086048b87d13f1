"""What do we publish about runs at once? Plays two hundred rounds on each database, and writes the table into the page.

python -m reconciliation_pipeline_tests.rounds.report
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reconciliation_pipeline_tests.faults.report import PAGE, between
from reconciliation_pipeline_tests.postgres import server
from reconciliation_pipeline_tests.rounds.play import AT_ONCE, Played, play
from reconciliation_pipeline_tests.rounds.world import World

ROUNDS: Final = 200


@contextmanager
def worlds(database: str) -> Iterator[tuple[World, World]]:
    """Make the world of one process, and that of several on a database."""
    with TemporaryDirectory(prefix="rounds-") as made, server() as running, running.database() as name:
        alone, together = Path(made) / "alone", Path(made) / "together"
        alone.mkdir()
        together.mkdir()
        yield World(alone, None), World(together, running.url(name) if database == "Postgres" else None)


def table(found: Iterable[tuple[str, Played]]) -> str:
    """Write a row a database."""
    lines = [
        "| database | rounds | processes at once | processes | worked alone | told who works | ledger | wrong |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for database, one in found:
        same = "as by one process" if not one.wrong else "see wrong"
        counts = f"{one.processes:,} | {one.worked:,} | {one.told:,} | {same} | {len(one.wrong)}"
        lines.append(f"| {database} | {one.rounds} | {AT_ONCE[0]} to {AT_ONCE[1]} | {counts} |")
    return "\n".join(lines)


def main() -> int:
    """Play everything; say what went wrong."""
    found = []
    for database in ("SQLite", "Postgres"):
        with worlds(database) as (alone, together):
            found.append((database, play(alone, together, ROUNDS, partial(_say, database))))
    PAGE.write_text(between(PAGE.read_text("utf-8"), "rounds", table(found)), "utf-8")
    wrong = [f"{database}, {one}" for database, played in found for one in played.wrong]
    for one in wrong:
        sys.stderr.write(f"{one}\n")
    return 1 if wrong else 0


def _say(database: str, done: int) -> None:
    if done % 20 == 0:
        sys.stderr.write(f"{database}: {done} of {ROUNDS} rounds\n")


if __name__ == "__main__":
    sys.exit(main())
