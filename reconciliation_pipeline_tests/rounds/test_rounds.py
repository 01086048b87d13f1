"""Several processes at once on one morning: one works, the others say which."""

from datetime import timedelta

import pytest

from reconciliation_pipeline_tests.rounds.play import are_same, play, troubles
from reconciliation_pipeline_tests.rounds.world import FIRST, Ended, World, confirm, one_run


@pytest.fixture(params=["sqlite", "postgres"])
def worlds(request, tmp_path):
    """Two worlds with databases of their own; the lonely one keeps SQLite."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    for name in ("alone", "together"):
        (tmp_path / name).mkdir()
    return World(tmp_path / "alone", None), World(tmp_path / "together", url)


def test_several_at_once_come_to_what_one_does(worlds):
    alone, together = worlds
    played = play(alone, together, 2)

    assert () == played.wrong
    assert (2, played.processes) == (played.rounds, played.worked + played.told)


def test_two_ledgers_that_are_not_the_same_are_noticed(tmp_path):
    worlds = [World(tmp_path / name, None) for name in ("one", "other")]
    for number, world in enumerate(worlds):
        world.folder.mkdir()
        one_run(world, world.write(0), "first")
        confirm(world, world.write(0))
        one_run(world, FIRST + timedelta(days=1 + number), "second")

    assert not are_same(*worlds)


FIRST_OF = Ended("a", None, 1, 2)


@pytest.mark.parametrize(
    ("said", "ended"),
    [
        (["1 of 2 processes broke"], [FIRST_OF]),
        (["nobody worked", "a was told of b, which did not work"], [Ended("a", "b"), Ended("c", "b")]),
        (["a and b worked at once"], [FIRST_OF, Ended("b", None, 1.5, 3)]),
        ([], [FIRST_OF, Ended("b", None, 2, 3)]),
        ([], [FIRST_OF, Ended("b", "a")]),
    ],
)
def test_what_is_wrong_with_a_round_is_said(said, ended):
    assert said == [*dict.fromkeys(one.replace("c was", "a was") for one in troubles(ended, 2))]
