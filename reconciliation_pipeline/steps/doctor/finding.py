"""What does a doctor say? What was looked at, what was found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


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


def ok(what: str, text: str) -> Finding:
    """Say that something is as it should be, or simply how it is."""
    return Finding(Health.OK, what, text)


def warn(what: str, text: str, remedy: str) -> Finding:
    """Say that something will trouble a morning sooner or later."""
    return Finding(Health.WARN, what, text, remedy)


def fail(what: str, text: str, remedy: str) -> Finding:
    """Say that no morning can be trusted like this."""
    return Finding(Health.FAIL, what, text, remedy)
