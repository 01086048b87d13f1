"""Who is asked about once more, and what clears? Nothing but exact agreement, or a record that is nowhere any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.ledger import Sighting, matured, opened
from reconciliation_pipeline.domain.recheck import (
    Answer,
    Cleared,
    Recheck,
    excused,
    is_agreed,
    is_comparable,
    is_gone,
    length,
    suspects,
)
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.builders import HOUR, MINUTE, NOW, a_row, an_observation, euros, morning

HERE = Answer((a_row(),))
NOTHING = Answer()
LOST = Answer(lacks=frozenset({"id-C-1"}), sees_all=True)
BLIND = replace(LOST, sees_all=False)
ODD = Answer(is_odd=True)


def both(crm: Answer | None, billing: Answer | None) -> dict[Side, Answer]:
    """What each side said; None for one that did not answer."""
    return {side: one for side, one in zip(Side, (crm, billing), strict=True) if one is not None}


class TestSuspects:
    def test_lag_and_what_was_there_before_are_none(self):
        young, known, new = an_observation("A", settling=True), an_observation("B"), an_observation("C")

        assert (new,) == suspects([young, known, new], {known.item})

    def test_the_dearest_come_first_then_those_that_changed_last(self):
        unknown, cheap, dear = (
            an_observation(key, amount=price) for key, price in (("A", None), ("B", euros("1")), ("C", euros("100")))
        )
        old, young = (
            replace(an_observation(key), changed_at={Side.CRM: NOW - ago, Side.BILLING: None})
            for key, ago in (("D", 2 * HOUR), ("E", HOUR))
        )

        assert (dear, cheap, young, old, unknown) == suspects([old, unknown, cheap, young, dear], set())

    def test_the_order_does_not_depend_on_how_they_came(self):
        ones = [an_observation(key) for key in "ABCDE"]

        assert suspects(ones, set()) == suspects(ones[::-1], set())


@pytest.mark.parametrize(
    ("said", "may"),
    [
        (both(HERE, HERE), True),
        (both(HERE, NOTHING), True),
        (both(HERE, None), False),
        (both(None, None), False),
        (both(HERE, LOST), False),
        (both(HERE, BLIND), False),
        (both(replace(HERE, lacks=frozenset({"id-2"})), HERE), False),
        (both(HERE, ODD), False),
        (both(replace(HERE, is_odd=True), HERE), False),
    ],
)
def test_only_what_both_sides_show_whole_is_compared(said, may):
    assert may is is_comparable(said)


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        (both(LOST, LOST), True),
        (both(LOST, NOTHING), True),
        (both(NOTHING, NOTHING), False),
        (both(LOST, HERE), False),
        (both(LOST, BLIND), False),
        (both(BLIND, NOTHING), False),
        (both(LOST, ODD), False),
        (both(LOST, None), False),
    ],
)
def test_a_record_is_gone_only_on_the_word_of_all_that_had_it(said, gone):
    assert gone is is_gone(said)


@pytest.mark.parametrize(
    ("buckets", "agreed"),
    [
        (["equal", "equal"], True),
        (["equal", "equal", "folded"], True),
        (["format_only", "format_only"], True),
        (["out_of_scope"], True),
        ([], False),
        (["equal", None], False),
        *[([word, "equal"], False) for word in ("conflict", "one_sided", "counterpart", "no_key")],
        *[([word, "equal"], False) for word in ("duplicate_key", "unknown_value")],
    ],
)
def test_a_pair_agrees_only_where_no_row_of_it_is_a_difference(buckets, agreed):
    assert agreed is is_agreed(buckets)


class TestLength:
    AT = NOW + 5 * MINUTE

    def seconds(self, *changed, agreed=None):
        moments = dict(zip(Side, changed, strict=False))
        return length(an_observation(changed_at=moments), at=self.AT, pulled=NOW, agreed=agreed)

    def test_is_counted_from_the_last_change_on_either_side(self):
        assert 65 * 60 == self.seconds(NOW - HOUR, NOW - 2 * HOUR)

    def test_is_counted_from_the_pull_where_nobody_says_when_it_changed(self):
        assert 300 == self.seconds() == self.seconds(None, None)

    def test_a_change_that_has_not_come_yet_counts_as_none(self):
        assert 300 == self.seconds(self.AT + timedelta(seconds=1))
        assert 0 == self.seconds(self.AT)

    def test_is_no_longer_than_since_the_last_morning_that_did_not_have_it(self):
        assert 24 * 3600 == self.seconds(NOW - 900 * HOUR, agreed=self.AT - 24 * HOUR)
        assert 65 * 60 == self.seconds(NOW - HOUR, agreed=self.AT - 24 * HOUR)


class TestExcused:
    ONE = an_observation("A")
    FOUND = Recheck(NOW, "these", 1, cleared=(Cleared(ONE.item, ONE.signature, 65),))

    def test_what_had_cleared_is_lag_with_its_length(self):
        assert (replace(self.ONE, settling=True, cleared_after=65),) == excused([self.ONE], self.FOUND, rules="these")

    @pytest.mark.parametrize("one", [an_observation("B"), replace(ONE, signature="other"), replace(ONE, settling=True)])
    def test_another_one_other_values_and_what_is_lag_anyway_stay_as_they_are(self, one):
        assert (one,) == excused([one], self.FOUND, rules="these")

    def test_nothing_is_excused_under_other_rules_or_where_nobody_was_asked(self):
        assert (
            (self.ONE,) == excused([self.ONE], self.FOUND, rules="others") == excused([self.ONE], None, rules="these")
        )


class TestOnTheNextMorning:
    CLEARED = an_observation("C-1", settling=True, cleared_after=65)
    YOUNG = an_observation("C-1", settling=True)

    def lag(self, *mornings):
        seen = {morning(number): [one] for number, one in enumerate(mornings, start=1)}
        return [one.settling for (one,) in matured(seen, HOUR).values()]

    def test_what_had_cleared_and_is_there_again_begins_anew(self):
        assert [True, True, False] == self.lag(self.CLEARED, self.YOUNG, self.YOUNG)

    def test_what_had_cleared_is_never_called_real_however_often_it_was_seen(self):
        assert [True, True, True] == self.lag(self.CLEARED, self.CLEARED, self.CLEARED)
        assert [True, True] == self.lag(self.YOUNG, self.CLEARED)

    def test_a_count_knows_it_as_well(self):
        seen = {morning(n): [Sighting("a", "s", settling=True, had_cleared=n == 2)] for n in (1, 2, 3, 4)}

        assert [0, 0, 0, 1] == [len(items) for items in opened(seen, HOUR).values()]
