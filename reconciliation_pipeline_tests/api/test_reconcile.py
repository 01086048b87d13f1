"""Which record is accused of what, and does everything add up?"""

from decimal import Decimal

import pandas as pd
import pytest

from reconciliation_pipeline import reconcile
from reconciliation_pipeline_tests.api.frames import counts, frame, lines

LEFT = frame("A", "B", "C", "D", plan=["pro", "pro", "Pro", "max"], mrr=[49.0, 99.0, 49.0, 5.5])
RIGHT = frame("C", "B", "A", "E", plan=["pro", "basic", "pro", "max"], mrr=[49.0, 98.5, 49.0, 7.0])


@pytest.fixture(scope="module")
def result():
    return reconcile(LEFT, RIGHT, key="id", right_name="billing")


def test_every_record_is_in_one_place(result):
    assert {"equal": 1, "differ": 1, "format_only": 1, "left_only": 1, "right_only": 1} == counts(result)
    assert 5 == result.counts["records"]
    assert 1 == result.equal_count


def test_a_record_that_differs_shows_every_field_that_does(result):
    assert ["key", "field", "left", "billing", "format_only"] == list(result.conflicts)
    assert [("B", "plan", "pro", "basic", False), ("B", "mrr", "99", "98.5", False)] == lines(result.conflicts)


def test_what_differs_in_format_only_is_apart(result):
    assert [("C", "plan", "Pro", "pro", True)] == lines(result.format_only)


def test_a_difference_of_format_beside_a_real_one_is_marked():
    result = reconcile(frame("A", plan=["Pro"], mrr=[1]), frame("A", plan=["pro"], mrr=[2]), key="id")

    assert [("A", "plan", "Pro", "pro", True), ("A", "mrr", "1", "2", False)] == lines(result.conflicts)
    assert [("plan", 0, 1), ("mrr", 1, 0)] == lines(result.fields[["field", "differ", "format_only"]])


def test_rows_of_one_side_come_back_as_they_came(result):
    pd.testing.assert_frame_equal(LEFT.iloc[[3]], result.left_only)
    pd.testing.assert_frame_equal(RIGHT.iloc[[3]], result.right_only)


def test_rows_of_one_side_come_in_the_order_of_their_keys():
    left = frame("b", "c", "a", note=[1, 2, 3])

    result = reconcile(left, frame("x"), key="id")

    assert [("a", 3), ("b", 1), ("c", 2)] == lines(result.left_only)


def test_a_result_keeps_what_was_there_when_it_was_asked_for():
    left = frame("A", plan=["pro"])
    result = reconcile(left, frame("B", plan=["pro"]), key="id")

    left.loc[0, "plan"] = "basic"

    assert [("A", "pro")] == lines(result.left_only)


def test_numbers_are_added_up_over_all_rows_of_a_side(result):
    assert {"mrr": Decimal("202.5")} == result.totals["left"]["sums"]
    assert {"mrr": Decimal("203.5")} == result.totals["right"]["sums"]


def test_the_rows_of_a_side_are_the_sum_of_where_they_went(result):
    for side in ("left", "right"):
        buckets = {name: count for name, count in result.totals[side].items() if name not in {"rows", "sums"}}
        assert 4 == result.totals[side]["rows"] == sum(buckets.values())


@pytest.mark.parametrize(
    ("right", "agrees"),
    [
        (frame("A", plan=["pro"]), True),
        (frame("A", plan=["Pro"]), False),
        (frame("A", plan=["basic"]), False),
        (frame("A", "B", plan=["pro", "pro"]), False),
        (frame("A", None, plan=["pro", "pro"]), False),
        (frame("A", "A", plan=["pro", "pro"]), False),
        (frame(plan=[]), False),
    ],
)
def test_two_sides_agree_only_when_nothing_differs_and_nothing_was_set_apart(right, agrees):
    assert agrees == reconcile(frame("A", plan=["pro"]), right, key="id").agrees


def test_two_empty_frames_agree_on_nothing():
    result = reconcile(frame(plan=[]), frame(plan=[]), key="id")

    assert not result.agrees
    assert 0 == result.counts["records"]
    assert "Nothing was compared: no row counts on either side" == result.headline


def test_an_empty_frame_lacks_everything():
    result = reconcile(LEFT, LEFT.iloc[:0], key="id")

    assert {"left_only": 4} == counts(result)


def test_a_result_is_neither_true_nor_false():
    result = reconcile(LEFT, LEFT, key="id")

    with pytest.raises(ValueError, match=r"neither true nor false. Ask for its `agrees`"):
        bool(result)


class TestKeys:
    def test_rows_without_a_key_are_named_by_their_position(self):
        result = reconcile(frame("A", None, ""), frame(float("nan"), "A"), key="id", left_name="crm")

        assert [("crm", 1), ("crm", 2), ("right", 0)] == lines(result.no_key)
        assert {"equal": 1, "no_key": 3} == counts(result)

    def test_rows_of_a_shared_key_are_set_apart_on_both_sides(self):
        result = reconcile(frame("A", "B", "A"), frame("B", "A"), key="id")

        assert [("left", "A", 0), ("left", "A", 2), ("right", "A", 1)] == lines(result.duplicate_key)
        assert {"equal": 1, "duplicate_key": 3} == counts(result)

    def test_a_key_of_several_columns_is_the_same_when_every_part_is(self):
        left = pd.DataFrame({"country": ["DE", "DE", "D|E", "AT"], "number": ["1", "", "1", None]})
        right = pd.DataFrame({"country": ["DE", "D", "AT"], "number": ["1", "E|1", "9"]})

        result = reconcile(left, right, key=["country", "number"])

        assert {"equal": 1, "left_only": 1, "right_only": 2, "no_key": 2} == counts(result)

    def test_parts_of_a_key_are_told_apart_whatever_they_hold(self):
        left = pd.DataFrame({"a": ["x|", "x\\", "x\\|"], "b": ["y", "|y", "y"]})
        right = pd.DataFrame({"a": ["x", "x\\|", "x|\\"], "b": ["|y", "y", "y"]})

        result = reconcile(left, right, key=["a", "b"])

        assert {"equal": 1, "left_only": 2, "right_only": 2} == counts(result)

    def test_the_key_may_be_called_otherwise_on_either_side(self):
        left, right = pd.DataFrame({"number": ["A"]}), pd.DataFrame({"customer": ["A"]})

        assert reconcile(left, right, key={"left": "number", "right": "customer"}).agrees

    def test_the_key_may_be_the_index_of_pandas(self):
        assert reconcile(LEFT.set_index("id"), LEFT, key="id").agrees

    def test_a_key_of_whole_floats_is_the_number_it_was_before_one_was_missing(self):
        result = reconcile(frame(1001.0, None), frame("1001"), key="id")

        assert {"equal": 1, "no_key": 1} == counts(result)

    def test_rules_of_keys_are_those_of_the_settings(self):
        left, right = frame(" c-007"), frame("7")
        keys = {"trim": True, "case": "ignore", "zeros": "ignore", "prefix": {"left": "C-", "right": ""}}

        assert reconcile(left, right, key="id", keys=keys).agrees
        assert not reconcile(left, right, key="id").agrees

    def test_only_what_the_rules_make_the_same_shares_a_key(self):
        result = reconcile(frame("a", "A"), frame("a"), key="id", keys={"case": "ignore"})

        assert {"duplicate_key": 3} == counts(result)


class TestCompared:
    def test_by_default_every_column_of_both_sides_is_compared_but_the_key(self):
        left, right = frame("A", plan=["pro"], mine=[1]), frame("A", yours=[2], plan=["pro"])

        assert ["plan"] == list(reconcile(left, right, key="id").fields["field"])

    def test_nothing_but_keys_can_be_compared(self):
        assert reconcile(LEFT, LEFT, key="id", compare=[]).agrees

    def test_a_column_may_be_called_otherwise_on_either_side(self):
        left, right = frame("A", mrr_eur=[49]), frame("A", amount=[50])

        result = reconcile(left, right, key="id", compare=[{"field": "mrr", "left": "mrr_eur", "right": "amount"}])

        assert [("A", "mrr", "49", "50", False)] == lines(result.conflicts)

    def test_columns_may_be_called_anything(self):
        odd = {'MRR "€"': [1], "plan": ["a"], "Plan": ["b"], "row": [1], "": [2], "select": ["x'"]}
        changed = {**odd, "Plan": ["c"], "": [3]}

        result = reconcile(frame("A", **odd), frame("A", **changed), key="id")

        assert [("A", "Plan", "b", "c", False), ("A", "", "2", "3", False)] == lines(result.conflicts)

    def test_a_tolerance_is_kept_to_its_boundary(self):
        left, right = frame("A", "B", mrr=[49.0, 49.0]), frame("A", "B", mrr=[49.01, 49.02])

        result = reconcile(left, right, key="id", compare=[{"field": "mrr", "tolerance": {"absolute": "0.01"}}])

        assert [("B", "mrr", "49", "49.02", False)] == lines(result.conflicts)

    def test_a_share_is_one_of_the_larger_number(self):
        left, right = frame("A", "B", mrr=[999, 998]), frame("A", "B", mrr=[1000, 1000])

        result = reconcile(left, right, key="id", compare=[{"field": "mrr", "tolerance": {"relative": "0.001"}}])

        assert [("B", "mrr", "998", "1000", False)] == lines(result.conflicts)

    def test_the_words_of_each_side_are_explained(self):
        left, right = frame("A", "B", "C", plan=["Gold", "Gold", "Tin"]), frame("A", "B", "C", plan=["p1", "p2", "p1"])
        words = {"left": {"Gold": "premium"}, "right": {"p1": "premium", "p2": "basic"}}

        result = reconcile(left, right, key="id", compare=[{"field": "plan", "words": words}])

        assert [("B", "plan", "Gold", "p2", False)] == lines(result.conflicts)
        assert [("left", "C", "plan", "Tin", 2)] == lines(result.unknown_value)
        assert {"equal": 1, "differ": 1, "unknown_value": 1} == counts(result)

    @pytest.mark.parametrize(
        ("left", "right", "rule"),
        [
            ("Anna@Example.com ", "anna@example.com", {"as": "email"}),
            ("030 123456", "+49 30 123456", {"as": "phone", "calling_code": "49"}),
            ("Germany", "DE", {"as": "country"}),
            ("31.01.2026", "2026-01-31", {"as": "date", "formats": ["%d.%m.%Y"]}),
            ("Pro  Plus", " pro plus", {"case": "ignore", "space": "collapse"}),
            ("  ", None, {"empty": "missing"}),
            (1_767_225_600, "2026-01-01T00:00:00Z", {"as": "date", "formats": ["epoch"]}),
        ],
    )
    def test_rules_of_fields_are_those_of_the_settings(self, left, right, rule):
        sides = frame("A", value=[left]), frame("A", value=[right])

        assert reconcile(*sides, key="id", compare=[{"field": "value", **rule}]).agrees
        assert not reconcile(*sides, key="id").agrees

    def test_what_is_ignored_is_not_compared(self):
        result = reconcile(LEFT, RIGHT, key="id", compare=["plan", {"field": "gone", "ignore": True}])

        assert ["plan"] == list(result.fields["field"])


class TestActive:
    LEFT = frame("A", "B", "C", None, status=["active", "ended", "active", "ended"])

    def test_rows_that_do_not_count_miss_nothing(self):
        active = {"left": {"column": "status", "values": ["active"]}}

        result = reconcile(self.LEFT, frame("A", "B"), key="id", compare=[], active=active)

        assert {"equal": 1, "left_only": 1, "right_only": 1} == counts(result)
        assert 2 == result.totals["left"]["not_active"]
        assert "left: 4 rows = 1 equal + 1 only here + 2 not active" == result.accounts[0]

    def test_one_rule_may_be_that_of_both_sides(self):
        active = {"column": "status", "values": ["active"]}

        assert reconcile(self.LEFT, self.LEFT, key="id", active=active).agrees

    def test_a_row_that_says_nothing_does_not_count(self):
        left = frame("A", "B", paid=[True, None])

        result = reconcile(left, left, key="id", active={"column": "paid", "values": [True]})

        assert {"equal": 1} == counts(result)
