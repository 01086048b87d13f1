"""JSON lines: whole objects and exact numbers, or refused by line."""

import json
from pathlib import Path

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed, SourceError
from reconciliation_pipeline.connectors.file import PAGE
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import ids_of
from reconciliation_pipeline_tests.connectors.files import (
    MRR,
    SEATS,
    a_source,
    failure_of,
    found,
    pages_of,
    rows_of,
)

ONE = b'{"id": 1, "number": "007", "status": "active"}'


def keep(folder: Path, content: bytes) -> Path:
    file = folder / "export.jsonl"
    file.write_bytes(content)
    return file


def test_numbers_are_exact_and_the_end_is_said(tmp_path):
    content = (
        b'\xef\xbb\xbf{"id": 12345678901234567890123, "number": "007", "status": "active", "mrr": 49.90, '
        b'"seats": 0.1}\r\n'
        b'{"id": "b", "number": 7, "status": "ended", "mrr": null, "seats": 12345678901234567890.5}\n\n \n'
    )

    (page,) = pages_of(keep(tmp_path, content), fields={"mrr": MRR, "seats": SEATS})

    assert ["12345678901234567890123", "b"] == ids_of([page])
    assert ["007", "7"] == [row.key for row in page.rows]
    assert [State.ACTIVE, State.CANCELLED] == [row.state for row in page.rows]
    assert [("49.90", "0.1"), (None, "12345678901234567890.5")] == [
        (row.values["mrr"], row.values["seats"]) for row in page.rows
    ]
    assert ("end of file", 0, None, None) == (page.ended_by, page.requests, page.source_clock, page.total)


def test_paths_are_dotted_as_in_answers_over_http(tmp_path):
    content = b'{"customer": {"id": 1, "number": "C-1"}, "items": [{"state": "active"}]}\n'
    changes = {"source_id": "customer.id", "key": "customer.number"}

    (row,) = rows_of(keep(tmp_path, content), **changes, status={"field": "items[0].state", "active": ["active"]})

    assert ("1", "C-1", State.ACTIVE) == (row.source_id, row.key, row.state)


def test_what_is_no_path_is_noticed_before_anything_is_read():
    with pytest.raises(SourceError, match=r"'a\.\.b' is not a path"):
        a_source("none.jsonl", key="a..b")


def test_a_last_line_without_a_line_break_counts_when_it_is_whole(tmp_path):
    assert ["1", "1"] == [row.source_id for row in rows_of(keep(tmp_path, ONE + b"\n" + ONE))]


@pytest.mark.parametrize("length", range(1, len(ONE)))
def test_a_file_that_is_cut_anywhere_in_its_last_line_is_truncated(tmp_path, length):
    failure = failure_of(keep(tmp_path, ONE + b"\n" + ONE[:length]))

    assert ("truncated", True) == (failure.code, "line 2: ends in the middle of an object" in failure.text)


def test_a_character_cut_in_half_at_the_end_is_truncated(tmp_path):
    content = '{"id": 1, "number": "Müller'.encode()[: -len("ller") - 1]

    assert "truncated" == failure_of(keep(tmp_path, content)).code


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\n", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_record_is_no_empty_system(tmp_path, content):
    failure = failure_of(keep(tmp_path, content))

    assert failure.code in {"truncated", "bad_shape"}
    assert "is empty" in failure.text or "holds not one record" in failure.text


@pytest.mark.parametrize(
    ("code", "place", "line"),
    [
        ("bad_shape", "line 2: holds text that is not strict JSON", b'{"id": NaN}'),
        ("bad_shape", "line 2: holds text that is not strict JSON", b'{"id": 1'),
        ("bad_shape", "line 2: holds text that is not strict JSON", ONE + b" " + ONE),
        ("bad_shape", "line 2: holds an object that has the same name twice", b'{"id": 1, "id": 2}'),
        ("bad_shape", "line 2: holds no object", b"7"),
        ("bad_shape", "line 2: holds no object", b"[" + ONE + b"]"),
        ("bad_shape", "line 2: Record 1 has no status", b'{"id": 1, "number": "C-1"}'),
        ("bad_shape", "line 2: number of record 1 is a fraction", b'{"id": 1, "number": 7.0, "status": "active"}'),
        ("bad_shape", "line 2: A record has no id", b'{"number": "C-1", "status": "active"}'),
        ("bad_shape", "line 2: blank, and more follows", b"  "),
        ("bad_encoding", "line 2: holds bytes that are not UTF-8", b'{"id": "M\xfcller"}'),
        ("bad_encoding", "line 2: holds bytes that are not UTF-8", b'{"id": "\\ud800"}'),
    ],
)
def test_a_broken_line_is_refused_by_its_number(tmp_path, code, place, line):
    failure = failure_of(keep(tmp_path, ONE + b"\n" + line + b"\n" + ONE + b"\n"))

    assert (code, True) == (failure.code, f"export.jsonl, {place}" in failure.text)
    assert "answer" not in failure.text + failure.remedy


def test_a_list_of_everything_is_told_from_lines(tmp_path):
    failure = failure_of(keep(tmp_path, b"[\n" + ONE + b"\n]\n"))

    assert "line 1: holds text that is not strict JSON" in failure.text
    assert "one object a line" in failure.remedy


def test_a_field_that_no_line_carries_is_a_mistake(tmp_path):
    content = b"".join(b'{"id": %d, "number": "C-1", "status": "active"}\n' % number for number in range(50))

    with pytest.raises(PullFailed, match=r"Not one of 50 records carries plan\."):
        pages_of(keep(tmp_path, content), fields={"plan": "plan"})


def test_a_long_file_comes_in_pages_and_records_are_found_in_it(tmp_path):
    lines = (json.dumps({"id": one, "number": f"C-{one % 6000}", "status": "active"}) for one in range(PAGE + 1))
    file = keep(tmp_path, "".join(f"{line}\n" for line in lines).encode())

    assert [PAGE, 1] == [len(page.rows) for page in pages_of(file)]
    assert [("C-4000", ["4000", "10000"]), ("none", []), ("C-5999", ["5999"])] == found(
        a_source(file), ["C-4000", "none", "C-5999"]
    )


def test_a_line_without_an_end_is_not_read_into_memory(tmp_path):
    failure = failure_of(keep(tmp_path, b" " + b'{"id": "' + b"x" * (17 * 1024 * 1024)))

    assert "line 1: longer than any line of records" in failure.text
