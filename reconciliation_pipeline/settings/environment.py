"""What does the environment say about this installation?

The only place that reads RECON_* variables. Secrets of the systems are read by the connectors, from
the mapping they are given.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reconciliation_pipeline.settings.mistakes import EnvironmentBroken


@dataclass(frozen=True, slots=True)
class Environment:
    """What was set when the process began.

    Attributes:
        root: The project, where dagster.yaml is: DAGSTER_HOME where it is set, otherwise the current
            folder or, when that has no dagster.yaml, the checkout this package was installed from.
        home: Everything we keep on disk (RECON_HOME; default `.recon` in the project).
        config: The folder of reconciliations (RECON_CONFIG; default `reconciliations` in the project).
            A relative path in either variable starts at the current folder, as everywhere.
        postgres_url: Where Dagster's storage and the ledger are (RECON_POSTGRES_URL); None for SQLite.
            It holds a password, so it is never shown.
        ui_url: Where people open the Dagster UI (RECON_UI_URL), for links; None where nobody said.
        reports_url: Where people open the folder of reports (RECON_REPORTS_URL), for links; None where nobody said.
        pretended_now: The instant to take for now (RECON_NOW), in UTC; None for the real one. Only a
            reconciliation whose sides are all local may believe it.
    """

    root: Path
    home: Path
    config: Path
    postgres_url: str | None = field(default=None, repr=False)
    pretended_now: datetime | None = None
    ui_url: str | None = None
    reports_url: str | None = None


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """Read the environment; a variable that is set to nothing counts as not set.

    Raises:
        EnvironmentBroken: A variable holds something unusable.
    """
    root = _root(environ.get("DAGSTER_HOME") or None)
    return Environment(
        root=root,
        home=_folder(environ.get("RECON_HOME")) or root / ".recon",
        config=_folder(environ.get("RECON_CONFIG")) or root / "reconciliations",
        postgres_url=_postgres(environ.get("RECON_POSTGRES_URL") or None),
        pretended_now=_instant(environ.get("RECON_NOW") or None),
        ui_url=_page(environ, "RECON_UI_URL", "the Dagster UI, such as http://127.0.0.1:3000"),
        reports_url=_page(
            environ, "RECON_REPORTS_URL", "the folder of reports, such as https://intranet.example/recon"
        ),
    )


def _root(dagster_home: str | None) -> Path:
    if dagster_home is not None:
        return Path(dagster_home).expanduser()
    here, checkout = Path.cwd(), Path(__file__).parents[2]
    return next((folder for folder in (here, checkout) if (folder / "dagster.yaml").is_file()), here)


def _folder(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _postgres(url: str | None) -> str | None:
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        text = "RECON_POSTGRES_URL is not the address of a Postgres database."
        remedy = "Set it to postgresql://user:password@host/database, or unset it for SQLite."
        raise EnvironmentBroken(text, variable="RECON_POSTGRES_URL", remedy=remedy)
    return url


def _page(environ: Mapping[str, str], variable: str, what: str) -> str | None:
    url = environ.get(variable) or None
    if url is not None and not url.startswith(("https://", "http://")):
        text = f"{variable} is not the address of a page."
        remedy = f"Set it to what people type to open {what}, or unset it."
        raise EnvironmentBroken(text, variable=variable, remedy=remedy)
    return url.rstrip("/") if url else None


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        what = "has no offset, so it could be any of 24 hours" if instant else "is not an instant"
        problem = f"RECON_NOW {what}."
        remedy = "Write one like 2026-11-22T04:00:00+01:00, or unset it for the real time."
        raise EnvironmentBroken(problem, variable="RECON_NOW", remedy=remedy)
    return instant.astimezone(UTC)
