"""Digests are found by what they were made of, and only as long as they are what was written."""

import os
from pathlib import Path

import pytest

from reconciliation_pipeline.storage.digests import MOST_KEPT, Digests
from reconciliation_pipeline.storage.errors import StorageUnavailable

SNAPSHOT, RULES = "5a", "7e"


@pytest.fixture
def kept(tmp_path: Path) -> Digests:
    return Digests(tmp_path / "digests")


def says(text: str):
    return lambda path: path.write_text(text)


def test_what_was_kept_is_found(kept):
    path = kept.keep(SNAPSHOT, RULES, says("digests"))

    assert path == kept.find(SNAPSHOT, RULES)
    assert "digests" == path.read_text()


@pytest.mark.parametrize(("snapshot", "rules"), [("5b", RULES), (SNAPSHOT, "7f"), (SNAPSHOT, "7"), ("", RULES)])
def test_those_of_another_snapshot_or_other_rules_are_not(kept, snapshot, rules):
    kept.keep(SNAPSHOT, RULES, says("digests"))

    assert kept.find(snapshot, rules) is None


def test_one_that_was_changed_is_not_found_and_can_be_written_again(kept):
    kept.keep(SNAPSHOT, RULES, says("digests")).write_text("digestz")

    assert kept.find(SNAPSHOT, RULES) is None
    assert kept.keep(SNAPSHOT, RULES, says("digests")) == kept.find(SNAPSHOT, RULES)


def test_a_failure_leaves_nothing_behind(kept):
    def fails(path: Path) -> None:
        path.write_text("dig")
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageUnavailable, match="No space left on device"):
        kept.keep(SNAPSHOT, RULES, fails)

    assert [] == [path for path in kept.root.rglob("*") if path.is_file()]


def test_writing_twice_keeps_one(kept):
    kept.keep(SNAPSHOT, RULES, says("digests"))
    kept.keep(SNAPSHOT, RULES, says("digests"))

    assert 1 == len([path for path in kept.root.rglob("*") if path.is_file()])


def test_those_written_longest_ago_go_first(kept):
    for number in range(MOST_KEPT + 2):
        path = kept.keep(f"{number:03d}", RULES, says("digests"))
        os.utime(path.parent, (number, number))
    kept.keep("last", RULES, says("digests"))

    assert MOST_KEPT == len(list(kept.root.iterdir()))
    assert kept.find("000", RULES) is None
    assert kept.find("last", RULES) is not None
