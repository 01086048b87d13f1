"""Which source reads this side? The one door from settings to something that can be walked."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from reconciliation_pipeline.connectors.file import FileSource
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.connectors.sql import SqlSource
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.model import AnySide, FileSide, SqlSide


def build_source(
    settings: AnySide, *, side: Side, environ: Mapping[str, str], morning: date, pace_folder: Path | None = None
) -> Source:
    """Make the source of one side; nothing is asked or read yet.

    Args:
        settings: The side.
        side: Its role.
        environ: Where the named secrets stand.
        morning: The morning, for files with a date in their name and tables that keep every morning.
        pace_folder: Where runs that ask the same system keep their common pace; None keeps one of its own.

    Raises:
        SecretMissing: A named variable is not set.
        SourceError: A path or an address in the settings is none.
    """
    if isinstance(settings, FileSide):
        return FileSource(settings, side=side, morning=morning)
    if isinstance(settings, SqlSide):
        return SqlSource(settings, side=side, environ=environ, morning=morning)
    return RestSource(settings, side=side, environ=environ, pace_folder=pace_folder)
