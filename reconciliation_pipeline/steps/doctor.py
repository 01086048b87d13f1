"""Is everything in place for the next morning? Each finding comes with its remedy."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from reconciliation_pipeline.channels.build import build_channel
from reconciliation_pipeline.channels.channel import ChannelUnavailable
from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.connectors.errors import SourceError
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.work import Work

SKEW = timedelta(minutes=2)
"""Difference between a source's clock and ours that is worth a word."""


class Health(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, what was found, what to do."""

    health: Health
    what: str
    text: str
    remedy: str = ""


def examine(work: Work) -> Iterator[Finding]:
    """Look at both sides, the channels and the store of one reconciliation; nothing is kept."""
    yield _storage(work.store.archive.root)
    for side in Side:
        yield from _side(work, side)
    yield from _channels(work)
    yield _last_morning(work)


def _storage(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = "Make the folder writable, or let RECON_HOME name another one."
        return Finding(Health.FAIL, "storage", f"{folder} cannot be written: {error.strerror}.", remedy)
    free = os.statvfs(folder)
    gib = free.f_bavail * free.f_frsize / 2**30
    health = Health.OK if gib >= 1 else Health.WARN
    return Finding(
        health, "storage", f"{folder} is writable, {gib:,.1f} GiB free.", "" if gib >= 1 else "Free some disk."
    )


def _side(work: Work, side: Side) -> Iterator[Finding]:
    label = work.reconciliation.label(side)
    settings = work.reconciliation.sides[side]
    try:
        source = build_source(settings, side=side, environ=work.environ, morning=work.today())
        with closing(source):
            page = source.check()
    except SourceError as error:
        yield Finding(Health.FAIL, label, error.text, error.remedy)
        return
    told = f", of {page.total:,} it says it holds" if page.total is not None else ""
    yield Finding(Health.OK, label, f"answered with {len(page.rows):,} records on the first page{told}.")
    unkeyed = sum(row.key is None for row in page.rows)
    if page.rows and unkeyed > len(page.rows) / 100:
        text = f"{unkeyed} of {len(page.rows)} records on the first page have no key at `{settings.key}`."
        yield Finding(Health.WARN, label, text, "Check `key` in the settings against a record of that system.")
    if page.source_clock is not None and not settings.local:
        yield _clock(label, page.source_clock, work.clock())


def _clock(label: str, theirs: datetime, ours: datetime) -> Finding:
    apart = abs(theirs - ours)
    text = f"its clock and ours are {apart.total_seconds():.0f} s apart."
    remedy = "" if apart <= SKEW else "Synchronise this machine's clock (NTP)."
    return Finding(Health.OK if apart <= SKEW else Health.WARN, f"{label} clock", text, remedy)


def _channels(work: Work) -> Iterator[Finding]:
    if not work.reconciliation.channels:
        text = "no channel is configured: messages stay in the outbox."
        yield Finding(Health.WARN, "channels", text, "Name one under `channels` in the settings.")
    for channel in work.reconciliation.channels:
        try:
            build_channel(channel, work.environ)
        except ChannelUnavailable as gone:
            yield Finding(Health.FAIL, f"channel {channel.type}", gone.text, gone.remedy)
        else:
            yield Finding(Health.OK, f"channel {channel.type}", f"{channel.url_env} is set.")


def _last_morning(work: Work) -> Finding:
    mornings = work.store.ledger.mornings(work.id)
    if not mornings:
        remedy = f"Run one: `recon run {work.id}`."
        return Finding(Health.WARN, "last trusted morning", "there is none yet.", remedy)
    days = (work.today() - mornings[-1]).days
    remedy = "" if days <= 1 else "Is the scheduler running? `make dev` shows its ticks."
    return Finding(Health.OK if days <= 1 else Health.WARN, "last trusted morning", f"{mornings[-1]}.", remedy)
