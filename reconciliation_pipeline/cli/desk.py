"""What every command needs first: the environment, the settings by name, the store.

Turns what can go wrong there into sentences.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from reconciliation_pipeline.cli.output import Problem
from reconciliation_pipeline.connectors.errors import SecretMissing, SourceError
from reconciliation_pipeline.settings.environment import Environment, read_environment
from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline.settings.mistakes import EnvironmentBroken, SettingsBroken, UnknownReconciliation
from reconciliation_pipeline.settings.model import AnySide, Reconciliation, RestSide
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.store import Store


def environment() -> Environment:
    """Read RECON_HOME, RECON_CONFIG and the rest."""
    try:
        return read_environment(os.environ)
    except EnvironmentBroken as bad:
        raise Problem("environment", bad.text, place=bad.variable, remedy=bad.remedy) from None


def settings(name: str) -> tuple[Reconciliation, Mapping[str, str]]:
    """Load one reconciliation by its id, with the variables it is to be run with.

    Where the demo world is what both sides lead to, its addresses and tokens need not be set; no
    other system is ever asked with them.
    """
    demo = {**_demo_variables(), **os.environ}
    found = _load(name, demo)
    leads_to_demo = {_address(found.sides.crm), _address(found.sides.billing)} == {
        demo.get("CRM_URL"),
        demo.get("BILLING_URL"),
    }
    return (found, demo) if leads_to_demo else (_load(name, os.environ), os.environ)


def _address(side: AnySide) -> str:
    return side.base_url if isinstance(side, RestSide) else side.connector


def _load(name: str, environ: Mapping[str, str]) -> Reconciliation:
    try:
        return load_one(environment().config, name, environ)
    except UnknownReconciliation as unknown:
        where = str(environment().config)
        raise Problem("unknown_reconciliation", unknown.text, place=where, remedy=unknown.remedy) from None
    except SettingsBroken as broken:
        text = "The settings have mistakes:\n" + "\n".join(f"  {mistake}" for mistake in broken.mistakes)
        first = broken.mistakes[0].place if broken.mistakes else str(environment().config)
        raise Problem("settings", text, place=first, remedy="Mend them and run again; nothing was pulled.") from None


@contextmanager
def open_store() -> Iterator[Store]:
    """Open the archive, the ledger and the outbox."""
    found = environment()
    try:
        store = Store.open(found.home, found.postgres_url)
    except StorageError as gone:
        where = "RECON_POSTGRES_URL" if found.postgres_url else str(found.home)
        raise Problem("storage", gone.text, place=where, remedy=gone.remedy) from None
    with store:
        yield store


@contextmanager
def at_work(name: str) -> Iterator[Work]:
    """Open everything for one reconciliation."""
    reconciliation, environ = settings(name)
    with open_store() as store:
        yield Work(reconciliation, store, environ, environment().pretended_now)


@contextmanager
def configured(name: str) -> Iterator[None]:
    """Say what the settings lack, where both sides are connected inside the block."""
    try:
        yield
    except SecretMissing as missing:
        raise Problem("secret_missing", missing.text, place=name, remedy=missing.remedy) from None
    except SourceError as wrong:
        raise Problem("settings", wrong.text, place=name, remedy=wrong.remedy) from None


def _demo_variables() -> dict[str, str]:
    """Give the demo world's addresses and tokens, where there is one."""
    from reconciliation_pipeline.demo.control import status
    from reconciliation_pipeline.demo.state import DemoError

    try:
        world = status(environment().home)
    except (DemoError, OSError):
        # `recon demo` says what is wrong with it; nobody else needs it.
        return {}
    # Its clock is told by its answers; a pretended one is for those who ask for it.
    return {name: value for name, value in world.environment.items() if name != "RECON_NOW"} if world else {}


def run_it(name: str, morning: date, today: date) -> str:
    """Say how to get a result of a morning that has none."""
    if morning > today:
        return "That day has not come yet."
    return f"Run it: `recon run {name}{'' if morning == today else f' --date {morning}'}`."


def a_date(text: str | None) -> date | None:
    """Read a date given on the command line."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        remedy = "Write one like 2026-11-22."
        raise Problem("usage", f"{text!r} is not a date.", place="--date", remedy=remedy) from None
