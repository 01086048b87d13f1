"""Does a run end at once when somebody stops it, and does the next one find nothing in its way?"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import dagster as dg
import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.other_data.company import Company, rest
from reconciliation_pipeline_tests.other_data.servers import Record, Reply, System, served
from reconciliation_pipeline_tests.other_data.test_other_data import customers

AT_ONCE = 3.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
"""Seconds in which a stopped command has to be gone: three, where nobody else wants the machine."""

Spoil = Callable[[Reply, int, str], Reply | None]


class Slow:
    """A system that answers its first page, and then makes everybody wait until it is told to go on."""

    def __init__(self) -> None:
        self.reached = Event()
        self.goes_on = Event()

    def answers_late(self, reply: Reply, _number: int, path: str) -> Reply | None:
        if "after" in path:
            self.reached.set()
            self.goes_on.wait(50)
        return reply

    def asks_to_wait(self, reply: Reply, _number: int, path: str) -> Reply | None:
        if "after" not in path or self.goes_on.is_set():
            return reply
        self.reached.set()
        return Reply({}, {"Retry-After": "60"}, 429)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose records this very process may open as well."""
    made = Company(tmp_path)
    for name, value in made.environ().items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.goes_on.set()


@pytest.fixture
def held() -> list[Record]:
    return customers(250)


def stopped(company: Company, slow: Slow, how: signal.Signals, *arguments: str) -> tuple[int, str, str, float]:
    """Start a command, stop it after the first page, and say how it ended and in how many seconds."""
    command = [sys.executable, "-m", "reconciliation_pipeline.cli", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=company.environ(), text=True, stdout=pipe, stderr=pipe) as process:
        try:
            assert slow.reached.wait(60)
            begun = time.monotonic()
            process.send_signal(how)
            said, talk = process.communicate(timeout=30)
        finally:
            process.kill()
    return process.returncode, said, talk, time.monotonic() - begun


@pytest.mark.parametrize(
    ("how", "spoil"), [(signal.SIGINT, "answers_late"), (signal.SIGTERM, "asks_to_wait")], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_stopped_run_is_gone_at_once_and_leaves_nothing_in_the_way(company, slow, held, how, spoil):
    with served(System(held, spoil=getattr(slow, spoil))) as crm, served(System(held)) as billing:
        company.configure(rest(crm), rest(billing))

        code, said, talk, seconds = stopped(company, slow, how, "run", "pair")

        assert (130, "") == (code, said)
        assert ["Stopped. Nothing of an unfinished pull was kept; the next run starts anew."] == talk.splitlines()
        assert AT_ONCE > seconds
        assert [] == [path for path in company.home.glob("snapshots/**/*") if path.is_file()]
        with Store.open(company.home, None) as store:
            attempt = store.attempts.latest("pair", store.attempts.last_morning("pair"))  # type: ignore[arg-type]
            assert [] == store.outbox.all()
        assert attempt is not None
        assert (Standing.REFUSED, ["walk_not_ended"]) == (attempt.standing, [one.code for one in attempt.reasons])
        with dg.DagsterInstance.get() as instance:
            assert [dg.DagsterRunStatus.CANCELED] == [run.status for run in instance.get_runs()]

        slow.goes_on.set()
        # What the system asked for is kept for every later run; whether it is kept to is another test's matter.
        shutil.rmtree(company.home / "pace")
        company.confirm(250, 250)
        again = company.run()

    assert (0, 2) == (again.exit, again.data["attempt"])
    assert (250, 250) == tuple(again.data["sides"][side]["pulled"] for side in ("crm", "billing"))


def test_a_stopped_count_is_gone_at_once(company, slow, held):
    with served(System(held, spoil=slow.answers_late)) as crm, served(System(held)) as billing:
        company.configure(rest(crm), rest(billing))

        code, said, talk, seconds = stopped(company, slow, signal.SIGTERM, "count", "pair")

    assert (130, "") == (code, said)
    assert talk.startswith("Stopped.")
    assert AT_ONCE > seconds
