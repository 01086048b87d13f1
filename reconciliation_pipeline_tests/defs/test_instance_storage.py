"""Where does Dagster keep its records? Below our home, or in Postgres; there they are after a restart."""

from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import dagster as dg
import pytest

from reconciliation_pipeline.defs.instance_storage import HomeComputeLogs, under_home


@dg.op
def speak():
    return "here"


@dg.job
def small():
    speak()


def run_and_reopen() -> tuple[str, dg.DagsterRunStatus, int]:
    """Run a job, close everything, and ask the records of a new instance for it."""
    with dg.DagsterInstance.get() as first:
        storage = type(first.event_log_storage).__name__
        run_id = small.execute_in_process(instance=first).run_id
    with dg.DagsterInstance.get() as again:
        run = again.get_run_by_id(run_id)
        assert run is not None
        return storage, run.status, len(again.all_logs(run_id, of_type=dg.DagsterEventType.STEP_SUCCESS))


def databases(home: Path) -> list[str]:
    return [path.name for path in (home / "dagster").rglob("*.db")]


def test_without_a_variable_the_records_lie_in_sqlite_below_our_home(home):
    assert ("SqliteEventLogStorage", dg.DagsterRunStatus.SUCCESS, 1) == run_and_reopen()
    assert databases(home)


def test_with_an_address_the_records_lie_in_postgres_and_nothing_in_sqlite(home, postgres_url, monkeypatch):
    monkeypatch.setenv("RECON_POSTGRES_URL", postgres_url)

    assert ("PostgresEventLogStorage", dg.DagsterRunStatus.SUCCESS, 1) == run_and_reopen()
    assert [] == databases(home)


def open_at_once(everybody: Barrier) -> None:
    everybody.wait()
    dg.DagsterInstance.get().dispose()


@pytest.mark.parametrize("database", ["SQLite", "Postgres"])
def test_processes_that_open_new_records_at_once_all_get_them(home, database, request, monkeypatch):
    if database == "Postgres":
        monkeypatch.setenv("RECON_POSTGRES_URL", request.getfixturevalue("postgres_url"))
    fork = get_context("fork")
    everybody = fork.Barrier(4)
    processes = [fork.Process(target=open_at_once, args=(everybody,)) for _ in range(4)]

    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [0, 0, 0, 0] == [process.exitcode for process in processes]


def test_scratch_files_and_output_lie_below_our_home(home):
    with dg.DagsterInstance.get() as instance:
        assert instance.storage_directory().startswith(str(home))
        assert isinstance(instance.compute_log_manager, HomeComputeLogs)
        assert str(home / "logs") == instance.compute_log_manager._base_dir


def test_a_run_that_hangs_holds_nobody_up_and_none_is_repeated_by_itself(home):
    with dg.DagsterInstance.get() as instance:
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert 4 == queue.max_concurrent_runs
        assert (True, 10_800) == (
            instance.run_monitoring_enabled,
            instance.get_settings("run_monitoring")["max_runtime_seconds"],
        )
        assert 0 == instance.run_retries_max_retries
        assert not instance.telemetry_enabled


@pytest.mark.parametrize(
    ("literal", "expected"), [(".recon/dagster", "home/dagster"), (".recon", "home"), ("/var/logs", "/var/logs")]
)
def test_our_home_takes_the_place_of_the_default_one(home, literal, expected):
    assert str(home.parent / expected) == under_home(literal)
