"""Excel workbooks: what a cell shows is what is read, and what nobody has calculated is refused by cell."""

import zipfile
from datetime import UTC, datetime

import pytest

from reconciliation_pipeline.connectors.file import PAGE
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import ids_of
from reconciliation_pipeline_tests.connectors.files import (
    HEADER,
    MRR,
    RELATIONSHIPS,
    SEATS,
    SPREADSHEET,
    a_source,
    failure_of,
    found,
    keep_workbook,
    number,
    pages_of,
    rows_of,
    text,
)

A, B = text("1"), text("active")
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="dd\\.mm\\.yyyy hh:mm"/>'
    '<numFmt numFmtId="166" formatCode="#,##0.00 &quot;days&quot;;[Red]-#,##0.00"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/>'
    '<xf numFmtId="166"/></cellXfs>'
)
PLAIN, PADDED, MOMENT, DAY, AMOUNT = range(5)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "crm.xlsx"


def test_every_row_comes_once_and_the_end_is_said(file):
    shared = (
        "<si><t>active</t></si><si><r><rPr><b/></rPr><t>K-</t></r><r><t>Müller_x000D_</t></r><rPh><t>x</t></rPh></si>"
    )
    keep_workbook(
        file,
        [number(1), '<c t="s"><v>1</v></c>', '<c t="s"><v>0</v></c>', number("49.899999999999999", AMOUNT)],
        [],
        [number("2.0"), "<c/>", text("ended"), "<c><f>A1*2</f><v>0.30000000000000004</v></c>"],
        [text(" 3 "), text("007"), '<c t="str"><f>"active"</f><v>active</v></c>', '<c s="4"><v></v></c>'],
        header=(*HEADER, text("mrr")),
        shared=shared,
        styles=STYLES,
    )

    (page,) = pages_of(file, fields={"mrr": MRR})

    assert ["1", "2", "3"] == ids_of([page])
    assert ["K-Müller", None, "007"] == [row.key for row in page.rows]
    assert [State.ACTIVE, State.CANCELLED, State.ACTIVE] == [row.state for row in page.rows]
    assert ["49.90", "0.30", None] == [row.values["mrr"] for row in page.rows]
    assert ("end of file", 0, None, None) == (page.ended_by, page.requests, page.source_clock, page.total)


def test_a_header_alone_is_an_empty_system(file):
    (page,) = pages_of(keep_workbook(file))

    assert ((), "end of file") == (page.rows, page.ended_by)


@pytest.mark.parametrize(
    ("expected", "cell"),
    [
        ("7", number("7")),
        ("7", number("7.0")),
        ("7", number("7E0")),
        ("999999999999999", number("999999999999999")),
        ("00007", number("7", PADDED)),
        ("123456", number("123456", PADDED)),
        ("-7", number("-7", PADDED)),
        ("007", text("007")),
        ("1234567890123456789", text("1234567890123456789")),
        (None, text("  ")),
        (None, number("")),
    ],
)
def test_a_key_is_what_the_cell_shows(file, expected, cell):
    (row,) = rows_of(keep_workbook(file, [A, cell, B], styles=STYLES))

    assert expected == row.key


@pytest.mark.parametrize(
    ("text_of_it", "cell"),
    [
        ("row 2: number of record 1 is a fraction or a truth value", number("7.5")),
        ("row 2: number of record 1 is a fraction or a truth value", '<c t="b"><v>1</v></c>'),
        ("cell B2: a number of more than 15 digits", number("1000000000000000")),
        ("cell B2: a number of more than 15 digits", number("1.234567890123457E+16")),
        ("cell B2: the error #N/A", '<c t="e"><v>#N/A</v></c>'),
        ("cell B2: the error #REF!", '<c t="e"><f>Other!A1</f><v>#REF!</v></c>'),
        ("cell B2: a formula whose result nobody has calculated", "<c><f>A1</f></c>"),
        ("cell B2: a formula whose result nobody has calculated", "<c><f>A1</f><v/></c>"),
        ("cell B2: a formula whose result nobody has calculated", '<c><f t="shared" si="0"/><v></v></c>'),
        ("cell B2: a time without a day", number("0.5", MOMENT)),
        ("cell B2: a time without a day, or a day that Excel", number("60", DAY)),
        ("cell B2: a time without a day, or a day that Excel", number("2958467", DAY)),
        ("cell B2: no value that a workbook holds", number("seven")),
        ("cell B2: no value that a workbook holds", number("INF")),
        ("cell B2: no value that a workbook holds", '<c t="s"><v>4</v></c>'),
        ("cell B2: no value that a workbook holds", number("7", 9)),
    ],
)
def test_what_is_no_value_is_refused_by_its_cell(file, text_of_it, cell):
    failure = failure_of(keep_workbook(file, [A, cell, B], styles=STYLES))

    assert "bad_shape" == failure.code
    assert text_of_it in failure.text


def test_a_column_that_is_not_mapped_may_hold_anything(file):
    keep_workbook(file, [A, B, B, '<c t="e"><v>#N/A</v></c>'], header=(*HEADER, text("note")))

    assert 1 == len(rows_of(file))


def test_a_result_is_not_believed_where_the_program_asks_excel_to_calculate(file):
    formula = "<c><f>A1*2</f><v>0</v></c>"

    assert 1 == len(rows_of(keep_workbook(file, [formula, A, B])))
    asking = keep_workbook(file, [formula, A, B], main='<calcPr fullCalcOnLoad="1"/>')
    assert "cell A2: a formula whose result nobody has calculated" in failure_of(asking).text


@pytest.mark.parametrize(
    ("expected", "serial", "main"),
    [
        (datetime(2026, 7, 1, 2, tzinfo=UTC), "46204.166666666664", ""),
        (datetime(2026, 7, 1, 2, 0, 0, 1_000, tzinfo=UTC), "46204.16666667824", ""),
        (datetime(2026, 1, 15, 23, tzinfo=UTC), "46038", ""),
        (datetime(2026, 7, 1, 2, tzinfo=UTC), "44742.166666666664", '<workbookPr date1904="1"/>'),
    ],
)
def test_a_date_is_a_moment_in_the_zone_of_the_mapping(file, expected, serial, main):
    keep_workbook(file, [A, A, B, number(serial, MOMENT)], header=(*HEADER, text("made")), styles=STYLES, main=main)

    (row,) = rows_of(file, created_at={"field": "made", "timezone": "Europe/Berlin"})

    assert expected == row.created_at


@pytest.mark.parametrize(
    ("expected", "cell"),
    [
        ("2026-07-01", number("46204", DAY)),
        ("2026-07-01T12:00:00", number("46204.5", DAY)),
        ("2026-07-01T00:00:00", number("46204", MOMENT)),
        ("2026-07-01", '<c t="d"><v>2026-07-01</v></c>'),
        ("46204", number("46204", AMOUNT)),
        ("true", '<c t="b"><v>1</v></c>'),
        ("1900-03-01", number("61", DAY)),
        ("9999-12-31", number("2958465", DAY)),
    ],
)
def test_a_date_as_text_is_written_as_a_day_where_a_day_is_shown(file, expected, cell):
    keep_workbook(file, [A, A, B, cell], header=(*HEADER, text("plan")), styles=STYLES)

    assert [expected] == [row.values["plan"] for row in rows_of(file, fields={"plan": "plan"})]


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        ("0.1", "0.1"),
        ("0.3", "0.30000000000000004"),
        ("49.9", "49.899999999999999"),
        ("123456789012.345", "123456789012.345"),
    ],
)
def test_a_number_has_the_fifteen_digits_that_excel_promises(file, expected, written):
    keep_workbook(file, [A, A, B, number(written)], header=(*HEADER, text("seats")))

    assert [expected] == [row.values["seats"] for row in rows_of(file, fields={"seats": SEATS})]


@pytest.mark.parametrize(
    ("text_of_it", "header"),
    [
        ("row 1: the column 'id' is there twice", (*HEADER, text("id"))),
        ("row 1: the column C has no name; cells may be merged", (*HEADER[:2], "<c/>", text("status"))),
        ("row 1: the column D has no name", (*HEADER, text("  "))),
        ("row 1: there is no column 'number'", (text("id"), text("numbr"), text("status"))),
        ("cell C1: a formula", (*HEADER[:2], "<c><f>A1</f></c>")),
        ("the sheet 'Customers' is empty", ()),
    ],
)
def test_a_header_that_names_no_columns_is_refused(file, text_of_it, header):
    failure = failure_of(keep_workbook(file, header=header))

    assert ("bad_shape", True) == (failure.code, text_of_it in failure.text)


def test_a_misspelt_column_is_answered_with_the_nearest_one(file):
    assert "Did you mean 'number'?" == failure_of(keep_workbook(file), key="numbr").remedy


def test_the_header_is_the_first_row_that_holds_something_wherever_it_stands(file):
    keep_workbook(
        file,
        [text("id", "C4"), text("number", "D4"), text("status", "AA4"), *(text(one, f"{one}4") for one in LETTERS)],
        [text("1", "C9"), text("active", "AA9")],
        header=(),
    )

    assert [("1", None)] == [(row.source_id, row.key) for row in rows_of(file)]


LETTERS = [chr(code) for code in range(ord("E"), ord("Z") + 1)]


def test_a_value_outside_the_named_columns_is_refused(file):
    assert "cell D2: a value in a column without a name" in failure_of(keep_workbook(file, [A, A, B, A])).text


@pytest.mark.parametrize("merged", ["B2:B3", "A1:B1", "B3:D3", "A1:D9", "C2:D3"])
def test_merged_cells_are_refused_where_they_swallow_values(file, merged):
    after = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>'

    failure = failure_of(keep_workbook(file, [A, A, B], [A, A, B], header=(*HEADER, text("note")), after=after))

    assert f"the cells {merged} are merged" in failure.text


def test_merged_cells_elsewhere_swallow_nothing(file):
    after = '<mergeCells><mergeCell ref="D1:D3"/></mergeCells>'

    assert 1 == len(rows_of(keep_workbook(file, [A, A, B], header=(*HEADER, text("note")), after=after)))


def test_rows_that_a_filter_hides_are_records_like_others(file):
    hidden = row_at(5).replace("<row ", '<row hidden="1" ')

    assert 2 == len(rows_of(keep_workbook(file, [A, A, B], [f'</row>{hidden}<row r="9">'])))


def test_rows_out_of_order_and_a_full_sheet_are_refused(file):
    back = keep_workbook(file, [A, A, B], [f'</row>{row_at(2)}<row r="9">'])
    assert "row 2 comes after row 3" in failure_of(back).text
    full = keep_workbook(file, [A, A, B], [f'</row>{row_at(1_048_576)}<row r="1048577">'])
    assert "truncated" == failure_of(full).code
    assert 2 == len(rows_of(keep_workbook(file, [A, A, B], [f'</row>{row_at(1_048_575)}<row r="1048577">'])))


def row_at(row: int) -> str:
    cells = "".join(f'<c r="{column}{row}" t="str"><v>active</v></c>' for column in "ABC")
    return f'<row r="{row}">{cells}</row>'


TWO = '<sheet name="Customers" sheetId="1" r:id="r0"/><sheet name="Empty" sheetId="2" r:id="r3"/>'


def test_the_sheet_is_the_first_or_the_one_that_is_named(file):
    keep_workbook(file, [A, A, B], sheets=TWO)

    assert 1 == len(rows_of(file))
    assert 1 == len(rows_of(file, sheet="Customers"))
    assert "the sheet 'Empty' is empty" in failure_of(file, sheet="Empty").text
    missing = failure_of(file, sheet="Customer")
    assert ("has no sheet 'Customer'" in missing.text, "The sheets are: Customers, Empty.") == (True, missing.remedy)


def test_a_hidden_sheet_is_read_only_by_its_name(file):
    keep_workbook(file, [A, A, B], sheets=TWO.replace('sheetId="1"', 'sheetId="1" state="veryHidden"'))

    assert "The first sheet of" in failure_of(file).text
    assert 1 == len(rows_of(file, sheet="Customers"))


def test_a_workbook_without_sheets_of_cells_is_refused(file):
    assert "has no sheet with cells" in failure_of(keep_workbook(file, sheets="")).text


def test_a_workbook_that_is_cut_anywhere_is_truncated(file):
    whole = keep_workbook(file, [A, A, B]).read_bytes()
    codes = set()
    for length in range(4, len(whole), 7):
        file.write_bytes(whole[:length])
        codes.add(failure_of(file).code)

    assert {"truncated"} == codes


def rewritten(file, change):
    """Write the zip again, without compression, with changes to its parts."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, change(name, part))


def test_a_damaged_sheet_is_noticed_by_its_checksum(file):
    rewritten(keep_workbook(file, [A, text("a customer number"), B]), lambda _name, part: part)
    file.write_bytes(file.read_bytes().replace(b"a customer number", b"a customer nu8ber"))

    assert "ends early or is damaged" in failure_of(file).text


def test_a_zip_that_is_no_workbook_is_refused(file):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "hello")

    assert "is not written as workbooks are" in failure_of(file).text


def test_a_bomb_of_entities_is_refused(file):
    bomb = "".join(f'<!ENTITY a{one} "{f"&a{one - 1};" * 10}">' for one in range(1, 10))
    document = f'<!DOCTYPE x [<!ENTITY a0 "{"x" * 1000}">{bomb}]><workbook>&a9;</workbook>'.encode()
    rewritten(keep_workbook(file, [A, A, B]), lambda name, part: document if name == "xl/workbook.xml" else part)

    assert "is not written as workbooks are" in failure_of(file).text


def test_both_forms_of_the_standard_are_read(file):
    strict = {
        RELATIONSHIPS.encode(): b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        SPREADSHEET.encode(): b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    }

    def change(_name, part):
        for transitional, other in strict.items():
            part = part.replace(transitional, other)
        return part

    rewritten(keep_workbook(file, [A, A, B]), change)

    assert 1 == len(rows_of(file))


def test_a_long_sheet_comes_in_pages_and_records_are_found_in_it(file):
    keep_workbook(file, *([number(one), text(f"C-{one % 6000}"), B] for one in range(PAGE + 1)))

    assert [PAGE, 1] == [len(page.rows) for page in pages_of(file)]
    assert [("C-4000", ["4000", "10000"]), ("none", [])] == found(a_source(file), ["C-4000", "none"])
