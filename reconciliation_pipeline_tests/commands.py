"""How does a test run `recon`? As a process of its own, which starts where everything heavy is imported already.

What a command does when it is started from nothing, stopped or looked through is asked of real ones: `stopped/`,
`doctor/`, `secrets/`, `scheduled/`.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
# Never what reads the environment while it is imported.
_FORKS.set_forkserver_preload(
    [
        *("dagster", "duckdb", "pyarrow.parquet", "httpx", "httpcore", "certifi", "sqlalchemy", "alembic", "_strptime"),
        *("dagster._core.instance.factory", "dagster._core.storage.migration.utils", "upath", "fsspec.core"),
        *("dagster._core.execution.execute_in_process", "dagster._core.executor.in_process"),
        *("reconciliation_pipeline.cli.main", "reconciliation_pipeline.cli.progress"),
        *("reconciliation_pipeline.defs.build", "reconciliation_pipeline.defs.instance_storage"),
    ]
)


def recon(
    arguments: Sequence[str], environ: Mapping[str, str], *, timeout: float, first: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `subprocess.run` does.

    Args:
        arguments: What follows `recon`.
        environ: Its whole environment.
        timeout: Seconds after which it is killed.
        first: What that process does before the command begins; it has to be picklable.

    Raises:
        subprocess.TimeoutExpired: It took longer.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _FORKS.Process(target=_become, args=(list(arguments), dict(environ), str(out), str(err), first))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), timeout, stderr=err.read_bytes())
        said = out.read_text("utf-8"), err.read_text("utf-8")
    return subprocess.CompletedProcess(list(arguments), process.exitcode, *said)


def _become(
    arguments: list[str], environ: dict[str, str], out: str, err: str, first: Callable[[], None] | None
) -> None:
    os.environ.clear()
    os.environ.update(environ)
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, stream.fileno())
    sys.argv = ["recon", *arguments]
    if first is not None:
        first()
    import_module("reconciliation_pipeline.cli.main").main()
