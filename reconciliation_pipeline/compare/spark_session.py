"""Where does a comparison on Spark find its Spark, and what must that be told?

Attaches to the cluster that settings name, or starts a Spark inside this process for `local[n]`. Everything is set on a
session of our own: another session's settings and views neither help nor hurt. Memory, executors and credentials are
the cluster's own matter, and stand in its `spark-defaults.conf` (<https://spark.apache.org/docs/latest/configuration.html>).
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from reconciliation_pipeline.compare.portable import NFC
from reconciliation_pipeline.compare.snapshot import Incomparable

Session = Any
"""A SparkSession; pyspark is imported only where Spark is asked for."""

_SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    # What does not fit is an error, as in DuckDB; it never becomes NULL.
    "spark.sql.ansi.enabled": "true",
    # Ten places stay ten places: https://spark.apache.org/docs/latest/configuration.html#runtime-sql-configuration
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    # Nothing in a text of the settings is a variable of Spark's.
    "spark.sql.variable.substitute": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.storeAssignmentPolicy": "ANSI",
    # A plan of many fields, written out for a log that nobody reads, is longer than the memory for it.
    "spark.sql.maxPlanStringLength": "10000",
}
_CONNECT: Final = "sc://"
_LOCAL: Final = "local["
LOCAL_MEMORY: Final = "3g"
"""How much Spark may take on one machine; a plan of many fields alone takes some hundred MiB."""


@contextmanager
def session(master: str) -> Iterator[Session]:
    """Open a session of our own, and close what had to be started for it.

    Args:
        master: `local[n]`, `spark://host:7077`, `yarn` or `k8s://…`; `sc://host:15002` for Spark Connect.

    Raises:
        Incomparable: Spark is not installed, or cannot be reached.
    """
    opened, stop = _opened(master)
    try:
        for name, value in _SETTINGS.items():
            opened.conf.set(name, value)
        _register(opened)
        yield opened
    finally:
        stop()


def _opened(master: str) -> tuple[Session, Any]:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        text = "The comparison is to run on Spark, and pyspark is not installed."
        raise Incomparable(text, remedy="pip install 'reconciliation_pipeline[spark]'") from error
    try:
        if master.startswith(_CONNECT):
            connected = SparkSession.builder.remote(master).create()
            return connected, connected.stop
        if (running := SparkSession.getActiveSession()) is not None:
            return running.newSession(), lambda: None
        _need_java()
        builder = SparkSession.builder.master(master).appName("reconciliation_pipeline")
        if master.startswith(_LOCAL):
            # Spark's two hundred are for clusters, and most of them would be empty here.
            builder = builder.config("spark.sql.shuffle.partitions", "32").config("spark.ui.enabled", "false")
            # There driver and workers are one process, and Spark's own default for it is 1 GiB.
            builder = builder.config("spark.driver.memory", LOCAL_MEMORY)
        started = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    except (PySparkException, ImportError) as error:
        reason = str(error).strip().splitlines()[0]
        text = f"Spark at {master} did not answer: {reason}"
        raise Incomparable(text, remedy="Start it, or correct engine.master in the settings.") from error
    if master.startswith(_LOCAL) and "PYSPARK_PYTHON" not in os.environ:
        # The interpreter that runs this has what its functions import.
        started.sparkContext.pythonExec = sys.executable
    return started.newSession(), started.stop


def _need_java() -> None:
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        text = "The comparison is to run on Spark, and there is no Java on this machine."
        raise Incomparable(
            text, remedy="Install Java 17, set JAVA_HOME, and pip install 'reconciliation_pipeline[spark]'."
        )


def _register(opened: Session) -> None:
    """Give the session the one function that Spark has not got."""
    import pyarrow as pa
    from pyspark.sql.functions import arrow_udf

    # Inside a function, so that it travels to machines on which this package is not installed.
    def composed(texts: pa.Array) -> pa.Array:
        import pyarrow.compute as pc

        return pc.utf8_normalize(texts, form="NFC")

    opened.udf.register(NFC, arrow_udf(composed, "string"))
