"""Point reads of exported files: they find what the pull of the file holds, and call nothing absent that is there."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.mapping import ENOUGH
from reconciliation_pipeline.connectors.source import By
from reconciliation_pipeline.connectors.tables.parquet import BATCH
from reconciliation_pipeline_tests.connectors import files
from reconciliation_pipeline_tests.connectors.files import a_source

PARTS = {"key": ["number", "country"]}
CUSTOMERS = [
    ("7", "C-1", "DE"),
    ("07", "C-1", "AT"),
    ("8", " C-2 ", " DE"),
    ("9", "C|3", "DE"),
    ("10", "", "DE"),
    ("11", "   ", "DE"),
    ("12", "C-4", ""),
    ("7", "C-1", "DE"),
]
"""Ids, numbers and countries: a key of several records, with blanks, without a part; an id that came twice."""


def keep(file: Path, records: Sequence[Mapping[str, object]]) -> Path:
    """Keep records in the format that the end of the name says; in CSV and Excel nothing is an empty cell."""
    if file.suffix == ".jsonl":
        file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    elif file.suffix == ".parquet":
        files.keep_parquet(file, {name: [record[name] for record in records] for name in records[0]})
    else:
        cells = [[str(value) for value in record.values()] for record in records]
        if file.suffix == ".csv":
            file.write_text("".join(",".join(line) + "\n" for line in [list(records[0]), *cells]), encoding="utf-8")
        else:
            header = [files.text(name) for name in records[0]]
            files.keep_workbook(file, *([files.text(cell) for cell in line] for line in cells), header=header)
    return file


def customers(file: Path) -> Path:
    return keep(
        file, [{"id": one, "number": number, "status": "a", "country": country} for one, number, country in CUSTOMERS]
    )


def agrees_with_the_pull(file: Path, *more: str, **changes: Any) -> None:
    """Ask for everything that the pull shows, and for more, by id and by key, and expect the pull's own rows."""
    rows = files.rows_of(file, **changes)
    for by in By:
        named = [(row.source_id if by is By.ID else row.key, row) for row in rows]
        asked = [*dict.fromkeys(name for name, _ in named if name is not None), *more]
        expected = [(name, tuple(row for has, row in named if has == name)) for name in asked]
        answers = a_source(file, **changes).lookup(asked, by=by)
        assert expected == [(answer.asked, answer.rows) for answer in answers]


@pytest.mark.parametrize("name", ["e.csv", "e.jsonl", "e.parquet", "e.xlsx"])
@pytest.mark.parametrize("changes", [{}, PARTS])
def test_what_the_pull_shows_is_found_by_id_and_by_key(tmp_path, name, changes):
    agrees_with_the_pull(customers(tmp_path / name), "none", " C-2 ", "C-1|", "", " ", "C|3|DE", **changes)


@pytest.mark.parametrize("name", ["e.csv", "e.jsonl", "e.parquet", "e.xlsx"])
def test_blanks_around_a_key_do_not_hide_its_records(tmp_path, name):
    source = a_source(customers(tmp_path / name))

    assert [("C-1", ["7", "07", "7"]), ("C-2", ["8"]), ("none", []), ("", [])] == files.found(
        source, ["C-1", "C-2", "none", ""]
    )
    assert [("7", ["7", "7"]), ("07", ["07"]), ("C-1", [])] == files.found(source, ["7", "07", "C-1"], By.ID)


@pytest.mark.parametrize("name", ["e.csv", "e.jsonl", "e.parquet", "e.xlsx"])
def test_a_key_of_several_parts_is_found_by_all_of_them(tmp_path, name):
    source = a_source(customers(tmp_path / name), **PARTS)

    asked = ["C-1|DE", "C-1|AT", "C-2|DE", r"C\|3|DE", "C|3|DE", "C-4", "C-4|", "|DE", "C-1"]
    assert [["7", "7"], ["07"], ["8"], ["9"], [], [], [], [], []] == [ids for _, ids in files.found(source, asked)]


@pytest.mark.parametrize(
    "numbers",
    [
        pa.array([7, 70, None], pa.int64()),
        pa.array([7, 70, None], pa.uint8()),
        pa.array([Decimal(7), Decimal(70), None], pa.decimal128(18, 0)),
        pa.array(["7", "70 ", None], pa.large_string()),
        pa.array([" 7", "70", None]).dictionary_encode(),
        pa.array(["7", "70", "\t\n"]),
        pa.array(["7\u00a0", "\u200970", "\u2028"]),
        pa.array(["7\x1f", "\x1c70", "\x85"]),
    ],
)
def test_a_key_in_a_column_of_any_type_is_found_by_its_text(tmp_path, numbers):
    columns = {"id": pa.array([1, 2, 3], pa.int32()), "number": numbers, "status": ["a", "a", "a"]}
    file = files.keep_parquet(tmp_path / "e.parquet", columns)

    agrees_with_the_pull(file, "none", "None", "null", "")
    assert [("7", ["1"]), ("70", ["2"])] == files.found(a_source(file), ["7", "70"])
    assert [("3", ["3"]), ("1.0", [])] == files.found(a_source(file), ["3", "1.0"], By.ID)


def test_a_key_inside_a_structure_is_found(tmp_path):
    inside = pa.array([{"no": 7, "of": ["DE"]}, None, {"no": None, "of": []}, {"no": 8, "of": ["AT"]}])
    file = files.keep_parquet(tmp_path / "e.parquet", {"who": inside, "id": ["a", "b", "c", "d"], "status": ["a"] * 4})

    assert [("8", ["d"]), ("7", ["a"])] == files.found(a_source(file, key="who.no"), ["8", "7"])
    agrees_with_the_pull(file, "none", key="who.no")


@pytest.mark.parametrize("at", [0, BATCH - 1, BATCH, 2 * BATCH - 1, 2 * BATCH])
def test_a_record_is_found_wherever_it_stands_with_all_its_values(tmp_path, at):
    count = 2 * BATCH + 1
    numbers = list(range(count))
    columns = {"id": numbers, "number": numbers, "status": ["a"] * count, "seats": numbers, "mrr": numbers}
    file = files.keep_parquet(tmp_path / "e.parquet", columns, row_group_size=BATCH + 7)

    (answer,) = a_source(file, fields={"seats": files.SEATS, "mrr": files.MRR}).lookup([str(at)])

    values = {"seats": str(at), "mrr": f"{at}.00", "mrr_currency": "EUR"}
    assert [(str(at), values)] == [(row.source_id, row.values) for row in answer.rows]


def test_numbers_in_lines_of_json_are_found_by_their_digits(tmp_path):
    numbers = {"8": 100, "9": None, 10: "0100", 11: 10**20}
    file = keep(tmp_path / "e.jsonl", [{"id": one, "number": of, "status": "a"} for one, of in numbers.items()])

    agrees_with_the_pull(file, "null", "100.0")
    asked = ["100", "0100", "100000000000000000000", "1E+20", "None"]
    assert [["8"], ["10"], ["11"], [], []] == [ids for _, ids in files.found(a_source(file), asked)]


def test_a_number_in_a_sheet_is_found_as_it_is_shown(tmp_path):
    shown = '<numFmts><numFmt numFmtId="164" formatCode="0000"/></numFmts>'
    styles = f'{shown}<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
    rows = [(files.number(one), files.number(one, style), files.text("a")) for one, style in ((7, 1), (8, 0))]
    file = files.keep_workbook(tmp_path / "e.xlsx", *rows, styles=styles)

    agrees_with_the_pull(file, "7.0")
    assert [("0007", ["7"]), ("7", []), ("8", ["8"])] == files.found(a_source(file), ["0007", "7", "8"])


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('{"id": 2.0, "number": 2.0, "status": "a"}', "line 2: "),
        ('{"id": [2], "number": [2], "status": "a"}', "an object or a list"),
        ('{"id": true, "number": true, "status": "a"}', "a truth value"),
    ],
)
def test_a_record_whose_name_cannot_be_read_may_be_the_one_asked_for(tmp_path, by, line, text):
    file = tmp_path / "e.jsonl"
    file.write_text('{"id": 1, "number": 1, "status": "a"}\n' + line, encoding="utf-8")

    with pytest.raises(PullFailed, match=text) as failed:
        files.found(a_source(file), ["1"], by)
    assert files.failure_of(file).text == failed.value.text


def test_a_record_without_an_id_is_refused_when_ids_are_asked_for(tmp_path):
    file = tmp_path / "e.csv"
    file.write_text("id,number,status\n,1,a\n2,2,a\n")

    with pytest.raises(PullFailed, match="line 2: A record has no id"):
        files.found(a_source(file), ["2"], By.ID)
    with pytest.raises(PullFailed, match="line 2: A record has no id"):
        files.found(a_source(file), ["1"])


def test_only_what_is_asked_for_has_to_mean_something(tmp_path):
    file = keep(
        tmp_path / "e.csv",
        [{"id": 1, "number": 1, "status": "a", "mrr": 1}, {"id": 2, "number": 2, "status": "a", "mrr": "much"}],
    )
    source = a_source(file, fields={"mrr": files.MRR})

    assert [("1", ["1"])] == files.found(source, ["1"])
    with pytest.raises(PullFailed, match="line 3: mrr of record 2 is not a number"):
        files.found(source, ["2"])


@pytest.mark.parametrize("name", ["e.csv", "e.parquet", "e.xlsx"])
@pytest.mark.parametrize("lost", ["id", "number", "status"])
def test_a_file_without_a_column_says_nothing_about_anybody(tmp_path, name, lost):
    record = {column: "1" for column in ("id", "number", "status") if column != lost}
    file = keep(tmp_path / name, [record])

    with pytest.raises(PullFailed, match=f"there is no column '{lost}'"):
        files.found(a_source(file), ["1"])


@pytest.mark.parametrize(("count", "is_refused"), [(ENOUGH - 1, False), (ENOUGH, True)])
def test_a_path_that_no_line_of_json_has_says_nothing_about_anybody(tmp_path, count, is_refused):
    file = keep(tmp_path / "e.jsonl", [{"id": one, "status": "a"} for one in range(count)])

    if is_refused:
        with pytest.raises(PullFailed, match=f"Not one of {count} records carries number"):
            files.found(a_source(file), ["1"])
    else:
        assert [("1", [])] == files.found(a_source(file), ["1"])


@pytest.mark.parametrize("name", ["e.jsonl", "e.parquet", "e.xlsx"])
def test_a_file_that_was_cut_says_nothing_about_anybody(tmp_path, name):
    file = customers(tmp_path / name)
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(PullFailed) as failed:
        files.found(a_source(file), ["none"])
    assert "truncated" == failed.value.code
