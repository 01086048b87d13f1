"""How several runs on one machine keep one pace."""

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconciliation_pipeline.connectors.pace import FURTHEST, SharedSlots, pace_file

TAKE_TEN = """
import sys
from pathlib import Path
from reconciliation_pipeline.connectors.pace import SharedSlots
slots = SharedSlots(Path(sys.argv[1]))
for _ in range(50):
    print(slots.take(0.0, 0.25))
"""

HOLD_THE_LOCK = """
import fcntl, sys
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "pace" / "one"


def test_two_runs_take_turns(file):
    morning, backfill = SharedSlots(file), SharedSlots(file)

    assert [0, 1, 2, 3] == [slots.take(0, 1) for slots in (morning, backfill, backfill, morning)]


def test_processes_never_get_the_same_moment(file):
    command = [sys.executable, "-c", TAKE_TEN, str(file)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    taken = sorted(float(line) for run in runs for line in run.communicate()[0].split())

    assert [number / 4 for number in range(150)] == taken


def test_a_pause_holds_for_everybody(file):
    morning, backfill = SharedSlots(file), SharedSlots(file)
    morning.hold(30)
    backfill.hold(20)

    assert [30, 31] == [backfill.take(0, 1), morning.take(0, 1)]


@pytest.mark.parametrize(
    "content", [b"", b"tomorrow", b"\xff\x00\x01", b"nan", b"inf", b"-inf", b"7" * 5000, b"1e300", b"1 2", b"{}"]
)
def test_a_file_with_anything_else_in_it_is_started_over(file, content):
    file.parent.mkdir(parents=True)
    file.write_bytes(content)

    assert [5, 6] == [SharedSlots(file).take(5, 1), SharedSlots(file).take(5, 1)]


@pytest.mark.parametrize(("expected", "ahead"), [(5, FURTHEST + 100.1), (5 + FURTHEST + 100, FURTHEST + 100)])
def test_a_moment_no_queue_explains_is_of_another_clock(file, expected, ahead):
    SharedSlots(file).hold(5 + ahead)

    assert expected == SharedSlots(file).take(5, 1)


def test_a_file_from_before_a_restart_is_of_no_weight(file):
    SharedSlots(file).take(900_000, 1)

    assert 3 == SharedSlots(file).take(3, 1)


def test_a_file_that_somebody_tidied_up_is_made_again(file):
    slots = SharedSlots(file)
    slots.take(0, 1)
    file.unlink()

    assert [1, 2] == [slots.take(0, 1), SharedSlots(file).take(0, 1)]


@pytest.mark.parametrize("is_link", [False, True])
def test_where_no_file_can_be_used_each_run_keeps_a_pace_of_its_own(file, tmp_path, is_link):
    precious = tmp_path / "precious"
    precious.write_text("9")
    file.parent.mkdir(parents=True)
    if is_link:
        file.symlink_to(precious)
    else:
        file.mkdir()
    slots = SharedSlots(file)
    slots.hold(4)

    assert [4, 5] == [slots.take(0, 1), slots.take(0, 1)]
    assert "9" == precious.read_text()


def test_a_lock_nobody_lets_go_of_is_not_waited_for_without_an_end(file):
    SharedSlots(file).take(0, 1)
    pauses: list[float] = []
    with file.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_SH)  # the weakest there is

        assert 0 == SharedSlots(file, pauses.append).take(0, 1)

    assert 0.1 == pytest.approx(sum(pauses))
    assert 1 == SharedSlots(file).take(0, 1)


def test_a_lock_ends_with_its_process(file):
    SharedSlots(file).take(0, 1)
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(file)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert "held" == holder.stdout.readline().strip()
        holder.send_signal(signal.SIGKILL)
    pauses: list[float] = []

    assert 1 == SharedSlots(file, pauses.append).take(0, 1)
    assert [] == pauses


def test_a_file_is_named_for_the_connection_and_readable_by_its_owner_alone(tmp_path):
    names = {
        pace_file(tmp_path, host, account).name
        for host in ("api.example.com:443", "api.example.com:8443", "[::1]:80")
        for account in ("CRM_TOKEN", "OTHER_TOKEN")
    }

    assert 6 == len(names)
    assert all("TOKEN" not in name and "/" not in name and ":" not in name for name in names)
    assert "api.example.com_443" == sorted(names)[2].rsplit("-", 1)[0]

    file = pace_file(tmp_path, "api.example.com:443", "CRM_TOKEN")
    SharedSlots(file).take(0, 1)
    assert 0o600 == file.stat().st_mode & 0o777
