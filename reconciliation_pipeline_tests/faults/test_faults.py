"""Can the certificate be fooled? One place of every kind of fault; `make faults` takes every place of every one."""

from typing import Any

import pytest

from reconciliation_pipeline_tests.builders import REASON_CODES
from reconciliation_pipeline_tests.faults.catalogue import FAULTS, SECTIONS
from reconciliation_pipeline_tests.faults.judge import Verdict
from reconciliation_pipeline_tests.faults.stage import Must
from reconciliation_pipeline_tests.faults.troupe import PLACED, play_honest, play_placed


def some(*headings: str) -> list[Any]:
    """Give one place of every fault below these headings that is no variant of another; the places take turns."""
    wanted = [fault for heading in headings for fault in SECTIONS[heading] if not fault.is_variant]
    chosen = []
    for turn, fault in enumerate(wanted):
        places = [number for number, placed in enumerate(PLACED) if placed.fault is fault]
        chosen.append(places[(7 * turn + len(places) // 2) % len(places)])
    return [pytest.param(number, id=PLACED[number].name) for number in chosen]


def hold(theatre, number: int) -> None:
    ending = play_placed(theatre, number)

    assert Verdict.WRONG is not ending.verdict, f"{ending.title}: {ending.why}"
    assert Verdict.BEYOND is not ending.verdict or PLACED[number].fault.beyond, f"{ending.title}: {ending.why}"


# One class for each process of the test run.


class TestWalk:
    @pytest.mark.parametrize("number", some("Cut short", "Broken off", "Single records", "Times and clocks"))
    def test_a_walk_that_ends_early_or_breaks_off_is_no_green(self, theatre, number):
        hold(theatre, number)


class TestRecords:
    @pytest.mark.parametrize("number", some("Left out", "Moved while being read"))
    def test_records_left_out_or_moved_are_no_green(self, theatre, number):
        hold(theatre, number)


class TestAnswers:
    @pytest.mark.parametrize("number", some("Damaged on the way", "Keys, values, statuses"))
    def test_damaged_answers_and_values_are_no_green(self, theatre, number):
        hold(theatre, number)

    @pytest.mark.parametrize("number", range(0, 36, 7))
    def test_where_nothing_is_wrong_exactly_the_truth_is_found(self, theatre, number):
        ending = play_honest(theatre, number)

        assert Verdict.PASSED is ending.verdict, f"{ending.title}: {ending.why}"


def test_every_fault_has_a_name_of_its_own_and_says_what_it_does():
    assert len(FAULTS) == len({fault.id for fault in FAULTS})
    assert [] == [fault.id for fault in FAULTS if not fault.text.endswith((".", ")."))]


def test_every_fault_declares_reasons_that_exist_and_only_where_it_may_be_refused():
    assert [] == [fault.id for fault in FAULTS if fault.codes - REASON_CODES]
    assert [] == [fault.id for fault in FAULTS if (fault.must in {Must.REFUSE, Must.EITHER}) > bool(fault.codes)]


def test_there_are_at_least_five_hundred_places():
    assert 500 <= len(PLACED)
