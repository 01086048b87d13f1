"""What is left of a morning that is stopped while it is pulled?"""

from pathlib import Path
from threading import Event

import pytest
import yaml

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.steps.morning import gather
from reconciliation_pipeline.steps.prove import give_up
from reconciliation_pipeline.steps.watch import Progress
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.other_data.company import rest
from reconciliation_pipeline_tests.other_data.servers import Reply, System, served
from reconciliation_pipeline_tests.other_data.test_other_data import customers
from reconciliation_pipeline_tests.storage.builders import begin, trusted

NOBODY = System([], url="http://127.0.0.1:9")
"""A system that is never asked."""


class Stop(BaseException):
    """What Dagster makes of Ctrl-C while a step runs."""


class Impatient:
    """Whoever watches a pull and stops it once one side has come to its end."""

    def __init__(self, how: type[BaseException]) -> None:
        self._how = how

    def moved(self, progress: Progress) -> None:
        if progress.finished:
            raise self._how


def a_pair(store, crm: System, billing: System) -> Work:
    settings = {"id": "pair", "timezone": "UTC", "sides": {"crm": rest(crm), "billing": rest(billing)}}
    reconciliation = check(yaml.safe_dump(settings).encode(), Path("pair.yaml"), {})
    return Work(reconciliation, store, {"A_TOKEN": "let-me-in"}, clock=lambda: NOW)


@pytest.mark.parametrize(("how", "standing", "kept"), [(Stop, "refused", 0), (ValueError, "begun", 1)])
def test_a_stop_ends_the_attempt_and_keeps_nothing_and_a_fault_leaves_all_for_a_look(store, how, standing, kept):
    held, waits = customers(150), Event()

    def late(reply: Reply, _number: int, path: str) -> Reply:
        if "after" in path:
            waits.wait(30)
        return reply

    with served(System(held, spoil=late)) as crm, served(System(held)) as billing:
        work = a_pair(store, crm, billing)
        with pytest.raises(how):
            gather(work, MORNING, run_id="run-1", watch=Impatient(how))
        waits.set()

    attempt = store.attempts.of_run("run-1")
    assert standing == attempt.standing
    assert kept == len([path for path in work.store.archive.root.glob("**/*") if path.is_file()])
    assert [] == store.outbox.all()


def test_a_verdict_that_was_there_before_the_stop_stays(store):
    work = Work(
        a_pair(store, System([], url="http://127.0.0.1:9"), System([], url="http://127.0.0.1:9")).reconciliation,
        store,
        {},
    )
    attempt = trusted(store, MORNING)
    folder = store.archive.root / "pair" / MORNING.isoformat() / "001"
    folder.mkdir(parents=True)

    give_up(work, attempt)

    assert Standing.TRUSTED is store.attempts.latest("pair", MORNING).standing
    assert folder.is_dir()


def test_an_attempt_of_which_nothing_was_written_is_given_up_as_well(store):
    work = Work(
        a_pair(store, System([], url="http://127.0.0.1:9"), System([], url="http://127.0.0.1:9")).reconciliation,
        store,
        {},
    )

    give_up(work, begin(store, MORNING))

    assert Standing.REFUSED is store.attempts.latest("pair", MORNING).standing
