"""In which world is a night played? Two systems and a receiver over real sockets, and a home to begin from.

A home is prepared once and copied for every night: its folder, and its database where that is Postgres.
"""

import json
import os
import random
import shutil
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import yaml

from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline.steps.tell import deliver_due
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.crashes.points import Deed, Plan, watch
from reconciliation_pipeline_tests.other_data.company import PROJECT
from reconciliation_pipeline_tests.postgres import Server
from reconciliation_pipeline_tests.secrets.mirror import Mirror, Record, mirroring

NAME: Final = "pair"
YESTERDAY: Final = date(2026, 11, 21)
TODAY: Final = date(2026, 11, 22)
CUSTOMERS: Final = 400
"""Records of a side, eight pages; what they carry makes a snapshot large enough to be given digests."""
LONGEST: Final = 120
"""Seconds after which a command hangs."""
A_WHILE: Final = timedelta(minutes=6)
"""After so long a delivery that somebody took and never reported on is anybody's again."""
CHANNEL: Final = {"type": "webhook", "url_env": "WEBHOOK_URL", "local": True}


def customers() -> list[Record]:
    """Make what both systems agree on."""
    chance = random.Random(7)
    times = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-02-01T00:00:00Z"}
    letters = string.ascii_letters + string.digits
    return [
        {
            "id": f"r{index}",
            "number": f"K{index:04d}",
            "status": "churned" if index % 40 == 3 else "active",
            "mrr": 1900,
            "note": "".join(chance.choices(letters, k=3800)),
            **times,
        }
        for index in range(CUSTOMERS)
    ]


def drifted(records: Sequence[Record]) -> list[Record]:
    """Make what billing holds this morning: others are paid for, left or cost another price."""
    found = [dict(record) for record in records]
    for index, record in enumerate(found):
        if index % 80 == 7:
            record["mrr"] = 2900
        if index % 40 == 11:
            record["status"] = "churned"
    return [record for index, record in enumerate(found) if index % 100 != 13]


@dataclass(frozen=True)
class Ended:
    """How one process ended: its exit code, what it said, and the points it reached."""

    exit: int
    said: str
    talk: str
    reached: tuple[str, ...]

    @property
    def error(self) -> dict[str, str]:
        """Give the error that was told as JSON; empty when none was."""
        lines = [line for line in self.said.splitlines() if line.startswith("{")]
        found: dict[str, str] = json.loads(lines[-1]).get("error", {}) if lines else {}
        return found


@dataclass
class Place:
    """One home, where a night is played and looked at.

    Attributes:
        world: Whose systems are asked.
        folder: Everything of this place.
        postgres_url: Its database; None for SQLite.
        number: Tells its messages from those of other places.
        settings: The folder of settings.
        later: How much later than four o'clock it is here.
    """

    world: "World"
    folder: Path
    postgres_url: str | None
    number: int
    settings: str = "settings"
    later: timedelta = timedelta()

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environ(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("RECON_")},
            "DAGSTER_HOME": str(PROJECT),
            "RECON_HOME": str(self.home),
            "RECON_CONFIG": str(self.world.folder / self.settings),
            "RECON_POSTGRES_URL": self.postgres_url or "",
            "WEBHOOK_URL": f"{self.world.receiver.url}/hook/{self.number}",
            "RECON_NOW": (self.world.now + self.later).isoformat(),
        }

    def play(
        self, *arguments: str, deed: Deed | None = None, bell: int = 0, longest: int | None = None, as_json: bool = True
    ) -> Ended:
        """Run one command to its end, or to its point."""
        log = self.folder / "points"
        log.unlink(missing_ok=True)
        servers = {self.world.crm.url: "crm", self.world.billing.url: "billing", self.world.receiver.url: "receiver"}
        plan = Plan(
            below=str(self.folder),
            log=str(log),
            servers={url.removeprefix("http://"): name for url, name in servers.items()},
            deed=deed,
            bell=bell,
            longest=longest,
        )
        asked = [one.replace("OUT", str(self.folder)) for one in arguments]
        done: CompletedProcess[str] = recon(
            [*asked, *(["--json"] if as_json else [])], self.environ, timeout=LONGEST, first=partial(watch, plan)
        )
        reached = tuple(log.read_text("utf-8").splitlines()) if log.exists() else ()
        return Ended(done.returncode, done.stdout, done.stderr, reached)

    @contextmanager
    def work(self, *, later: timedelta = timedelta()) -> Iterator[Work]:
        """Open what is kept here, at a moment that may lie ahead."""
        environ = self.environ
        reconciliation = load_one(Path(environ["RECON_CONFIG"]), NAME, environ)
        with Store.open(self.home, self.postgres_url) as store:
            yield Work(
                reconciliation, store, environ, self.world.now + self.later, clock=lambda: datetime.now(UTC) + later
            )

    def deliver(self) -> None:
        """Send what waits, as the sensor of every minute does, when nobody else's claim is left."""
        with self.work(later=A_WHILE) as work:
            deliver_due(work)

    @property
    def received(self) -> Counter[str]:
        """Count the messages that arrived, by their visible id."""
        mine = [one for one in tuple(self.world.receiver.sent) if one.startswith(f"/hook/{self.number}\n")]
        return Counter(json.loads(one.rpartition("\n")[2])["id"] for one in mine)


@dataclass
class World:
    """Both systems, the receiver, the settings, and homes to begin from."""

    folder: Path
    crm: Mirror
    billing: Mirror
    receiver: Mirror
    postgres: Server | None = None
    now: datetime = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=4)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def wake(self, morning: date) -> None:
        """Let it be four o'clock of a morning; this morning both systems have drifted."""
        self.now = datetime.combine(morning, datetime.min.time(), UTC) + timedelta(hours=4)
        agreed = customers()
        self.crm.records, self.billing.records = agreed, agreed if morning == YESTERDAY else drifted(agreed)

    def configure(self, name: str = "settings", **changes: Any) -> None:
        """Write the settings of the pair."""
        sides = {"crm": self._side(self.crm), "billing": self._side(self.billing)}
        pair = {"id": NAME, "sides": sides, "compare": ["mrr"], "timezone": "UTC", "channels": [CHANNEL], **changes}
        (self.folder / name).mkdir()
        (self.folder / name / "pair.yaml").write_text(yaml.safe_dump({"start": "2026-01-01", **pair}), "utf-8")

    @staticmethod
    def _side(system: Mirror) -> dict[str, Any]:
        return {
            "connector": "rest",
            "base_url": system.url,
            "local": True,
            "auth": {"type": "none"},
            "list": {"path": "/customers", "records": "data"},
            "paging": {"type": "cursor", "next": "next", "param": "after"},
            "account": {"path": "/account"},
            "lookup": {"path": "/customers/{source_id}", "by_key": {"path": "/customers/{key}"}},
            "key": "number",
            "status": {"field": "status", "active": ["active"]},
            "created_at": {"field": "created_at"},
            "updated_at": {"field": "updated_at"},
            "requests_per_second": 1000,
            "budget": "20s",
            "fields": {"mrr": {"path": "mrr", "type": "money", "currency": "EUR"}, "note": "note"},
        }

    @contextmanager
    def place(
        self, template: "Template | None" = None, *, settings: str = "settings", later: timedelta = timedelta()
    ) -> Iterator[Place]:
        """Make a home, empty or as one that was prepared, for as long as the block lasts."""
        number = next(self.numbers)
        folder = self.folder / f"place-{number}"
        folder.mkdir()
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            url = None
            if self.postgres is not None:
                database = template.database if template and template.database else "template1"
                url = self.postgres.url(stack.enter_context(self.postgres.database(database)))
            if template is not None:
                shutil.copytree(template.home, folder / "home")
            yield Place(self, folder, url, number, settings, later)


@dataclass(frozen=True)
class Template:
    """A home to be copied, and the database that belongs to it."""

    home: Path
    database: str | None


def template_of(place: Place) -> Template:
    """Take a place as what others begin from; nobody may be at work in it."""
    return Template(place.home, place.postgres_url.rpartition("/")[2] if place.postgres_url else None)


@contextmanager
def a_world(folder: Path, postgres: Server | None = None) -> Iterator[World]:
    """Serve both systems and the receiver for as long as the block lasts."""
    world = World(folder, Mirror(), Mirror(), Mirror(), postgres)
    with ExitStack() as stack:
        for mirror in (world.crm, world.billing, world.receiver):
            stack.enter_context(mirroring(mirror))
        world.configure()
        yield world


def confirm(side: str, morning: date) -> tuple[str, ...]:
    """Spell the command by which a person confirms a count that both systems agreed on."""
    said = ("--by", "Ana", "--reason", "its own screen")
    return ("confirm-count", NAME, "--side", side, "--date", morning.isoformat(), "--count", str(CUSTOMERS), *said)
