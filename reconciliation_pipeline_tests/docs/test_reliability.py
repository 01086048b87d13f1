"""Are the published figures about faults those of the catalogue, and do they add up? Nothing is played here."""

import re
from collections import Counter

import pytest

from reconciliation_pipeline_tests.builders import REASON_CODES
from reconciliation_pipeline_tests.docs import pages
from reconciliation_pipeline_tests.faults.catalogue import FAULTS, SECTIONS
from reconciliation_pipeline_tests.faults.report import CHURN, HONEST, MIXES, exceptions
from reconciliation_pipeline_tests.faults.stage import Fault
from reconciliation_pipeline_tests.faults.troupe import PLACED

PAGE = "docs/reliability.md"
NUMBERS = slice(2, 8)
"""Cells of a fault's row: placed, refused, recovered, passed, beyond proof, wrong."""


def marked(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->(.*?)<!-- end of {mark} -->", pages.text_of(PAGE), re.DOTALL)
    assert found
    return found[1].strip()


def table(heading: str) -> list[list[str]]:
    return pages.rows(pages.section(marked("table"), heading))


def figures(mark: str) -> dict[str, str]:
    return {name: counted for name, counted, _ in pages.rows(marked(mark))}


def numbers(row: list[str]) -> list[int]:
    return [int(cell) for cell in row[NUMBERS]]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_fault_has_its_row_and_no_other(heading):
    expected = [(f"**{fault.id}**. {fault.text}", fault.corpus) for fault in SECTIONS[heading]]

    assert expected == [(row[0], row[1]) for row in table(heading)]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_fault_was_placed_wherever_it_applies_and_every_place_is_accounted_for(heading):
    placed = Counter(one.fault.id for one in PLACED)

    for fault, row in zip(SECTIONS[heading], table(heading), strict=True):
        places, *ends = numbers(row)
        assert (placed[fault.id], placed[fault.id]) == (places, sum(ends)), fault.id


def rows() -> list[tuple[Fault, list[str]]]:
    return [(fault, row) for heading in SECTIONS for fault, row in zip(SECTIONS[heading], table(heading), strict=True)]


def test_nothing_was_wrong():
    assert [] == [fault.id for fault, row in rows() if numbers(row)[-1]]


def test_what_is_beyond_proof_is_said_and_only_that():
    assert [fault.id for fault in FAULTS if fault.beyond] == [fault.id for fault, row in rows() if numbers(row)[-2]]
    assert exceptions() == marked("exceptions")


def test_every_reason_that_was_given_is_declared_to_be_right():
    for fault, row in rows():
        given = set(pages.spans(row[-1]))
        assert given <= fault.codes | {"unproven"}, fault.id
        assert given <= REASON_CODES, fault.id


def test_the_figures_are_the_sums_of_the_tables():
    sums = [sum(column) for column in zip(*(numbers(row) for _, row in rows()), strict=True)]
    told = figures("figures")
    starts = ("refused,", "recovered:", "passed:", "beyond proof", "wrong:")

    assert f"{len(FAULTS)} kinds in {sums[0]:,} places" == told["faults"]
    assert [f"{one:,}" for one in sums[1:]] == [
        next(value for name, value in told.items() if name.startswith(start)) for start in starts
    ]


def test_complete_pulls_passed():
    told = figures("figures")
    refused, whole = _share(told, "complete pulls, ordinary life")
    wrong, lossy = _share(told, "pulls that ordinary life")

    assert f"{HONEST} of {HONEST}" == _of(told, "complete pulls, nothing wrong")
    assert 200 * refused <= whole
    assert (0, CHURN) == (wrong, whole + lossy)


def test_no_mix_was_wrong_and_every_one_is_accounted_for():
    told = figures("mixes")
    ends = [_count(told, start) for start in ("refused,", "exactly the truth", "beyond proof")]
    _, whole = _share(told, "shown in full")

    assert (MIXES, 0) == (_count(told, "mixes"), _count(told, "wrong"))
    assert MIXES == sum(ends)
    assert MIXES == whole + _count(told, "of these, records were lost")


def _of(told: dict[str, str], start: str) -> str:
    return next(value for name, value in told.items() if name.startswith(start))


def _count(told: dict[str, str], start: str) -> int:
    return int(_of(told, start).replace(",", ""))


def _share(told: dict[str, str], start: str) -> tuple[int, int]:
    some, of = (int(one.replace(",", "")) for one in _of(told, start).split(" of "))
    return some, of
