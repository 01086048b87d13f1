"""Is what a killed export left removed by the next one to the same file, and nothing of one that is at work?"""

import fcntl

from reconciliation_pipeline.reporting.export import _whole


def test_what_a_killed_export_left_is_removed_by_the_next_one(tmp_path):
    target = tmp_path / "all.csv"
    with _whole(target):
        (under_way,) = tmp_path.iterdir()
    half, foreign = tmp_path / under_way.name.replace(".part", "0.part"), tmp_path / ".somebody.part"
    for left in (half, foreign):
        left.write_bytes(b"half")

    with _whole(target) as file:
        file.write(b"whole")

    assert [foreign, target] == sorted(tmp_path.iterdir())


def test_an_export_that_is_at_work_keeps_its_file(tmp_path):
    target = tmp_path / "all.csv"
    with _whole(target):
        (name,) = tmp_path.iterdir()
    other = tmp_path / name.name.replace(".part", "0.part")
    with other.open("xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with _whole(target):
            pass

    assert [other, target] == sorted(tmp_path.iterdir())
