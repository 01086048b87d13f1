"""The life of a difference, derived from what each morning observed, in whatever order mornings arrive."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciliation_pipeline.domain.ledger import Movement, Observation, identity, movement, signature
from reconciliation_pipeline.domain.lives import Life, lives
from reconciliation_pipeline.domain.records import Cause, FieldDifference, Kind, Side
from reconciliation_pipeline_tests.builders import MORNING, NAME, NOW, a_discrepancy, an_observation, euros, morning

MARKS = {
    ".": [],
    "x": [an_observation("C-1")],
    "~": [an_observation("C-1", settling=True)],
    "o": [an_observation("C-2")],
    "8": [an_observation("C-1"), an_observation("C-2")],
}
"""What a morning saw: nothing, a difference, the same while settling, another one, both."""


def days(marks: str) -> dict[date, list[Observation]]:
    """What each morning saw, one mark a morning; a blank is a morning that was missed or not trusted."""
    return {morning(number): MARKS[mark] for number, mark in enumerate(marks, start=1) if mark != " "}


def the_life(marks: str) -> Life:
    seen = days(marks)
    (life,) = lives(seen, seen)
    return life


def in_words(life: Life) -> str:
    """Tell a life with mornings as numbers."""
    first, last, began = ((day - morning(1)).days + 1 for day in (life.first_seen, life.last_seen, life.began_by))
    gone = f" on {(life.resolved_on - morning(1)).days + 1}" if life.resolved_on else ""
    agreed = (life.agreed_on - morning(1)).days + 1 if life.agreed_on else "?"
    return f"{life.state}{gone}, {life.times_seen}x from {first} to {last}, began between {agreed} and {began}"


@pytest.mark.parametrize(
    ("marks", "life"),
    [
        # there on our very first morning: nobody knows since when
        ("x", "open, 1x from 1 to 1, began between ? and 1"),
        ("xxx", "open, 3x from 1 to 3, began between ? and 1"),
        # after a morning that agreed
        (".x", "open, 1x from 2 to 2, began between 1 and 2"),
        ("..xx", "open, 2x from 3 to 4, began between 2 and 3"),
        # resolved, and long resolved
        ("x.", "resolved on 2, 1x from 1 to 1, began between ? and 1"),
        (".xx.", "resolved on 4, 2x from 2 to 3, began between 1 and 2"),
        (".x....", "resolved on 3, 1x from 2 to 2, began between 1 and 2"),
        # back again: a new stretch, while first seen stays
        ("x.x", "open, 2x from 1 to 3, began between 2 and 3"),
        (".xx..xx", "open, 4x from 2 to 7, began between 5 and 6"),
        (".x.x.", "resolved on 5, 2x from 2 to 4, began between 3 and 4"),
        # a missed morning closes nothing and begins nothing
        ("x x", "open, 2x from 1 to 3, began between ? and 1"),
        (".x  x", "open, 2x from 2 to 5, began between 1 and 2"),
        (". x", "open, 1x from 3 to 3, began between 1 and 3"),
        ("x  .", "resolved on 4, 1x from 1 to 1, began between ? and 1"),
        ("x ", "open, 1x from 1 to 1, began between ? and 1"),
        # lag that becomes real, that goes, and that comes back
        ("~", "settling, 1x from 1 to 1, began between ? and 1"),
        (".~x", "open, 2x from 2 to 3, began between 1 and 2"),
        (".~.", "resolved on 3, 1x from 2 to 2, began between 1 and 2"),
        (".x~", "settling, 2x from 2 to 3, began between 1 and 2"),
    ],
)
def test_the_life_of_a_difference(marks, life):
    assert life == in_words(the_life(marks))


def test_the_latest_observation_is_the_one_that_counts():
    first, second = an_observation(owner="finance-ops"), an_observation(owner="billing-desk")

    (life,) = lives([morning(1), morning(2)], {morning(1): [first], morning(2): [second]})

    assert second is life.latest


def test_a_morning_that_observed_nothing_may_be_left_out():
    seen = {morning(1): [an_observation()]}

    (life,) = lives([morning(1), morning(2)], seen)

    assert "resolved on 2, 1x from 1 to 1, began between ? and 1" == in_words(life)


def test_observations_of_a_morning_that_is_not_trusted_count_for_nothing():
    seen = {morning(1): [an_observation("C-1")], morning(2): [an_observation("C-2")]}

    assert ["C-1"] == [life.latest.key for life in lives([morning(1)], seen)]


def test_no_morning_has_no_lives():
    assert () == lives([], {})
    assert () == lives([], {morning(1): [an_observation()]})


def test_lives_are_ordered_by_kind_and_key():
    shuffled = [
        an_observation("C-2", Kind.VALUE_CONFLICT),
        an_observation("C-9", Kind.CRM_ONLY),
        an_observation("C-1", Kind.VALUE_CONFLICT),
        an_observation("C-1", Kind.BILLING_ONLY),
    ]

    found = [(life.latest.kind, life.latest.key) for life in lives([MORNING], {MORNING: shuffled})]

    assert [
        (Kind.BILLING_ONLY, "C-1"),
        (Kind.CRM_ONLY, "C-9"),
        (Kind.VALUE_CONFLICT, "C-1"),
        (Kind.VALUE_CONFLICT, "C-2"),
    ] == found


def test_one_customer_may_have_a_life_for_each_kind():
    both = [an_observation("C-1", Kind.CRM_ONLY), an_observation("C-1", Kind.VALUE_CONFLICT)]

    assert 2 == len(lives([MORNING], {MORNING: both}))


HISTORY = some.text("x~.o8 ", max_size=15)
"""Mornings as marks, with a second difference now and then."""


@given(marks=HISTORY, seed=some.integers(0, 1_000))
def test_mornings_may_arrive_in_any_order_and_more_than_once(marks, seed):
    seen = days(marks)
    twice, arrived = [*seen, *seen], list(seen.items())
    Random(seed).shuffle(twice)
    Random(seed).shuffle(arrived)

    assert lives(sorted(seen), seen) == lives(twice, dict(arrived))


@given(marks=HISTORY)
def test_what_a_life_says_is_what_the_mornings_saw(marks):
    seen = days(marks)
    for life in lives(seen, seen):
        on = [day for day, observed in seen.items() if life.latest.item in {one.item for one in observed}]

        assert (on[0], on[-1], len(on)) == (life.first_seen, life.last_seen, life.times_seen)
        assert (life.resolved_on is None) is (on[-1] == max(seen))
        assert life.agreed_on not in on
        assert [day for day in seen if life.began_by <= day <= life.last_seen] == on[on.index(life.began_by) :]


@given(marks=HISTORY)
def test_every_difference_ever_seen_has_exactly_one_life(marks):
    seen = days(marks)
    ever = {one.item for observed in seen.values() for one in observed}

    assert (len(ever), ever) == (len(lives(seen, seen)), {life.latest.item for life in lives(seen, seen)})


class TestIdentity:
    def test_the_name_of_a_difference_never_changes(self):
        assert "25761c26490d" == identity("crm_billing", Kind.BILLING_ONLY, "C-1042")

    @pytest.mark.parametrize(
        "other",
        [
            identity("another_pair", Kind.BILLING_ONLY, "C-1042"),
            identity("crm_billing", Kind.CRM_ONLY, "C-1042"),
            identity("crm_billing", Kind.BILLING_ONLY, "C-1043"),
            identity("crm_billing", Kind.BILLING_ONLY, "c-1042"),
            identity("crm_billing", Kind.BILLING_ONLY, "C-1042 "),
        ],
    )
    def test_another_pair_kind_or_key_is_another_difference(self, other):
        assert identity("crm_billing", Kind.BILLING_ONLY, "C-1042") != other

    def test_where_one_part_ends_and_the_next_begins_matters(self):
        assert identity("a", Kind.CRM_ONLY, 'b", "c') != identity('a", "crm_only', Kind.CRM_ONLY, "c")

    @given(key=some.text())
    def test_any_key_has_a_name_of_twelve_hexadecimal_digits(self, key):
        name = identity(NAME, Kind.CRM_ONLY, key)

        assert (12, set()) == (len(name), set(name) - set("0123456789abcdef"))


PLAN, SEATS = FieldDifference("plan", "basic", "pro"), FieldDifference("seats", "5", "7")


class TestSignature:
    def test_the_fingerprint_of_the_same_values_never_changes(self):
        assert "ccce0a17dbc7" == signature(a_discrepancy(Kind.VALUE_CONFLICT, fields=(PLAN,)))

    @pytest.mark.parametrize(
        "changes",
        [
            {"key": "C-2"},
            {"changed_at": {Side.CRM: NOW}},
            {"source_ids": {Side.CRM: "crm-2"}},
            {"statuses": {Side.CRM: "trial"}},
            {"amounts": {Side.CRM: euros("49.00")}},
            {"fields": (SEATS, PLAN)},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_what_is_no_value_leaves_it_alone(self, changes):
        found = a_discrepancy(Kind.VALUE_CONFLICT, fields=(PLAN, SEATS))

        assert signature(found) == signature(replace(found, **changes))

    @pytest.mark.parametrize(
        "fields",
        [
            (),
            (PLAN, SEATS),
            (SEATS,),
            (FieldDifference("plan", "pro", "basic"),),
            (FieldDifference("plan", "basic", "gold"),),
            (FieldDifference("plan", "basic", None),),
            (FieldDifference("plan", None, "pro"),),
            (FieldDifference("tariff", "basic", "pro"),),
        ],
    )
    def test_other_values_are_another_problem(self, fields):
        found = a_discrepancy(Kind.VALUE_CONFLICT, fields=(PLAN,))

        assert signature(found) != signature(replace(found, fields=fields))

    def test_an_absent_value_is_not_the_word_none(self):
        absent, word = (FieldDifference("plan", value, "pro") for value in (None, "None"))
        found = a_discrepancy(Kind.VALUE_CONFLICT)

        assert signature(replace(found, fields=(absent,))) != signature(replace(found, fields=(word,)))

    def test_unknown_yesterday_and_cancelled_today_is_another_problem(self):
        unknown, cancelled = (a_discrepancy(cause=cause) for cause in (Cause.UNKNOWN, Cause.CANCELLED))

        assert signature(unknown) != signature(cancelled)


class TestMovement:
    @pytest.mark.parametrize(
        ("before", "now", "new", "resolved"),
        [
            (".", ".", 0, 0),
            (".", "x", 1, 0),
            (".", "~", 0, 0),  # lag is no news
            ("x", "x", 0, 0),
            ("x", "~", 0, 0),  # still there, so nothing is resolved
            ("x", ".", 0, 1),
            ("~", "x", 1, 0),  # lag that became real
            ("~", "~", 0, 0),
            ("~", ".", 0, 0),  # lag that went, as lag does
        ],
    )
    def test_new_and_resolved_are_counted_among_what_is_not_lag(self, before, now, new, resolved):
        moved = movement(MARKS[before], MARKS[now])

        assert (new, resolved) == (len(moved.new), len(moved.resolved))

    def test_new_ones_are_told_as_they_are_now_and_resolved_ones_as_they_were(self):
        gone, come = an_observation("C-1"), an_observation("C-2")

        assert Movement(new=(come,), resolved=(gone,)) == movement([gone], [come])

    def test_other_values_of_the_same_difference_are_no_news(self):
        assert Movement((), ()) == movement([an_observation(signature="a")], [an_observation(signature="b")])

    def test_observations_may_come_from_anything_that_can_be_read_once(self):
        moved = movement(iter([an_observation("C-1")]), iter([an_observation("C-2")]))

        assert (1, 1) == (len(moved.new), len(moved.resolved))
