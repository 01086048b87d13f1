"""Exported files: read whole, or refused with file and line."""

import json
import os
import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.file import PAGE, READERS
from reconciliation_pipeline.connectors.source import Abilities, By, Page
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors import files
from reconciliation_pipeline_tests.connectors.builders import ids_of
from reconciliation_pipeline_tests.connectors.files import a_source

HEADER = "id,number,status\n"


def pages_of(tmp_path: Path, content: str | bytes, **changes: object) -> list[Page]:
    return files.pages_of(keep(tmp_path, content), **changes)


def failure_of(tmp_path: Path, content: str | bytes, **changes: object) -> PullFailed:
    return files.failure_of(keep(tmp_path, content), **changes)


def keep(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_every_cell_is_text_and_the_end_is_said(tmp_path):
    money = {"path": "mrr", "type": "money", "currency": "EUR"}
    content = '\ufeffid,number,status,mrr\n1,007,active,49\n2,,cancelled,\n\n"3","a ""b"", c",lead,1.5\r\n'

    (page,) = pages_of(tmp_path, content, fields={"mrr": money})

    assert ["007", None, 'a "b", c'] == [row.key for row in page.rows]
    assert [State.ACTIVE, State.CANCELLED, State.CANCELLED] == [row.state for row in page.rows]
    assert ["49.00", None, "1.50"] == [row.values["mrr"] for row in page.rows]
    assert ("end of file", 0, None, None) == (page.ended_by, page.requests, page.source_clock, page.total)


def test_a_header_alone_is_an_empty_system(tmp_path):
    (page,) = pages_of(tmp_path, HEADER)

    assert ((), "end of file") == (page.rows, page.ended_by)


@pytest.mark.parametrize(("count", "sizes"), [(PAGE - 1, [PAGE - 1]), (PAGE, [PAGE, 0]), (PAGE + 1, [PAGE, 1])])
def test_a_long_file_comes_in_pages(tmp_path, count, sizes):
    pages = pages_of(tmp_path, HEADER + "".join(f"{number},{number},active\n" for number in range(count)))

    assert sizes == [len(page.rows) for page in pages]
    assert count == len(set(ids_of(pages)))
    assert ["end of file"] == [page.ended_by for page in pages if page.ended_by]
    assert pages[-1].ended_by


@pytest.mark.parametrize(
    ("code", "place", "content"),
    [
        ("bad_shape", "is empty", ""),
        ("bad_shape", "line 3: 2 cells where the header has 3", HEADER + "1,1,active\n2,2\n"),
        ("bad_shape", "line 2: 4 cells", HEADER + "1,1,active,more\n"),
        ("bad_shape", "line 1: there is no column 'number'", "id,numbr,status\n1,1,active\n"),
        ("bad_shape", "line 1: the column 'id' is there twice", "id,number,status,id\n1,1,active,2\n"),
        ("bad_shape", "line 2: Record 1 has no status", HEADER + "1,1,\n"),
        ("bad_shape", "line 3: A record has no id", HEADER + "1,1,active\n,2,active\n"),
        ("bad_shape", "line 2: ", HEADER + '1,"1"x,active\n'),
        ("truncated", "line 3: ", HEADER + '1,1,active\n2,"2'),
        ("bad_encoding", "line 3: bytes that are not utf-8-sig", HEADER.encode() + b"1,1,active\n2,M\xfcller,active\n"),
    ],
)
def test_a_broken_file_is_refused_by_line(tmp_path, code, place, content):
    failure = failure_of(tmp_path, content)

    assert code == failure.code
    assert place in failure.text
    assert "export.csv" in failure.text
    assert failure.__context__ is None


def test_a_broken_byte_far_into_the_file_is_found_in_its_line(tmp_path):
    content = (
        HEADER.encode() + b"".join(b"%d,%d,active\n" % (number, number) for number in range(5000)) + b"x,\xff,active\n"
    )

    assert "line 5002:" in failure_of(tmp_path, content).text


def test_a_misspelt_column_is_answered_with_the_nearest_one(tmp_path):
    assert "Did you mean 'number'?" == failure_of(tmp_path, HEADER, key="numbr").remedy
    assert "The columns are: id, number, status." == failure_of(tmp_path, HEADER, key="zzz").remedy


def test_another_encoding_and_delimiter_are_settings(tmp_path):
    content = "id;number;status\n1;Müller;active\n".encode("latin-1")

    (page,) = pages_of(tmp_path, content, encoding="latin-1", delimiter=";")

    assert "Müller" == page.rows[0].key


def test_a_dated_file_answers_for_its_own_morning(tmp_path):
    (tmp_path / "crm-2026-11-22.csv").write_text(HEADER + "now,1,active\n")
    (tmp_path / "crm-2026-11-20.csv").write_text(HEADER + "then,1,active\n")
    source = a_source(tmp_path / "crm-{date}.csv")

    assert source.declares().answers_for_the_past
    assert ["now"] == ids_of(list(source.pull()))
    assert ["now"] == ids_of([source.check()])
    assert ["then"] == ids_of(list(source.pull(date(2026, 11, 20))))
    with pytest.raises(PullFailed) as failed:
        next(source.pull(date(2026, 11, 19)))
    assert "past_not_pullable" == failed.value.code


def test_a_file_without_a_date_knows_nothing_of_the_past(tmp_path):
    source = a_source(tmp_path / "crm.csv")

    assert not source.declares().answers_for_the_past
    with pytest.raises(PullFailed, match="cannot tell how things were on 2026-11-20") as failed:
        next(source.pull(date(2026, 11, 20)))
    assert "past_not_pullable" == failed.value.code


def test_a_missing_file_or_a_folder_is_one_sentence(tmp_path):
    for path, text in ((tmp_path / "none.csv", "There is no file"), (tmp_path, "cannot be opened")):
        with pytest.raises(PullFailed, match=text) as failed:
            next(a_source(path).pull())
        assert "refused" == failed.value.code


def test_a_line_without_an_end_is_not_read_into_memory(tmp_path):
    failure = failure_of(tmp_path, HEADER + "x" * (17 * 1024 * 1024))

    assert ("bad_shape", True) == (failure.code, "line 2: longer than any line of records" in failure.text)


def in_every_format(folder: Path, count: int) -> dict[str, Path]:
    """Keep the same customers in every format."""
    lines = [(str(one), f"C-{one % 3}", "active") for one in range(count)]
    names = HEADER.strip().split(",")
    jsonl = "".join(json.dumps(dict(zip(names, line, strict=True))) + "\n" for line in lines)
    columns = dict(zip(names, map(list, zip(*lines, strict=True)), strict=True))
    return {
        "csv": keep(folder, HEADER + "".join(f"{','.join(line)}\n" for line in lines)),
        "jsonl": keep(folder, jsonl, "export.jsonl"),
        "parquet": files.keep_parquet(folder / "export.parquet", columns),
        "xlsx": files.keep_workbook(folder / "export.xlsx", *([files.text(cell) for cell in line] for line in lines)),
    }


@pytest.mark.parametrize("form", READERS)
def test_every_format_says_the_same(tmp_path, form):
    file = in_every_format(tmp_path, 4)[form]
    source = a_source(file)

    assert [("0", "C-0"), ("1", "C-1"), ("2", "C-2"), ("3", "C-0")] == [
        (row.source_id, row.key) for row in files.rows_of(file)
    ]
    assert [("C-0", ["0", "3"]), ("C-9", []), ("C-0", ["0", "3"])] == files.found(source, ["C-0", "C-9", "C-0"])
    assert [("3", ["3"]), ("C-0", [])] == files.found(source, ["3", "C-0"], By.ID)
    assert (4 if form == "parquet" else None) == source.count()
    assert Abilities(
        paging="file",
        states_total=form == "parquet",
        answers_for_the_past=False,
        reads_by_id=True,
        reads_by_key=True,
    ) == (source.declares())


@pytest.mark.parametrize("form", READERS)
def test_the_end_of_the_name_says_the_format_and_the_settings_say_it_louder(tmp_path, form):
    file = in_every_format(tmp_path, 1)[form]
    other = file.rename(tmp_path / "export.txt")

    assert 1 == len(files.rows_of(other, format=form))
    if form in {"parquet", "xlsx"}:
        failure = files.failure_of(other)
        assert (f"Write `format: {form}`.", True) == (failure.remedy, "is not csv, but" in failure.text)


@pytest.mark.parametrize(
    ("form", "content", "text"),
    [
        ("xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1", "the old kind (.xls), or one with a password"),
        ("xlsx", HEADER.encode(), "is not xlsx, but text or something unknown"),
        ("parquet", b"PARE1234", "an encrypted Parquet file"),
        ("parquet", HEADER.encode(), "is not parquet, but text or something unknown"),
        ("csv", b"\x1f\x8b\x08\x00", "compressed with gzip"),
        ("jsonl", b"PK\x03\x04", "an Excel workbook, or another zip"),
        *((form, b"", "is empty") for form in READERS),
    ],
)
def test_a_file_of_another_format_is_told_by_how_it_begins(tmp_path, form, content, text):
    failure = files.failure_of(keep(tmp_path, content, f"export.{form}"))

    assert ("bad_shape", True) == (failure.code, text in failure.text)


def test_asking_for_nothing_reads_nothing(tmp_path):
    assert [] == files.found(a_source(tmp_path / "none.csv"), [])


def test_a_record_is_looked_for_in_the_file_of_this_morning(tmp_path):
    keep(tmp_path, HEADER + "now,C-1,active\n", "crm-2026-11-22.csv")
    keep(tmp_path, HEADER + "then,C-1,active\n", "crm-2026-11-20.csv")

    assert [("C-1", ["now"])] == files.found(a_source(tmp_path / "crm-{date}.csv"), ["C-1"])


def test_a_missing_file_has_no_count(tmp_path):
    with pytest.raises(PullFailed, match="There is no file"):
        a_source(tmp_path / "none.parquet").count()


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("change", ["grow", "replace", "remove", "touch"])
def test_a_file_that_changes_while_it_is_read_is_not_believed(tmp_path, form, change):
    file = in_every_format(tmp_path, PAGE)[form]
    with closing(a_source(file).pull()) as pages:
        next(pages)
        if change == "grow":
            with file.open("ab") as more:
                more.write(b"\n")
        elif change == "replace":
            file.rename(tmp_path / "old")
            shutil.copy2(tmp_path / "old", file)
        elif change == "remove":
            file.unlink()
        else:
            os.utime(file, ns=(0, 0))

        with pytest.raises(PullFailed, match="changed while it was read") as failed:
            list(pages)

    assert "truncated" == failed.value.code


def test_what_looks_damaged_in_a_changing_file_is_told_as_a_change(tmp_path):
    file = keep(tmp_path, HEADER + "1,1,active\n" * PAGE + "2,2\n")
    with closing(a_source(file).pull()) as pages:
        next(pages)
        os.utime(file, ns=(0, 0))

        with pytest.raises(PullFailed, match="changed while it was read"):
            list(pages)
