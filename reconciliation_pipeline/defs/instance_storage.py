"""Where Dagster keeps its own records: SQLite at home, Postgres by environment.

`dagster.yaml` names these classes. They touch private modules of Dagster, which is why Dagster is
pinned from above and a test loads the real file both ways.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from dagster import Field
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

from reconciliation_pipeline.settings.environment import read_environment

_DEFAULT_HOME = ".recon"


def under_home(literal: str) -> str:
    """Resolve a path of `dagster.yaml`: below RECON_HOME where it is set, else below the project."""
    environment = read_environment(os.environ)
    path = Path(literal)
    if path.parts[:1] == (_DEFAULT_HOME,):
        return str(environment.home.joinpath(*path.parts[1:]))
    return str(environment.root / path)


class EnvStorage(DagsterStorage):
    """Chooses the real storage by environment; never instantiated itself."""

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """Nothing is ever rehydrated from this class."""
        return None

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Accept the folder of the SQLite files."""
        return {"sqlite_dir": Field(str, default_value=f"{_DEFAULT_HOME}/dagster", is_required=False)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - another of Dagster's classes, by design
        """Build the SQLite or the Postgres storage."""
        url, data = read_environment(os.environ).postgres_url, cast("ConfigurableClassData", inst_data)
        if url is None:
            return _sqlite(data, Path(under_home(config_value["sqlite_dir"])))
        return _postgres(data, url)


def _sqlite(data: ConfigurableClassData, folder: Path) -> DagsterSqliteStorage:
    from reconciliation_pipeline.storage.files import alone, files_told_in_words

    with files_told_in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
    # Two that create Dagster's tables at once trip over each other ("table runs already exists").
    with alone(folder / "creating.lock"):
        return DagsterSqliteStorage.from_config_value(data, {"base_dir": str(folder)})


def _postgres(data: ConfigurableClassData, url: str) -> DagsterStorage:
    from dagster_postgres import DagsterPostgresStorage

    from reconciliation_pipeline.storage.database import alone_in_postgres

    # Dagster tries again when a table is there already, and breaks when it is the table's type.
    with alone_in_postgres(url) as full:
        return DagsterPostgresStorage.from_config_value(data, {"postgres_url": full})


class HomeArtifacts(LocalArtifactStorage):
    """Dagster's scratch files, below our home."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "HomeArtifacts":
        """Resolve the folder first."""
        return cls(inst_data=inst_data, base_dir=under_home(config_value["base_dir"]))


class HomeComputeLogs(LocalComputeLogManager):
    """The output of runs, below our home."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "HomeComputeLogs":
        """Resolve the folder first."""
        return cls(inst_data=inst_data, **{**config_value, "base_dir": under_home(config_value["base_dir"])})
