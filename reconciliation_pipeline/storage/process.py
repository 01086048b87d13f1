"""Which process is this, and is another one certainly gone?

A number of a process says nothing by itself: it is used again, and means another process in another container. So a
place is told by the boot of the machine, the space of process numbers, the number and when the process began. Where
that cannot be known, nobody is ever certainly gone.
"""

import os
from pathlib import Path
from typing import Final

NOWHERE: Final = ""
"""The place of a process on a system that does not tell; nobody can say that it is gone."""

_PROC: Final = Path("/proc")


def here() -> str:
    """Tell the place of this process."""
    began = _began(os.getpid())
    try:
        space = (_PROC / "self/ns/pid").readlink()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return NOWHERE
    return f"{boot}/{space}/{os.getpid()}/{began}" if began else NOWHERE


def is_gone(place: str) -> bool:
    """Say whether the process at a place has ended for certain; False wherever that cannot be known from here."""
    own = here()
    if NOWHERE in {place, own}:
        return False
    *space, number, began = place.split("/")
    return space == own.split("/")[:-2] and _began(int(number)) != began


def _began(number: int) -> str | None:
    """Read when a process began, in ticks since the machine did; None when there is none, or only its remains."""
    try:
        told = (_PROC / str(number) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name of the program stands in brackets and may hold anything, so that counting begins behind the last one.
    state, *rest = told.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else rest[18]
