"""Do the published figures about the ledger meet their gates, and do they add up? Nothing is played here."""

import pytest

from reconciliation_pipeline_tests.docs import pages
from reconciliation_pipeline_tests.docs.test_reliability import marked
from reconciliation_pipeline_tests.ledger.clocks import scenes
from reconciliation_pipeline_tests.ledger.report import MORE, STORIES
from reconciliation_pipeline_tests.ledger.scale import OPEN
from reconciliation_pipeline_tests.ledger.year import Loss

COUNTS = slice(1, 5)
"""Cells of a cause's row: lost, put right by a later event, lasting, found."""


def told() -> dict[str, tuple[str, str]]:
    """Give every figure with its gate."""
    return {row[0]: (row[1], row[2]) for row in pages.rows(marked("ledger")) if len(row) == 3}


def number(name: str) -> int:
    return int(told()[name][0].replace(",", ""))


def causes() -> list[list[str]]:
    return [row for row in pages.rows(marked("ledger")) if len(row) > 3]


def test_what_must_never_be_never_was():
    gates = [counted for counted, gate in told().values() if gate == "0"]

    assert ["0"] * 10 == gates


def test_enough_was_played():
    assert STORIES == number("stories of 120 mornings, 30 customers each") >= 120
    assert len(list(scenes())) == number("scenes of wrong clocks and odd dates") >= 500
    assert all(
        number(name) for name in ("narrowed by `at_latest`", "differences judged lag", "differences judged real")
    )
    assert 7 * number("scenes of wrong clocks and odd dates") == number("mornings in them")


def test_every_cause_has_its_row_and_every_lasting_loss_was_found():
    assert list(Loss) == [row[0] for row in causes()]
    for row in causes():
        lost, healed, lasting, found = (int(cell) for cell in row[COUNTS])
        assert (lost - healed, lasting, "100.0 %") == (lasting, found, row[5]), row[0]
        assert float(row[6]) <= float(row[7]) <= float(row[8]), row[0]


def test_the_year_adds_up():
    lasting = sum(int(row[3]) for row in causes())

    assert f"{lasting:,} of {lasting:,}" == told()["lasting losses found"][0]


@pytest.mark.parametrize("database", ["SQLite", "Postgres"])
def test_a_morning_costs_what_it_sees_and_not_the_history(database):
    early, late = (
        float(told()[f"{database}: seconds to record a morning, after a {span}"][0]) for span in ("day", "year")
    )

    assert float(told()[f"{database}: of that after a day"][0]) <= MORE
    assert abs(late / early - float(told()[f"{database}: of that after a day"][0])) < 0.05
    assert 365 * OPEN == number(f"{database}: observations after 365 mornings")
