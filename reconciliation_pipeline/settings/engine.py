"""What compares the two snapshots, and what may it use?"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from reconciliation_pipeline.settings.values import Strict, wrong

MEMORY = r"^[1-9][0-9]{0,5} ?([KMGT]i?B)$"
"""As DuckDB writes sizes: https://duckdb.org/docs/stable/configuration/overview#configuration-reference."""

MASTER = r"^(local\[([1-9][0-9]{0,3}|\*)\]|yarn|(spark|k8s|sc)://[^\s@?#;]+)$"
"""As Spark writes them, without anything behind the address where a token could stand:
https://spark.apache.org/docs/latest/submitting-applications.html#master-urls."""


def _memory(value: str) -> str:
    if not re.fullmatch(MEMORY, value, re.ASCII):
        raise wrong(code="memory")
    return value


def _master(value: str) -> str:
    if not re.fullmatch(MASTER, value, re.ASCII):
        raise wrong(code="master")
    return value


Memory = Annotated[
    str, AfterValidator(_memory), Field(json_schema_extra={"pattern": MEMORY, "examples": ["512MB", "2GB", "8GiB"]})
]
Master = Annotated[
    str,
    AfterValidator(_master),
    Field(json_schema_extra={"pattern": MASTER, "examples": ["local[2]", "spark://host:7077", "sc://host:15002"]}),
]


class DuckSettings(Strict):
    """DuckDB, inside the process that runs the morning."""

    type: Literal["duckdb"]
    """What compares: DuckDB in this process, or a Spark."""
    memory: Memory = "2GB"
    """What it may use before it spills to disk; the process peaks up to 15 % above."""


class SparkSettings(Strict):
    """A Spark, for more than one machine can hold."""

    type: Literal["spark"]
    """What compares: DuckDB in this process, or a Spark."""
    master: Master
    """Where Spark is: a cluster's address, `sc://` for Spark Connect, or `local[n]` for n threads in this process."""


EngineSettings = Annotated[DuckSettings | SparkSettings, Field(discriminator="type")]
