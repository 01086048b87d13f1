"""The demo pair, asked for single records through the real connectors: by id and by the number both sides know."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.connectors.source import By, Source
from reconciliation_pipeline.demo import control
from reconciliation_pipeline.demo.state import State
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.domain.records import State as Is
from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline_tests.demo.conftest import TODAY
from reconciliation_pipeline_tests.docs.pages import ROOT


@contextmanager
def opened(demo: State, side: Side) -> Iterator[Source]:
    settings = load_one(ROOT / "reconciliations", "crm_billing", demo.environment).sides[side]
    source = build_source(settings, side=side, environ=demo.environment, morning=TODAY.date())
    try:
        yield source
    finally:
        source.close()


def everything(source: Source) -> list[Row]:
    return [row for page in source.pull() for row in page.rows]


@pytest.mark.parametrize("side", Side)
def test_a_record_is_shown_by_id_and_by_key_as_the_walk_shows_it(demo, side):
    with opened(demo, side) as source:
        walked = everything(source)
        several = [*walked[:5], *[row for row in walked if row.state is not Is.ACTIVE][:5]]

        by_id = list(source.lookup([row.source_id for row in several], by=By.ID))
        by_key = list(source.lookup([row.key or "" for row in several], by=By.KEY))

    assert 10 == len(several)
    assert [(row,) for row in several] == [found.rows for found in by_id]
    assert [(row,) for row in several] == [found.rows for found in by_key]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("by", By)
def test_what_is_not_there_is_none_whatever_it_is_called(demo, side, by):
    asked = ["C-nobody", "1", "..", "a/b", "'", "\\", '"', "x' OR metadata['customer_number']:'y"]

    with opened(demo, side) as source:
        found = list(source.lookup(asked, by=by))

    assert [(one, (), False) for one in asked] == [(read.asked, read.rows, read.hidden) for read in found]


@pytest.mark.parametrize("side", Side)
def test_what_a_list_that_ends_early_leaves_out_is_still_found(home, demo, side):
    with opened(demo, side) as source:
        whole = everything(source)
        control.set_fault(home, side.value, 5)
        short = {row.source_id for row in everything(source)}
        lost = next(row for row in whole if row.source_id not in short and row.state is Is.ACTIVE)

        assert [(lost,)] == [found.rows for found in source.lookup([lost.source_id], by=By.ID)]
        assert [(lost,)] == [found.rows for found in source.lookup([lost.key or ""], by=By.KEY)]


@pytest.mark.parametrize(
    ("side", "account"), [(Side.CRM, "62515847"), (Side.BILLING, "acct_1DemoReconciliation livemode=false")]
)
def test_each_side_says_whose_records_it_shows(demo, side, account):
    with opened(demo, side) as source:
        pages = list(source.pull())

        assert account == pages[-1].account
        assert account == source.check().account


@pytest.mark.parametrize("side", Side)
def test_each_side_declares_that_single_records_can_be_read(demo, side):
    with opened(demo, side) as source:
        declared = source.declares()

    assert (True, True, False, False) == (
        declared.reads_by_id,
        declared.reads_by_key,
        declared.states_total,
        declared.answers_for_the_past,
    )
    assert declared.scopes
