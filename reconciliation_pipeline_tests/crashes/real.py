"""What do real disks and real servers do to a night?

A disk that is too small, one that turns read-only, a Postgres server that is stopped and started, a database that
somebody else keeps locked.
"""

import os
import shutil
import socket
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Final

from reconciliation_pipeline_tests.crashes.faults import judged
from reconciliation_pipeline_tests.crashes.kills import Result, Uninterrupted
from reconciliation_pipeline_tests.crashes.points import DAGSTER, Deed
from reconciliation_pipeline_tests.crashes.scenes import Scene, Stage
from reconciliation_pipeline_tests.crashes.world import Place
from reconciliation_pipeline_tests.postgres import Stoppable

KIB: Final = 1024
SPARE: Final = (0, 64, 256, 512, 1024, 1536, 2048, 3072, 4096, 6144)
"""KiB that are left on the disk when the night begins."""
ENOUGH: Final = "256m"
LOCKED: Final = "kept locked by somebody else"


def why_no_mounts() -> str:
    """Say why disks cannot be made here; empty where they can."""
    if os.geteuid() or shutil.which("mount") is None:
        return "only root may mount a disk"
    with TemporaryDirectory() as folder:
        tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, text=True, check=False)
        if tried.returncode:
            return f"no disk can be mounted here: {tried.stderr.strip()}"
        subprocess.run(["umount", folder], check=True)
    return ""


class Disk:
    """A file system of its own in the place of a home."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def remount(self, options: str) -> None:
        """Change its size, or whether it may be written."""
        subprocess.run(["mount", "-o", f"remount,{options}", str(self._home)], check=True)

    def fill_up(self, spare: int) -> None:
        """Leave only so many KiB free."""
        found = os.statvfs(self._home)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize // KIB
        self.remount(f"size={used + spare}k")


@contextmanager
def a_disk(place: Place) -> Iterator[Disk]:
    """Let a home lie on a disk of its own, as long as the block lasts."""
    aside = place.folder / "aside"
    place.home.rename(aside)
    place.home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ENOUGH}", "tmpfs", str(place.home)], check=True)
    try:
        shutil.copytree(aside, place.home, dirs_exist_ok=True)
        shutil.rmtree(aside)
        yield Disk(place.home)
    finally:
        subprocess.run(["umount", "-l", str(place.home)], check=True)


def too_small(stage: Stage, scene: Scene, spare: int, plain: Uninterrupted) -> Result:
    """Play a night with little room; then somebody makes room."""
    deed = Deed(f"a disk with {spare:,} KiB left", 1, "disk full")
    with stage.place(scene) as place, a_disk(place) as disk:
        disk.fill_up(spare)
        ended = place.play(*scene.command)
        disk.remount(f"size={ENOUGH}")
        return judged(place, scene, deed, plain, ended)


def read_only(stage: Stage, scene: Scene, point: str | None, plain: Uninterrupted) -> Result:
    """Play a night on a disk that is, or becomes, read-only; then somebody mends it."""
    deed = Deed(point or "from the beginning", 1, "ring")
    with stage.place(scene) as place, a_disk(place) as disk:
        if point is None:
            disk.remount("ro")
            ended = place.play(*scene.command)
        else:
            # A mount with a file open for writing cannot be switched: what is left of it is no room at all.
            with a_bell(lambda: disk.fill_up(0)) as port:
                ended = place.play(*scene.command, deed=deed, bell=port)
        disk.remount("rw" if point is None else f"size={ENOUGH}")
        what = "read-only disk" if point is None else "disk full from then on"
        return judged(place, scene, Deed(deed.point, 1, what), plain, ended)


def stopped(  # noqa: PLR0913 - a night, and how the server is stopped in it
    stage: Stage, scene: Scene, deed: Deed, plain: Uninterrupted, *, server: Stoppable, mode: str, stays: bool
) -> Result:
    """Stop the Postgres server at a point; it is back at once, or only after the night."""

    def stop() -> None:
        server.stop(mode)
        if not stays:
            server.start()

    what = stopping(mode, stays=stays)
    with stage.place(scene) as place:
        # A sequence that was copied with its database is not in the log until then, and would go back after a crash.
        server._order("CHECKPOINT")
        with a_bell(stop) as port:
            ended = place.play(*scene.command, deed=deed, bell=port)
        if stays:
            server.start()
        return judged(place, scene, Deed(deed.point, deed.nth, what), plain, ended)


def stopping(mode: str, *, stays: bool) -> str:
    """Name what is done to the server."""
    return f"Postgres stopped ({mode}), {'back after the night' if stays else 'back at once'}"


def kept_locked(stage: Stage, scene: Scene, point: str, plain: Uninterrupted) -> Result:
    """Let somebody else hold SQLite's write lock from a point on, for longer than anybody's patience."""
    with stage.place(scene) as place:
        holder = sqlite3.connect(place.home / "ledger.sqlite", isolation_level=None, check_same_thread=False)
        try:
            with a_bell(lambda: holder.execute("BEGIN IMMEDIATE")) as port:
                ended = place.play(*scene.command, deed=Deed(point, 1, "ring"), bell=port)
        finally:
            holder.close()
        return judged(place, scene, Deed(point, 1, LOCKED), plain, ended)


def stops(reached: Counter[str]) -> Iterator[Deed]:
    """Choose where the server is stopped: before and after every commit of ours, and half way through each list."""
    for point, times in reached.items():
        if DAGSTER in point:
            continue
        if point.endswith(": commit"):
            yield Deed(point, times, "ring")
        elif ("/customers" in point and "ID" not in point) or "POST" in point:
            yield Deed(point, (times + 1) // 2, "ring")


@contextmanager
def a_bell(rung: Callable[[], object]) -> Iterator[int]:
    """Listen on a free port; whoever rings waits until something has been done."""
    listening = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            rung()
            connection.sendall(b".")

    thread = Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
