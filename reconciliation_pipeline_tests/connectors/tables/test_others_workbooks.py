"""Workbooks that another program wrote are read as that program wrote them."""

import string
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.files import MRR, SEATS, failure_of, rows_of

HEADER = ["id", "number", "status", "mrr", "seats", "made", "day", "note"]
SIDE = {
    "created_at": {"field": "made", "timezone": "Europe/Berlin"},
    "fields": {"mrr": MRR, "seats": SEATS, "day": "day", "note": "note"},
}


def keep(folder: Path, *rows: list[object], title: str = "Customers") -> Path:
    file = folder / "crm.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in (HEADER, *rows):
        sheet.append(row)
    book.save(file)
    return file


def test_every_type_keeps_its_meaning(tmp_path):
    made = datetime(2026, 7, 1, 4, 0, 0, 1_000)  # noqa: DTZ001 - Excel knows no zones
    rows = [
        [1, "007", "active", 49.9, 0.1 + 0.2, made, date(2026, 7, 1), "<&'\"> ü 😀\nsecond line"],
        ["b", 7, "ended", None, -3, None, None, True],
    ]

    first, second = rows_of(keep(tmp_path, *rows), **SIDE)

    assert ("1", "007", State.ACTIVE) == (first.source_id, first.key, first.state)
    assert datetime(2026, 7, 1, 2, 0, 0, 1_000, tzinfo=UTC) == first.created_at
    assert ["49.90", "0.3", "2026-07-01", "<&'\"> ü 😀\nsecond line"] == [
        first.values[name] for name in ("mrr", "seats", "day", "note")
    ]
    assert ("b", "7", State.CANCELLED, None) == (second.source_id, second.key, second.state, second.created_at)
    assert [None, "-3", None, "true"] == [second.values[name] for name in ("mrr", "seats", "day", "note")]


def test_a_formula_that_the_program_could_not_calculate_is_refused(tmp_path):
    file = keep(tmp_path, [1, "C-1", "active", "=1+1", 1, None, None, None])

    assert "cell D2: a formula whose result nobody has calculated" in failure_of(file, **SIDE).text


def test_the_format_of_a_cell_says_how_many_digits_it_shows(tmp_path):
    file = keep(tmp_path, [1, 7, "active", 1, 1, None, None, None])
    book = openpyxl.load_workbook(file)
    book.active["B2"].number_format = "0000000"
    book.save(file)

    assert ["0000007"] == [row.key for row in rows_of(file, **SIDE)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workbooks")


# Other characters XML cannot hold, and openpyxl takes text that begins like a formula or an error for one.
TEXT = st.text(
    string.printable.replace("\x0b", "").replace("\x0c", "").replace("\r", "") + "äß€😀_x", max_size=20
).filter(lambda text: not text.startswith(("=", "#")))
NUMBER = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**9), 10**9, places=4).map(float),
)
MOMENT = st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1)).map(  # noqa: DTZ001 - Excel knows no zones
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXT, NUMBER, st.none() | MOMENT), max_size=8))
def test_any_text_number_and_moment_comes_back(folder, cells):
    file = keep(
        folder,
        *(
            [number, f"C-{number}", "active", None, amount, made, None, text]
            for number, (text, amount, made) in enumerate(cells)
        ),
    )
    side = {**SIDE, "created_at": {"field": "made"}, "fields": {"seats": SEATS, "note": "note"}}

    found = rows_of(file, **side)

    assert [text or None for text, _, _ in cells] == [row.values["note"] for row in found]
    assert [float(amount) for _, amount, _ in cells] == [float(str(row.values["seats"])) for row in found]
    assert [made and made.replace(tzinfo=UTC) for _, _, made in cells] == [row.created_at for row in found]
