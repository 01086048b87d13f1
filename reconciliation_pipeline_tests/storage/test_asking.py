"""Whoever asks snapshot files anything gets a bounded part of the machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciliation_pipeline.storage.asking import THREADS, asking


def setting(name: str) -> str:
    with asking() as connection:
        return str(connection.execute("SELECT current_setting($name)", {"name": name}).fetchall()[0][0])


def test_no_question_takes_the_whole_memory_of_the_machine():
    assert "488.2 MiB" == setting("memory_limit")
    assert 1 <= int(setting("threads")) <= THREADS


def test_what_does_not_fit_is_put_aside_in_a_folder_that_only_we_can_read():
    folder = Path(setting("temp_directory"))

    assert folder.is_dir()
    assert 0o700 == folder.stat().st_mode & 0o777
    assert Path.cwd() not in folder.parents


LEFT_WITHOUT_A_WORD = """
import os, sys
from reconciliation_pipeline.storage.asking import asking, asking_frugally

SPILLS = "CREATE TABLE t AS SELECT hash(range) || 'abcdefghijklmnop' AS x FROM range(6000000)"
ASKS = "SELECT count(DISTINCT hash(range)) FROM range(10)"
with asking() as one, asking_frugally("64MB") as two:
    one.execute(ASKS).fetchall()
    two.execute(SPILLS if sys.argv[1] == "spills" else ASKS).fetchall()
    if sys.argv[2] == "leaves":
        os._exit(0)
"""


def asked_by_another(temporary: Path, *, spills: bool = False, leaves: bool = True) -> list[Path]:
    """Ask in a process of its own, and list what it left in its temporary folder."""
    arguments = ["spills" if spills else "asks", "leaves" if leaves else "ends"]
    environ = {**os.environ, "TMPDIR": str(temporary)}
    subprocess.run([sys.executable, "-c", LEFT_WITHOUT_A_WORD, *arguments], env=environ, check=True)
    return sorted(temporary.rglob("*"))


def test_processes_that_end_without_any_clean_up_leave_one_empty_folder_between_them(tmp_path):
    left = [asked_by_another(tmp_path) for _ in range(3)]

    assert [[tmp_path / f"recon-{os.getuid()}"]] * 3 == left


def test_what_a_process_put_aside_and_left_is_removed_by_the_next_that_puts_something_aside(tmp_path):
    assert len(asked_by_another(tmp_path, spills=True)) > 1

    assert [tmp_path / f"recon-{os.getuid()}"] == asked_by_another(tmp_path, spills=True, leaves=False)


@pytest.mark.parametrize("taken", ["a link", "open to others"])
def test_a_folder_that_somebody_else_could_read_is_not_used(tmp_path, taken):
    ours = tmp_path / f"recon-{os.getuid()}"
    if taken == "a link":
        (tmp_path / "theirs").mkdir()
        ours.symlink_to(tmp_path / "theirs")
    else:
        ours.mkdir(mode=0o755)

    asked_by_another(tmp_path, spills=True)

    assert [] == [*ours.iterdir()]
