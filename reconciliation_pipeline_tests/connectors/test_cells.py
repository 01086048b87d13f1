"""Values of databases and Parquet files, as the mapping reads them."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from reconciliation_pipeline.connectors.cells import Column, cell_of
from reconciliation_pipeline.connectors.values import Unusable


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (None, None),
        ("007 ", "007 "),
        (7, 7),
        (Decimal("49.00"), Decimal("49.00")),
        (Decimal("0.1"), 0.1),
        (Decimal("1E+22"), 1e22),
        (True, True),
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-22T04:00:00", datetime(2026, 11, 22, 4)),  # noqa: DTZ001 - as a column without a zone gives it
        ("2026-11-22T03:00:00+00:00", datetime(2026, 11, 22, 4, tzinfo=timezone(timedelta(hours=1)))),
        ("04:00:00", time(4)),
        ("12345678-1234-5678-1234-567812345678", UUID("12345678123456781234567812345678")),
        ([1], [1]),
    ],
)
def test_a_value_keeps_its_meaning(expected, value):
    found = cell_of(value)

    assert (expected, type(expected)) == (found, type(found))


def test_the_padding_of_a_fixed_width_is_no_part_of_the_text():
    assert " active" == cell_of(" active   ", Column.PADDED)


@pytest.mark.parametrize(("expected", "value"), [(True, 1), (False, 0), (2, 2), (None, None)])
def test_a_boolean_kept_as_a_number_is_a_boolean(expected, value):
    assert expected is cell_of(value, Column.TRUTH)


@pytest.mark.parametrize(
    ("expected", "value"),
    [("49.9", 49.900001525878906), ("0.1", 0.10000000149011612), ("16777216", 16777216.0), ("0", 0.0)],
)
def test_a_float_of_32_bits_is_what_was_once_typed(expected, value):
    assert Decimal(expected) == cell_of(value, Column.SINGLE)
    assert Decimal(repr(value)) == cell_of(value)


@pytest.mark.parametrize(("expected", "value"), [(7, Decimal(7)), (7, Decimal("7E0")), (10**30, Decimal("1E+30"))])
def test_a_decimal_without_digits_after_its_point_is_a_whole_number(expected, value):
    found = cell_of(value, Column.WHOLE)

    assert (expected, int) == (found, type(found))
    assert Decimal is type(cell_of(value))


def test_a_time_in_utc_that_does_not_say_so_is_told():
    naive = datetime(2026, 11, 22, 4)  # noqa: DTZ001 - as a column without a zone gives it

    assert "2026-11-22T04:00:00+00:00" == cell_of(naive, Column.UTC)
    assert None is cell_of(None, Column.UTC)


@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), memoryview(b"x")])
def test_bytes_are_refused(value):
    with pytest.raises(Unusable, match="bytes, not text"):
        cell_of(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(Unusable, match="not a finite number"):
        cell_of(value)


def test_a_type_that_no_text_stands_for_is_refused_by_its_name():
    with pytest.raises(Unusable, match="timedelta"):
        cell_of(timedelta(1))


def test_a_moment_stays_the_same_moment():
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert noon == datetime.fromisoformat(str(cell_of(noon)))
