"""How is Tryton started, filled and stopped, so that a test has one of its own?

Tryton is an ERP system nobody here wrote (https://www.tryton.org/). Its server runs as published, in its
own process and its own virtual environment, on SQLite in the test's folder. The database is made by
its own command, the parties and the key of the REST API by its own library, as its operators do.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from reconciliation_pipeline_tests.peers.installed import python_of
from reconciliation_pipeline_tests.peers.population import Customer, Is

DATABASE = "peers"

PATIENCE = 30.0
"""Seconds it may take to start, and to stop."""

_FILL = """
import json, sys
from proteus import Model, config
config.set_trytond("sqlite:///" + sys.argv[1], config_file=sys.argv[2])
Party, User, Application = (Model.get(name) for name in ("party.party", "res.user", "res.user.application"))
parties = [(Party(code=code, name=name), active) for code, name, active in json.load(sys.stdin)]
Party.save([party for party, _ in parties])
# A party is deactivated once it exists, as people do it: created inactive, it is refused.
left = [party for party, active in parties if not active]
for party in left:
    party.active = False
Party.save(left)
(admin,) = User.find([("login", "=", "admin")])
application = Application(user=admin, application="rest")
application.save()
print(application.key)
"""


class TrytonTrouble(Exception):
    """Tryton does not answer, or a command of its own fails."""


@dataclass(frozen=True, slots=True)
class Tryton:
    """One running server with a database of its own.

    Attributes:
        url: Where its database answers.
        key: The key of its REST API.
        process: The server.
    """

    url: str
    key: str
    process: subprocess.Popen[bytes]

    def client(self) -> httpx.Client:
        """Connect to its REST API."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def stop(self) -> None:
        """End it."""
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)


def parties(customers: Iterable[Customer]) -> list[tuple[str, str, bool]]:
    """Write down each customer of the CRM as Tryton knows it: a code, a name, active or not."""
    return [(one.number, one.name, one.case.crm.status is Is.ACTIVE) for one in customers if one.case.crm]


@contextmanager
def running(folder: Path, customers: Iterable[Customer]) -> Iterator[Tryton]:
    """Run a server with these customers as its parties while the block lasts.

    Args:
        folder: Where its settings, its database and its log go.
        customers: Who is in it.

    Raises:
        TrytonTrouble: It does not answer, or a command of its own fails.
    """
    python, settings, port = python_of("tryton"), folder / "trytond.conf", _free_port()
    settings.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n", "utf-8")
    _make_database(python, folder, settings)
    key = _run([python, "-c", _FILL, DATABASE, settings], json.dumps(parties(customers)))
    with (folder / "trytond.log").open("wb") as log:
        process = subprocess.Popen(
            [python.with_name("trytond"), "-c", settings], start_new_session=True, stdout=log, stderr=log
        )
    server = Tryton(f"http://127.0.0.1:{port}/{DATABASE}", key.strip(), process)
    try:
        _wait_until_it_answers(server, folder / "trytond.log")
        yield server
    finally:
        server.stop()


def _make_database(python: Path, folder: Path, settings: Path) -> None:
    (folder / f"{DATABASE}.sqlite").touch()
    password = folder / "password"
    password.write_text("a password of one test", "utf-8")
    admin: list[str | Path] = [python.with_name("trytond-admin"), "-c", settings, "-d", DATABASE, "-u", "party"]
    _run([*admin, "--activate-dependencies", "--email", "admin@example.com"], TRYTONPASSFILE=str(password))


def _run(command: Sequence[str | Path], given: str = "", **environment: str) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        input=given,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if done.returncode:
        message = f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-2000:]}"
        raise TrytonTrouble(message)
    return done.stdout


def _free_port() -> int:
    # It takes no listener from outside; between here and its start the port is free to anybody.
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(server: Tryton, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    with server.client() as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                if client.get("/rest/model/party.party", params={"s": 1}, timeout=10).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    message = f"Tryton does not answer. Its log ends with: {log.read_text('utf-8')[-2000:]}"
    raise TrytonTrouble(message)
