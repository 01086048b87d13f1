"""Who is missing, and what did the system say when it was asked for them by name?"""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.domain.doubts_absence import LEARNT, absence_doubts, came_since, is_listed, vanished_limit
from reconciliation_pipeline.domain.evidence import Absence, Evidence
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.builders import HOUR, MICROSECOND, NOW, a_baseline, a_receipt, a_row

ACTIVE = {"active": 10}


def codes(*, accepted: bool = False, **evidence: Any) -> list[str]:
    found = absence_doubts(a_receipt(), Evidence(**evidence), a_baseline(), accepted=accepted)
    return [reason.code for reason in found]


class TestVanished:
    def test_one_record_that_the_system_still_has_is_enough(self):
        assert ["vanished"] == codes(vanished=Absence(1, asked=1, there=("17",)))

    def test_records_that_are_really_gone_are_nobodys_fault(self):
        assert [] == codes(vanished=Absence(5, asked=5, limit=5))

    def test_a_record_that_came_back_after_its_page_was_read_is_lag(self):
        assert [] == codes(vanished=Absence(1, asked=1, late=("17",)))

    def test_one_record_that_the_system_has_and_does_not_show_is_enough(self):
        assert ["vanished"] == codes(vanished=Absence(1, asked=1, hidden=1))

    @pytest.mark.parametrize(("suspects", "expected"), [(5, []), (6, ["vanished"])])
    def test_more_than_ever_vanish_at_once_are_not_believed_unseen(self, suspects, expected):
        assert expected == codes(vanished=Absence(suspects, asked=suspects, limit=5))

    def test_a_person_may_say_that_many_are_really_gone(self):
        assert [] == codes(vanished=Absence(90, asked=50, limit=5), accepted=True)

    def test_nobody_can_say_so_of_a_record_that_the_system_still_has(self):
        assert ["vanished"] == codes(vanished=Absence(90, asked=50, there=("17",), limit=5), accepted=True)

    def test_answers_that_do_not_know_a_record_just_listed_prove_nothing(self):
        assert ["bad_shape"] == codes(vanished=Absence(1, asked=1, blind=True))

    def test_the_sentence_names_a_few_ids_and_counts_the_rest(self):
        lost = Absence(5, asked=5, there=("1", "2", "3", "4", "5"))

        (reason,) = absence_doubts(a_receipt(), Evidence(vanished=lost), a_baseline(), accepted=False)

        assert "CRM still has 5 records" in reason.text
        assert "(id 1, 2, 3 and 2 more)" in reason.text

    def test_the_sentence_says_when_only_some_were_asked_for(self):
        lost = Absence(300, asked=50, there=("1",))

        (reason,) = absence_doubts(a_receipt(), Evidence(vanished=lost), a_baseline(), accepted=False)

        assert "1 record of the 50 asked for" in reason.text


class TestCounterparts:
    def test_one_record_that_the_other_side_knows_and_the_system_has_is_enough(self):
        assert ["counterpart_exists"] == codes(counterparts=Absence(1, asked=1, there=("17",)))

    def test_records_that_the_system_denies_may_be_reported_as_missing(self):
        assert [] == codes(counterparts=Absence(300, asked=50))

    def test_a_record_that_came_after_the_walk_began_is_lag(self):
        assert [] == codes(counterparts=Absence(1, asked=1, late=("C-1",)))

    def test_one_that_is_hidden_from_these_credentials_is_enough(self):
        assert ["counterpart_exists"] == codes(counterparts=Absence(1, asked=1, hidden=1))

    def test_answers_that_do_not_know_a_key_just_listed_prove_nothing(self):
        assert ["bad_shape"] == codes(counterparts=Absence(1, asked=1, blind=True))

    def test_what_is_found_by_its_key_is_there_whatever_else_is_not_found(self):
        assert ["counterpart_exists"] == codes(counterparts=Absence(2, asked=2, there=("17",), blind=True))


def test_a_sentinel_that_is_missing_is_a_reason_of_its_own():
    assert ["sentinel_missing"] == codes(missing_sentinels=("record 1",), sentinels=2)


def test_where_nothing_was_asked_nothing_is_objected_to():
    assert [] == absence_doubts(a_receipt(), None, a_baseline(), accepted=False)


class TestScope:
    @pytest.mark.parametrize(("moment", "expected"), [(NOW - MICROSECOND, False), (NOW, True), (NOW + HOUR, True)])
    def test_what_was_created_since_the_walk_began_is_lag(self, moment, expected):
        assert expected is came_since(a_row(created_at=moment), began=NOW)

    @pytest.mark.parametrize(("moment", "expected"), [(NOW - MICROSECOND, False), (NOW, True)])
    def test_what_was_changed_since_the_walk_began_may_have_come_into_scope_by_it(self, moment, expected):
        assert expected is came_since(a_row(created_at=NOW - timedelta(days=9), updated_at=moment), began=NOW)

    def test_a_record_without_any_time_is_not_excused(self):
        assert not came_since(a_row(), began=NOW)

    @pytest.mark.parametrize(("listed", "expected"), [({"cancelled": 1}, True), (ACTIVE, False)])
    def test_a_cancelled_record_counts_where_the_list_shows_cancelled_ones(self, listed, expected):
        assert expected is is_listed(a_row(state=State.CANCELLED), listed=listed)

    def test_an_active_record_counts_whatever_the_list_shows(self):
        assert is_listed(a_row(status="trialing"), listed={})


class TestLimit:
    @pytest.mark.parametrize(("pulled", "limit"), [(10, 5), (500, 5), (501, 6), (1_224, 13)])
    def test_before_enough_mornings_are_known_five_or_one_percent_may_vanish_a_day(self, pulled, limit):
        assert limit == vanished_limit([(2, 1)] * (LEARNT - 1), days=1, pulled=pulled)

    def test_three_days_may_take_three_times_as_many(self):
        assert 3 * 13 - 2 == vanished_limit([], days=3, pulled=1_224)

    @pytest.mark.parametrize(
        ("usual", "limit"),
        # Smallest k with P(Poisson(mean) >= k) < 1e-4, as a table of the distribution says.
        [(2, 10), (10, 25), (30, 53)],
    )
    def test_then_a_sides_own_habit_says_so(self, usual, limit):
        assert limit == vanished_limit([(usual, 1)] * LEARNT, days=1, pulled=100_000)

    def test_a_side_that_never_loses_anything_may_still_lose_a_few(self):
        assert 5 == vanished_limit([(0, 1)] * LEARNT, days=1, pulled=100_000)

    def test_the_habit_is_counted_by_the_day(self):
        assert 10 == vanished_limit([(4, 2)] * LEARNT, days=1, pulled=100_000)

    @given(st.integers(0, 500), st.integers(1, 10))
    def test_more_days_and_more_habit_never_make_it_smaller(self, usual, days):
        habit = [(usual, 1)] * LEARNT

        assert vanished_limit(habit, days=days, pulled=10**6) <= vanished_limit(habit, days=days + 1, pulled=10**6)
        assert usual <= vanished_limit(habit, days=1, pulled=10**6)
