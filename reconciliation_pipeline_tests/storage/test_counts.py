"""A person's word about a count is kept, and the last one holds."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.tables import accepted_counts
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW

WORD = AcceptedCount("pair", Side.BILLING, MORNING, 130, "ada", "We closed a region.", NOW)


def test_a_word_comes_back_as_it_was(store):
    store.accepted_counts.keep(WORD)

    assert {Side.BILLING: WORD} == store.accepted_counts.of("pair", MORNING)


def test_the_last_word_about_a_side_holds_and_the_first_stays_on_record(store):
    store.accepted_counts.keep(WORD)
    store.accepted_counts.keep(replace(WORD, count=131, by="bob"))
    store.accepted_counts.keep(replace(WORD, side=Side.CRM))

    found = store.accepted_counts.of("pair", MORNING)
    assert {Side.BILLING: 131, Side.CRM: 130} == {side: word.count for side, word in found.items()}
    with store._engine.connect() as connection:
        assert 3 == connection.scalar(sa.select(sa.func.count()).select_from(accepted_counts))


def test_a_word_holds_for_its_morning_alone(store):
    store.accepted_counts.keep(WORD)

    assert {} == store.accepted_counts.of("pair", MORNING + timedelta(days=1))
    assert {} == store.accepted_counts.of("other", MORNING)
