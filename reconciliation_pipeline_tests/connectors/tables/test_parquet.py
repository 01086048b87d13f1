"""Parquet: types keep their meaning, and the file's own count is held against what came."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline.connectors.file import PAGE
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import ids_of
from reconciliation_pipeline_tests.connectors.files import (
    MRR,
    SEATS,
    a_source,
    failure_of,
    found,
    keep_parquet,
    pages_of,
    rows_of,
)

FIELDS = {"fields": {"mrr": MRR, "seats": SEATS}}
UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
NAIVE = datetime(2026, 7, 1, 4)  # noqa: DTZ001 - as a column without a zone holds it


def customers(count: int = 1, **columns: object) -> dict[str, object]:
    return {"id": list(range(count)), "number": ["C-1"] * count, "status": ["active"] * count, **columns}


def test_every_record_comes_once_with_its_types(tmp_path):
    columns = {
        "id": pa.array([1, 2, 3], pa.uint64()),
        "number": pa.array(["007", None, " x "]).dictionary_encode(),
        "status": pa.array([True, False, True]),
        "mrr": pa.array([Decimal("49.90"), None, Decimal("0.01")], pa.decimal128(38, 2)),
        "seats": pa.array([0.1, 1e20, None], pa.float64()),
    }
    file = keep_parquet(tmp_path / "crm.parquet", columns)

    (page,) = pages_of(file, **FIELDS, status={"field": "status", "active": ["true"]})

    assert ["1", "2", "3"] == ids_of([page])
    assert ["007", None, "x"] == [row.key for row in page.rows]
    assert [State.ACTIVE, State.CANCELLED, State.ACTIVE] == [row.state for row in page.rows]
    assert ["49.90", None, "0.01"] == [row.values["mrr"] for row in page.rows]
    assert ["0.1", "100000000000000000000", None] == [row.values["seats"] for row in page.rows]
    assert (3, "end of file, 3 of 3 records", 0) == (page.total, page.ended_by, page.requests)


def test_the_file_says_how_many_records_it_holds(tmp_path):
    source = a_source(keep_parquet(tmp_path / "crm.parquet", customers(7)))

    assert source.declares().states_total
    assert 7 == source.count()


def test_a_file_without_records_is_an_empty_system(tmp_path):
    columns = {name: pa.array([], pa.string()) for name in ("id", "number", "status")}

    (page,) = pages_of(keep_parquet(tmp_path / "crm.parquet", columns))

    assert ((), 0, "end of file, 0 of 0 records") == (page.rows, page.total, page.ended_by)


def test_times_keep_their_moment(tmp_path):
    berlin = ZoneInfo("Europe/Berlin")
    columns = customers(
        naive=pa.array([NAIVE], pa.timestamp("ns")),
        aware=pa.array([datetime(2026, 7, 1, 4, tzinfo=berlin)], pa.timestamp("us", "Europe/Berlin")),
        day=pa.array([date(2026, 7, 1)]),
    )
    file = keep_parquet(tmp_path / "crm.parquet", columns)
    stamps = {
        "created_at": {"field": "naive", "timezone": "Europe/Berlin"},
        "updated_at": {"field": "aware", "timezone": "America/New_York"},
    }

    (row,) = rows_of(file, **stamps, fields={"day": "day"})

    assert datetime(2026, 7, 1, 2, tzinfo=UTC) == row.created_at == row.updated_at
    assert "2026-07-01" == row.values["day"]


def test_times_of_the_old_kind_do_not_come_round_to_our_days(tmp_path):
    def kept(moment):
        columns = customers(changed=pa.array([moment], pa.timestamp("us")))
        return keep_parquet(tmp_path / "crm.parquet", columns, use_deprecated_int96_timestamps=True)

    stamp = {"updated_at": {"field": "changed"}}

    assert [NAIVE.replace(tzinfo=UTC)] == [row.updated_at for row in rows_of(kept(NAIVE), **stamp)]
    # Counted in nanoseconds, as is usual, it would be the year 2015.
    assert "is not a moment" in failure_of(kept(NAIVE.replace(year=2600)), **stamp).text


@pytest.mark.parametrize("value", ["49.9", "0.1", "1e-07", "16777216", "3.4028235e+38", "-0.3"])
def test_a_float_of_32_bits_is_the_shortest_decimal_that_stands_for_it(tmp_path, value):
    file = keep_parquet(tmp_path / "crm.parquet", customers(seats=pa.array([float(value)], pa.float32())))

    (row,) = rows_of(file, fields={"seats": SEATS})

    assert Decimal(value) == Decimal(str(row.values["seats"]))


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        ("7", pa.array([7], pa.int8())),
        ("18446744073709551615", pa.array([2**64 - 1], pa.uint64())),
        ("12345678901234567890", pa.array([Decimal(12345678901234567890)], pa.decimal128(38, 0))),
        ("007", pa.array(["007"], pa.large_string())),
        (str(UUID), pa.array([UUID.bytes], pa.uuid())),
    ],
)
def test_a_whole_number_or_text_is_a_key(tmp_path, expected, values):
    (row,) = rows_of(keep_parquet(tmp_path / "crm.parquet", customers(number=values)))

    assert expected == row.key


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array([7.0]), "number of record 0 is a fraction"),
        (pa.array([Decimal("7.00")], pa.decimal128(9, 2)), "number of record 0 is a fraction"),
        (pa.array([True]), "number of record 0 is a fraction or a truth value"),
        (pa.array([float("nan")]), "The column number holds a value that is not a finite number"),
        (pa.array([float("-inf")], pa.float32()), "The column number holds a value that is not a finite number"),
        (pa.array([b"C-1"]), "The column number holds a value that is bytes, not text"),
        (pa.array([timedelta(1)]), "of the type timedelta"),
        (pa.array([["C-1"]]), "number of record 0 is an object or a list"),
        (pa.array([400_000_000_000_000], pa.timestamp("ms")), "a value that Python cannot hold"),
    ],
)
def test_what_is_no_key_is_refused_at_its_record(tmp_path, values, text):
    failure = failure_of(keep_parquet(tmp_path / "crm.parquet", customers(number=values)))

    assert "bad_shape" == failure.code
    assert text in failure.text
    assert "record" in failure.text


def test_a_path_leads_into_a_column(tmp_path):
    inside = [{"number": "C-1", "paid": [{"amount": 49.9}], "at": NAIVE}, None]
    kind = pa.struct(
        [
            ("number", pa.string()),
            ("paid", pa.list_(pa.struct([("amount", pa.float32())]))),
            ("at", pa.timestamp("ns")),
        ]
    )
    columns = customers(2, customer=pa.array(inside, kind))
    fields = {"mrr": {**MRR, "path": "customer.paid[0].amount"}}

    first, second = rows_of(
        keep_parquet(tmp_path / "crm.parquet", columns),
        key="customer.number",
        created_at={"field": "customer.at"},
        fields=fields,
    )

    assert ("C-1", "49.90", NAIVE.replace(tzinfo=UTC)) == (first.key, first.values["mrr"], first.created_at)
    assert (None, None, None) == (second.key, second.values["mrr"], second.created_at)


def test_a_column_may_have_dots_in_its_name_but_not_mean_two(tmp_path):
    dotted = {**customers(), "a.b": ["C-2"]}
    both = {**dotted, "a": [{"b": "C-3"}]}

    assert ["C-2"] == [row.key for row in rows_of(keep_parquet(tmp_path / "a.parquet", dotted), key="a.b")]
    assert "either could be meant" in failure_of(keep_parquet(tmp_path / "b.parquet", both), key="a.b").text


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("numbr", "Did you mean 'number'?"),
        ("address.zp", "Did you mean 'address.zip'?"),
        ("address.zip[0]", "Did you mean 'address.zip'?"),
        ("%", "The columns are: id, number, status, address.zip, address.town."),
    ],
)
def test_a_misspelt_column_is_answered_with_the_nearest_one(tmp_path, key, remedy):
    columns = customers(address=[{"zip": "10115", "town": "Berlin"}])

    failure = failure_of(keep_parquet(tmp_path / "crm.parquet", columns), key=key)

    assert f"there is no column {key!r}" in failure.text
    assert remedy in failure.remedy


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    file = tmp_path / "crm.parquet"
    names = ["id", "number", "status", "number"]
    pq.write_table(pa.Table.from_arrays([pa.array(["1"])] * 4, names=names), file)

    assert "the column 'number' is there twice" in failure_of(file).text


def test_a_file_that_is_cut_anywhere_is_truncated(tmp_path):
    whole = keep_parquet(tmp_path / "whole.parquet", customers(100)).read_bytes()
    file = tmp_path / "crm.parquet"
    codes = set()
    for length in range(4, len(whole), 23):
        file.write_bytes(whole[:length])
        codes.add(failure_of(file).code)

    assert {"truncated"} == codes


def test_a_count_that_is_not_reached_is_truncated(tmp_path):
    file = keep_parquet(tmp_path / "crm.parquet", customers(100))
    # num_rows of the whole file, then the list of row groups, as Thrift writes them; 101 instead of 100.
    content = file.read_bytes()
    assert 1 == content.count(b"\x16\xc8\x01\x19")
    file.write_bytes(content.replace(b"\x16\xc8\x01\x19", b"\x16\xca\x01\x19"))

    failure = failure_of(file)

    assert ("truncated", True) == (failure.code, "says it holds 101 records, and 100 came" in failure.text)


def test_a_damaged_page_is_noticed_by_its_checksum(tmp_path):
    file = keep_parquet(
        tmp_path / "crm.parquet",
        {"id": ["1"], "number": ["a customer number"], "status": ["active"]},
        write_page_checksum=True,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
    )
    file.write_bytes(file.read_bytes().replace(b"a customer number", b"a customer nu8ber", 1))

    assert "damaged in the middle" in failure_of(file).text


def test_a_long_file_comes_in_pages_and_records_are_found_in_it(tmp_path):
    columns = customers(PAGE + 1, number=[f"C-{one % 6000}" for one in range(PAGE + 1)])
    file = keep_parquet(tmp_path / "crm.parquet", columns, row_group_size=1_234)

    pages = pages_of(file)

    assert [PAGE, 1] == [len(page.rows) for page in pages]
    assert {PAGE + 1} == {page.total for page in pages}
    assert PAGE + 1 == len(set(ids_of(pages)))
    assert [("C-4000", ["4000", "10000"]), ("none", [])] == found(a_source(file), ["C-4000", "none"])
