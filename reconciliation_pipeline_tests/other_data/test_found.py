"""What unknown data brought to light once, held in milliseconds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx
import pytest

from reconciliation_pipeline.cli.desk import configured
from reconciliation_pipeline.cli.output import Exit, Problem
from reconciliation_pipeline.compare.engine import compare
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.connectors.addresses import follow
from reconciliation_pipeline.connectors.errors import ForeignNext, SourceError
from reconciliation_pipeline.connectors.paging import Ended, RawPage, pager_for
from reconciliation_pipeline.domain.conservation import adds_up
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.records import Amount, Kind, MoneyClass, Row, Side, State
from reconciliation_pipeline.reporting.items import items
from reconciliation_pipeline.settings.paging import RangePaging
from reconciliation_pipeline.storage.archive import Archive
from reconciliation_pipeline.storage.counting import counts
from reconciliation_pipeline_tests.builders import an_observation

HERE = httpx.URL("http://127.0.0.1:8471/customers")


def test_a_next_page_on_another_port_of_the_same_host_is_told_apart():
    with pytest.raises(ForeignNext, match=r"on http://127\.0\.0\.1:9, outside http://127\.0\.0\.1:8471;"):
        follow("http://127.0.0.1:9/x", HERE)


def test_an_empty_range_is_the_end_of_nothing():
    headers = httpx.Headers({"Content-Range": "records */0"})
    page = RawPage(body={}, headers=headers, status=200, url=HERE, records=[], index=0, received=0, total=0)

    assert Ended("Content-Range total of 0 reached") == pager_for(RangePaging(type="range")).after(page)


def a_row(number: int, key: str, currency: str | None, state: State = State.ACTIVE) -> Row:
    values = {"mrr": None if currency is None else "49.00", "mrr_currency": currency}
    return Row(f"sub_{number}", key, str(state), state, None, None, values)


@pytest.mark.parametrize(
    ("apart", "rows"),
    [
        (0, [("A", "EUR", State.ACTIVE), ("A", "EUR", State.ACTIVE)]),
        (2, [("A", "EUR", State.ACTIVE), ("A", "USD", State.ACTIVE), ("B", "USD", State.ACTIVE)]),
        (0, [("A", "EUR", State.ACTIVE), ("A", "USD", State.CANCELLED)]),
        (2, [("A", "EUR", State.CANCELLED), ("A", "USD", State.CANCELLED)]),
        (0, [("A", "EUR", State.ACTIVE), ("A", None, State.ACTIVE)]),
        (3, [("A", "EUR", State.ACTIVE), ("A", "USD", State.ACTIVE), ("A", "EUR", State.CANCELLED)]),
    ],
)
def test_rows_of_one_key_in_several_currencies_are_counted_where_rows_are_folded(tmp_path, apart, rows):
    archive = Archive(tmp_path)
    with archive.writer("pair", date(2026, 11, 22), 1, Side.BILLING, ["mrr", "mrr_currency"]) as writer:
        writer.write(a_row(number, *row) for number, row in enumerate(rows))

    assert apart == counts(tmp_path / writer.path, fold=True, money=["mrr"]).duplicate_key_rows


def test_a_lead_without_a_customer_number_is_no_trouble_with_keys(tmp_path):
    archive = Archive(tmp_path)
    leads = [replace(a_row(number, "", None), key=None, state=State.OUT_OF_SCOPE) for number in range(5)]
    files = {}
    for side in Side:
        with archive.writer("pair", date(2026, 11, 22), 1, side, ["mrr", "mrr_currency"]) as writer:
            writer.write([a_row(90, "A", "EUR"), *leads])
        files[side] = tmp_path / writer.path

    found = compare(SnapshotFiles(files[Side.CRM], files[Side.BILLING]), ComparisonRules((), "mrr", {}))

    assert (0, 6) == (counts(files[Side.CRM]).no_key, counts(files[Side.CRM]).rows)
    assert ((), 5, 0, 1) == (
        found.key_troubles,
        found.balances[Side.CRM].out_of_scope,
        found.balances[Side.CRM].no_key,
        found.balances[Side.CRM].equal,
    )
    assert [] == adds_up(found)


def test_a_tiny_amount_is_written_in_full():
    tiny = Amount(Decimal("0.0000001"), "EUR")
    seen = an_observation(kind=Kind.CRM_ONLY, money_class=MoneyClass.USED_UNBILLED, amount=tiny)
    day = date(2026, 11, 22)
    life = Life(seen, ItemState.OPEN, day, day, None, None, day, 1)

    assert {"class": "used_unbilled", "currency": "EUR", "amount": "0.0000001"} == items([life])[0]["money"]


def test_a_path_that_is_none_is_a_mistake_of_the_settings_not_a_fault():
    wrong = SourceError("'a..b' is not a path into a record.", remedy="Write names with dots between.")

    with pytest.raises(Problem) as told, configured("pair"):
        raise wrong

    assert ("settings", "pair", wrong.remedy) == (told.value.code, told.value.place, told.value.remedy)
    assert Exit.USAGE is told.value.exit
