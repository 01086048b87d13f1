"""Exported files: read whole, or refused with file and line."""

import os
from datetime import date
from pathlib import Path

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.file import PAGE, FileSource
from reconciliation_pipeline.connectors.source import Page
from reconciliation_pipeline.domain.records import Side, State
from reconciliation_pipeline_tests.connectors.builders import MORNING, a_file_side, ids_of

HEADER = "id,number,status\n"


def a_source(path: object, **changes: object) -> FileSource:
    return FileSource(a_file_side(path, **changes), side=Side.CRM, morning=MORNING)


def pages_of(tmp_path: Path, content: str | bytes, **changes: object) -> list[Page]:
    file = tmp_path / "export.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(a_source(file, **changes).pull())


def failure_of(tmp_path: Path, content: str | bytes, **changes: object) -> PullFailed:
    with pytest.raises(PullFailed) as failed:
        pages_of(tmp_path, content, **changes)
    assert failed.value.remedy
    return failed.value


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

    assert source.answers_for_the_past()
    assert ["now"] == ids_of(list(source.pull()))
    assert ["now"] == ids_of([source.check()])
    assert ["then"] == ids_of(list(source.pull(date(2026, 11, 20))))
    with pytest.raises(PullFailed) as failed:
        next(source.pull(date(2026, 11, 19)))
    assert "past_not_pullable" == failed.value.code


def test_a_file_without_a_date_knows_nothing_of_the_past(tmp_path):
    source = a_source(tmp_path / "crm.csv")

    assert not source.answers_for_the_past()
    with pytest.raises(PullFailed, match="cannot tell how things were on 2026-11-20") as failed:
        next(source.pull(date(2026, 11, 20)))
    assert "past_not_pullable" == failed.value.code


def test_a_missing_file_or_a_folder_is_one_sentence(tmp_path):
    for path, text in ((tmp_path / "none.csv", "There is no file"), (tmp_path, "cannot be opened")):
        with pytest.raises(PullFailed, match=text) as failed:
            next(a_source(path).pull())
        assert "refused" == failed.value.code


def test_a_file_that_grows_while_it_is_read_is_not_believed(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text(HEADER + "".join(f"{number},{number},active\n" for number in range(PAGE)))
    pages = a_source(file).pull()
    next(pages)
    with file.open("a") as more:
        more.write("x,x,active\n")
        os.fsync(more.fileno())

    with pytest.raises(PullFailed, match="changed while it was read") as failed:
        list(pages)
    assert "truncated" == failed.value.code
