"""A home in which real mornings are kept: snapshots with their certificates, a recheck, comparisons, a ledger."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.recheck import Recheck
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.ledger.looking import PAIR
from reconciliation_pipeline_tests.other_data.company import Company, rest
from reconciliation_pipeline_tests.other_data.servers import System
from reconciliation_pipeline_tests.storage.builders import NOW, a_message, a_row, a_snapshot, an_observation

FIRST: Final = date(2026, 11, 20)


@dataclass(frozen=True)
class House:
    """A company whose mornings are kept.

    Attributes:
        company: Its settings and its home.
        postgres_url: Where its ledger is; empty for SQLite in the home.
    """

    company: Company
    postgres_url: str = ""

    @property
    def home(self) -> Path:
        return self.company.home

    @property
    def out(self) -> Path:
        """Where its backups go."""
        return self.company.folder / "backups"

    def open(self) -> Store:
        return Store.open(self.home, self.postgres_url)

    def recon(self, *arguments: str, home: Path | None = None, **variables: str):
        place = {"RECON_HOME": str(home or self.home), "RECON_POSTGRES_URL": self.postgres_url}
        return self.company.recon(*arguments, **{**place, **variables})

    def back_up(self) -> tuple[Path, dict[str, object]]:
        """Make a backup, and say what was said of it."""
        made = self.recon("backup", "--out", str(self.out))
        assert 0 == made.exit, made.talk
        return Path(made.data["folder"]), made.data

    def digest(self, home: Path | None = None) -> str:
        """Ask `recon verify`."""
        found = self.recon("verify", PAIR, home=home)
        assert (0, True) == (found.exit, found.data["ok"]), found.data
        return str(found.data["digest"])


def a_house(folder: Path, postgres_url: str = "", mornings: int = 3) -> House:
    company = Company(folder)
    nobody = rest(System([], url="http://127.0.0.1:9"))
    company.configure(nobody, nobody)
    house = House(company, postgres_url)
    with house.open() as store:
        for day in range(mornings):
            live(store, FIRST + timedelta(days=day))
    return house


def live(store: Store, morning: date) -> None:
    """Live through a morning: all files are there before the ledger speaks of them."""
    attempt = store.attempts.begin(PAIR, morning, run_id=f"run-{morning}", started_at=NOW, live=True)
    snapshots = {}
    for side in Side:
        with store.archive.writer(PAIR, morning, attempt.number, side, ["plan"]) as file:
            file.write(a_row(str(number), f"C{number}", plan=f"{morning}") for number in range(200))
        snapshots[side] = a_snapshot(side, file.path, file.sha256)
        store.archive.seal(snapshots[side], fields=["plan"])
    done = replace(attempt, standing=Standing.TRUSTED, snapshots=snapshots, as_of=NOW)
    store.attempts.conclude(
        done, at=NOW, messages=[a_message(morning=morning, reconciliation=PAIR)], channels=["slack"]
    )
    store.rechecks.keep(done, Recheck(NOW, "", 0))
    store.diffs.keep(done, Comparison((), (), {}))
    store.ledger.record(done, [an_observation(key=f"{morning}")], epoch="keys")


def files_in(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def inodes(folder: Path) -> set[tuple[int, int]]:
    """Name what every file is on its disk."""
    found = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return {(one.st_dev, one.st_ino) for one in found}
