"""Are the published tables about crashes those of the published list, and was nothing wrong? Nothing is played here."""

import pytest

from reconciliation_pipeline_tests.crashes.faults import CUT_OFF
from reconciliation_pipeline_tests.crashes.published import DATABASES, FAULTS, KILLS, Part, blocks, published
from reconciliation_pipeline_tests.docs.test_reliability import marked

WINDOW = ("after channels.post._try: POST", "before storage.outbox.mark_sent: commit")
"""Between the receiver's 200 and our commit."""


def parts(kind: str) -> list[Part]:
    return [one for one in published() if one.kind == kind]


@pytest.mark.parametrize("mark", ["crashes", "crash points", "failures", "not played"])
def test_the_page_shows_what_was_published(mark):
    assert blocks(published())[mark] == marked(mark)


def test_both_were_played_on_both_databases():
    assert [{*DATABASES}] * 2 == [{one.database for one in parts(kind)} for kind in (KILLS, FAULTS)]


def test_nothing_was_wrong():
    assert [] == [(one.point, one.nth, one.wrong) for part in published() for one in part.results if one.wrong]


def test_a_killed_night_sends_a_message_twice_only_between_the_receivers_word_and_ours():
    twice = [one for part in parts(KILLS) for one in part.results if one.twice]

    assert {1} == {one.twice for one in twice}
    assert [] == [one.point for one in twice if not one.point.startswith(WINDOW)]


def test_enough_was_played():
    kills, faults = ({one.database: one for one in parts(kind)} for kind in (KILLS, FAULTS))

    assert [True, True] == [
        len({one.point for one in kills[name].results}) >= least for name, least in (("SQLite", 80), ("Postgres", 40))
    ]
    assert len(CUT_OFF) == sum(one.what.startswith("cut off") for one in faults["SQLite"].results)
    assert any(one.what.startswith("Postgres stopped (immediate)") for one in faults["Postgres"].results)
