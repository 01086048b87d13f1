"""Is a backup whole while mornings run, is it found out when it is not, and does a restored home know what it knew?"""

import shutil
import signal
import stat
import subprocess
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.backups.kept import FIRST, House, a_house, files_in, inodes, live
from reconciliation_pipeline_tests.ledger.looking import PAIR
from reconciliation_pipeline_tests.storage.builders import NOW, a_row
from reconciliation_pipeline_tests.storage.released import raw, released, set_up

CARRIED = ("ledger.sqlite", "snapshots", "diffs")
"""What the page says is copied back."""


@pytest.fixture
def house(tmp_path) -> House:
    return a_house(tmp_path)


def restored(backup: Path, home: Path) -> Path:
    """Copy the folder back as the page says."""
    home.mkdir()
    subprocess.run(["cp", "-R", *(str(backup / name) for name in CARRIED), str(home)], check=True)
    return home


def flip(path: Path, at: int = -20) -> None:
    """Change one bit."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_home_that_is_copied_back_is_verified_under_the_same_digest(house, tmp_path):
    before = house.digest()
    backup, said = house.back_up()
    shutil.rmtree(house.home)

    home = restored(backup, tmp_path / "new")

    assert before == house.digest(home)
    assert before == said["reconciliations"][PAIR]["digest"]
    assert 3 == len(house.recon("history", PAIR, home=home).data["mornings"])
    assert 3 == len(house.recon("outbox", home=home).data["messages"])


def test_a_backup_holds_every_file_that_is_kept_and_no_other(house):
    backup, said = house.back_up()
    there, here = files_in(house.home), files_in(backup)

    kept = {path: content for path, content in there.items() if path.startswith(("snapshots/", "diffs/"))}
    assert {**kept, "ledger.sqlite": here["ledger.sqlite"]} == {
        path: content for path, content in here.items() if not path.startswith("manifest.")
    }
    assert 3 * (2 * 2 + 1 + 1) + 1 == len(kept) + 1 == said["files"]
    assert {"folder", "ok", "database", "revision", "files", "bytes", "sha256", "reconciliations", "dump"} == {
        *(set(said) - {"schema"})
    }


def test_nothing_in_a_backup_is_the_same_file_as_anything_at_home(house):
    backup, _ = house.back_up()

    assert set() == inodes(house.home) & inodes(backup)


def test_a_backup_is_for_its_owner_alone(house):
    backup, _ = house.back_up()

    assert 0o700 == stat.S_IMODE(backup.stat().st_mode)


def test_coreutils_can_check_the_manifest(house):
    backup, _ = house.back_up()

    subprocess.run(["sha256sum", "--check", "--status", "manifest.sha256"], cwd=backup, check=True)


def test_a_backup_that_is_whole_is_called_that(house):
    backup, said = house.back_up()

    found = house.recon("backup", "--check", str(backup))

    assert (0, True, []) == (found.exit, found.data["ok"], found.data["bad"])
    assert {PAIR: house.digest()} == found.data["digests"]
    assert said["files"] == found.data["files"]


@pytest.mark.parametrize(
    "path",
    [
        f"snapshots/{PAIR}/{FIRST}/001/crm.parquet",
        f"snapshots/{PAIR}/{FIRST}/001/billing.json",
        f"snapshots/{PAIR}/{FIRST}/001/recheck.json",
        f"diffs/{PAIR}/{FIRST}/001.json",
        "ledger.sqlite",
    ],
)
def test_a_flipped_bit_and_a_missing_file_are_found_and_named(house, path):
    backup, _ = house.back_up()

    flip(backup / path)
    flipped = house.recon("backup", "--check", str(backup))
    (backup / path).unlink()
    gone = house.recon("backup", "--check", str(backup))

    assert (3, False, [{"path": path, "text": f"{path} is not what was copied: its hash differs."}]) == (
        flipped.exit,
        flipped.data["ok"],
        flipped.data["bad"],
    )
    assert (3, [{"path": path, "text": f"{path} is missing."}]) == (gone.exit, gone.data["bad"])


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sha256"])
def test_a_manifest_that_was_changed_or_is_gone_is_believed_in_nothing(house, name):
    backup, _ = house.back_up()

    flip(backup / name)
    flipped = house.recon("backup", "--check", str(backup))
    (backup / name).unlink()
    gone = house.recon("backup", "--check", str(backup))

    assert (3, "storage") == (flipped.exit, flipped.error["code"])
    assert "is not a whole backup" in flipped.error["text"]
    assert f"{name} is not there" in gone.error["text"]


def test_what_somebody_wrote_into_the_copied_ledger_is_found(house):
    backup, _ = house.back_up()
    with house.open() as store:
        live(store, FIRST + timedelta(days=9))
    later, _ = house.back_up()
    shutil.copy(later / "ledger.sqlite", backup)

    found = house.recon("backup", "--check", str(backup))

    assert (3, ["ledger.sqlite"]) == (found.exit, [one["path"] for one in found.data["bad"]])


def test_a_restored_home_in_which_a_snapshot_is_damaged_or_missing_is_found_by_verify(house, tmp_path):
    backup, _ = house.back_up()
    home = restored(backup, tmp_path / "new")
    flip(home / f"snapshots/{PAIR}/{FIRST}/001/crm.parquet")
    (home / f"snapshots/{PAIR}/{FIRST + timedelta(days=1)}/001/billing.parquet").unlink()

    found = house.recon("verify", PAIR, home=home)

    assert (3, False) == (found.exit, found.data["ok"])
    assert [str(FIRST), str(FIRST + timedelta(days=1))] == [one["date"] for one in found.data["bad"]]


def test_what_was_damaged_before_it_was_copied_is_kept_and_told(house):
    flip(house.home / f"snapshots/{PAIR}/{FIRST}/001/crm.parquet")

    made = house.recon("backup", "--out", str(house.out))
    (bad,) = made.data["reconciliations"][PAIR]["bad"]

    assert (3, False, str(FIRST)) == (made.exit, made.data["ok"], bad["date"])
    assert "its content hash differs" in bad["text"]
    assert Path(made.data["folder"]).is_dir()


def test_snapshots_that_were_given_up_are_not_missed(house):
    with house.open() as store:
        store.archive.give_up(PAIR, FIRST)

    backup, _ = house.back_up()

    assert 0 == house.recon("backup", "--check", str(backup)).exit


def test_a_snapshot_that_is_being_written_meanwhile_is_left_for_the_next_backup(house, tmp_path):
    before = house.digest()
    with house.open() as store:
        morning = FIRST + timedelta(days=5)
        attempt = store.attempts.begin(PAIR, morning, run_id="r", started_at=NOW, live=True)
        with store.archive.writer(PAIR, morning, attempt.number, Side.CRM, ["plan"]) as file:
            file.write([a_row(plan="x")])
            backup, _ = house.back_up()

    assert [] == [path for path in files_in(backup) if str(morning) in path]
    assert before == house.digest(restored(backup, tmp_path / "new"))


def test_backups_made_while_mornings_end_one_after_the_other_are_whole(house, tmp_path):
    enough, ended = Event(), Event()

    def mornings() -> None:
        with house.open() as store:
            for day in count(10):
                live(store, FIRST + timedelta(days=day))
                ended.set()
                if enough.is_set():
                    return

    def after_another_morning():
        ended.clear()
        assert ended.wait(60)
        return house.back_up()

    writer = Thread(target=mornings)
    writer.start()
    try:
        made = [after_another_morning() for _ in range(3)]
        assert writer.is_alive()
    finally:
        enough.set()
        writer.join()

    grown = [said["reconciliations"][PAIR]["mornings"] for _, said in made]
    assert 3 < grown[0] < grown[1] < grown[2]
    for number, (backup, said) in enumerate(made):
        home = restored(backup, tmp_path / str(number))
        assert said["reconciliations"][PAIR]["digest"] == house.digest(home)
        assert 0 == house.recon("backup", "--check", str(backup)).exit


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from reconciliation_pipeline.steps.backup import back_up

def moved(done, total):
    os.kill(os.getpid(), signal.SIGKILL)

back_up(Path(sys.argv[1]), None, Path(sys.argv[2]), at=datetime.now(UTC), moved=moved)
"""


def test_a_backup_that_is_killed_is_none_and_the_next_one_clears_it_away(house):
    done = subprocess.run([sys.executable, "-c", KILLED, str(house.home), str(house.out)], check=False)
    assert -signal.SIGKILL == done.returncode
    (half,) = house.out.iterdir()
    assert half.name.startswith(".recon-backup-")

    backup, _ = house.back_up()

    assert [backup] == list(house.out.iterdir())


def test_a_backup_of_a_ledger_of_an_earlier_program_is_left_as_it_was(tmp_path):
    house = a_house(tmp_path, mornings=0)
    (house.home / "ledger.sqlite").unlink()
    old = released("0003")
    engine = raw(house.home, None)
    with engine.begin() as connection:
        set_up(connection, old)
    engine.dispose()

    made = house.recon("backup", "--out", str(house.out))

    # Its snapshots were never there: the mornings are called damaged, and everything else is copied.
    assert (3, "0003") == (made.exit, made.data["revision"])
    assert old.digests == {name: one["digest"] for name, one in made.data["reconciliations"].items()}


def test_a_home_without_a_ledger_is_no_reason_for_an_empty_backup(tmp_path):
    house = a_house(tmp_path, mornings=0)

    made = house.recon("backup", "--out", str(house.out), home=tmp_path / "misspelt")

    assert (2, "nothing_kept") == (made.exit, made.error["code"])
    assert not house.out.exists()
    assert not (tmp_path / "misspelt").exists()


def test_a_backup_inside_of_what_it_saves_is_refused(house):
    made = house.recon("backup", "--out", str(house.home / "backups"))

    assert (2, "usage") == (made.exit, made.error["code"])


def test_a_backup_into_a_file_is_refused(house):
    house.out.touch()

    made = house.recon("backup", "--out", str(house.out))

    assert (2, "usage") == (made.exit, made.error["code"])


def test_a_folder_that_may_not_be_written_is_told(house):
    made = house.recon("backup", "--out", "/proc/backups")

    assert (3, "storage") == (made.exit, made.error["code"])
    assert "cannot be written" in made.error["text"]


def test_a_ledger_that_is_damaged_is_not_copied(house):
    content = bytearray((house.home / "ledger.sqlite").read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    (house.home / "ledger.sqlite").write_bytes(content)

    made = house.recon("backup", "--out", str(house.out))

    assert (3, "storage") == (made.exit, made.error["code"])
    assert "cannot be copied" in made.error["text"]
    assert [] == list(house.out.iterdir())


def test_a_person_is_told_in_words(house):
    environ = house.company.environ(RECON_HOME=str(house.home))
    command = [sys.executable, "-m", "reconciliation_pipeline.cli", "backup", "--out", str(house.out)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)

    assert f"{PAIR}: 3 trusted mornings, digest {house.digest()}" in done.stderr
    assert Path(done.stdout.strip()).is_dir()
