"""Is every value compared as what it is, to its last digit?"""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from reconciliation_pipeline import reconcile
from reconciliation_pipeline_tests.api.frames import counts, frame, lines

NAN = float("nan")
BERLIN = dt.timezone(dt.timedelta(hours=2))


def verdict(left, right, **said):
    """Compare one pair of values, in columns of their own types."""
    sides = (
        pa.table({"id": ["K"], "value": value if isinstance(value, pa.Array) else pa.array([value])})
        for value in (left, right)
    )
    (found,) = counts(reconcile(*sides, key="id", compare=[{"field": "value", **said}]))
    return found


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (49, 49.0, "equal"),
        (49, Decimal("49.00"), "equal"),
        (49.5, Decimal("49.50"), "equal"),
        (49.5, "49.50", "equal"),
        (7, "007", "equal"),
        (7, " 7", "format_only"),
        (1000, "1e3", "equal"),
        (0, -0.0, "equal"),
        (2**53 + 1, 2**53, "differ"),
        (2**53 + 1, 2**53 + 1, "equal"),
        (2**63 - 1, 2**63 - 2, "differ"),
        (2**53 + 1, str(2**53 + 1), "equal"),
        (2**53 + 1, float(2**53), "differ"),
        (0.1 + 0.2, 0.3, "differ"),
        (1e-12, 2e-12, "differ"),
        (1e-300, 2e-300, "differ"),
        (1e22, 10**18, "differ"),
        (1e16, 10**16, "equal"),
        (float(2**62), "4611686018427388000", "equal"),
        (float("inf"), float("inf"), "equal"),
        (float("inf"), float("-inf"), "differ"),
        (Decimal("1e-20"), Decimal("2e-20"), "differ"),
        (Decimal("12345678901234567890123456789.000000001"), Decimal(12345678901234567890123456789), "differ"),
        (pa.array([0.1], pa.float32()), 0.1, "equal"),
        (pa.array([1.5], pa.float16()), 1.5, "equal"),
        (pa.array([2**64 - 1], pa.uint64()), str(2**64 - 1), "equal"),
        (pa.array([Decimal(1)], pa.decimal256(50, 2)), 1, "equal"),
        (NAN, None, "equal"),
        (NAN, NAN, "equal"),
        (NAN, 0, "differ"),
        (None, 0, "differ"),
        (None, None, "equal"),
        (None, "", "format_only"),
    ],
)
def test_numbers_are_compared_exactly(left, right, expected):
    assert expected == verdict(left, right)
    assert expected == verdict(right, left)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (True, True, "equal"),
        (True, False, "differ"),
        (True, "True", "equal"),
        (True, "yes", "differ"),
        (True, 1, "differ"),
        (None, False, "differ"),
        (b"\x00a", b"\x00a", "equal"),
        (b"\x00a", b"\x00b", "differ"),
        (dt.time(10, 0), dt.time(10, 0, 1), "differ"),
        (pa.array(["pro"]).dictionary_encode(), "pro", "equal"),
        (pa.array([5]).dictionary_encode(), 5, "equal"),
        (pa.array(["pro"], pa.string_view()), "pro", "equal"),
    ],
)
def test_other_values_are_compared_as_what_they_say(left, right, expected):
    assert expected == verdict(left, right)
    assert expected == verdict(right, left)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (dt.date(2026, 1, 31), dt.date(2026, 1, 31), "equal"),
        (dt.date(2026, 1, 31), "2026-01-31", "equal"),
        (dt.date(2026, 1, 31), dt.datetime(2026, 1, 31), "equal"),  # noqa: DTZ001 - without a zone on purpose
        (dt.date(2026, 1, 31), dt.datetime(2026, 1, 31, 1), "differ"),  # noqa: DTZ001 - the same
        (dt.datetime(2026, 1, 31, 10), "2026-01-31 10:00", "equal"),  # noqa: DTZ001 - the same
        (dt.datetime(2026, 1, 31, 10), "2026-01-31T10:00:00.5", "differ"),  # noqa: DTZ001 - the same
        (dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC), dt.datetime(2026, 1, 31, 12, tzinfo=BERLIN), "equal"),
        (dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC), "2026-01-31T12:00:00+02:00", "equal"),
        (dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC), dt.datetime(2026, 1, 31, 10), "differ"),  # noqa: DTZ001 - the same
        (pa.array([1], pa.timestamp("ns")), pa.array([2], pa.timestamp("ns")), "differ"),
        (pa.array([1], pa.timestamp("ns", "UTC")), pa.array([2], pa.timestamp("ns", "UTC")), "differ"),
        (pa.array([1_000], pa.timestamp("ms")), pa.array([1], pa.timestamp("s")), "equal"),
        (pa.array([1_500], pa.timestamp("ms", "UTC")), pa.array([1_500_000_000], pa.timestamp("ns", "UTC")), "equal"),
    ],
)
def test_days_and_moments_are_compared_in_utc(left, right, expected):
    assert expected == verdict(left, right)
    assert expected == verdict(right, left)


def test_a_moment_is_shown_in_utc_and_one_without_a_zone_as_it_is():
    left = frame("A", at=[pd.Timestamp("2026-01-31 12:00", tz="Europe/Berlin")])
    right = frame("A", at=[pd.Timestamp("2026-01-31 12:00")])

    result = reconcile(left, right, key="id")

    assert [("A", "at", "2026-01-31T11:00:00Z", "2026-01-31T12:00:00", False)] == lines(result.conflicts)


def test_a_field_read_as_a_date_may_be_a_column_of_dates():
    left, right = frame("A", day=[dt.date(2026, 1, 31)]), frame("A", day=["31.01.2026"])
    rule = {"field": "day", "as": "date", "precision": "day", "formats": ["%d.%m.%Y"]}

    assert reconcile(left, right, key="id", compare=[rule]).agrees


def test_letters_of_every_script_are_letters():
    left, right = (
        frame("Zoë", "漢字", "🦆", name=["é", "ß", "a\u200bb"]),
        frame("Zoë", "漢字", "🦆", name=["é", "ss", "ab"]),
    )

    result = reconcile(left, right, key="id")

    assert [("漢字", "name", "ß", "ss", False), ("🦆", "name", "a\u200bb", "ab", False)] == lines(result.conflicts)


def test_whole_numbers_beyond_what_floats_hold_come_back_whole():
    left = pa.table({"id": ["A", "B"], "big": pa.array([2**53 + 1, None], pa.int64())})

    result = reconcile(left, left.slice(0, 0), key="id")

    assert [("A", 2**53 + 1), ("B", None)] == lines(result.left_only)


def test_sums_are_exact_where_numbers_are():
    numbers = frame("A", "B", "C", big=[2**53, 1, 1], price=[0.1, 0.2, 0.3], fine=[1e-12, 1e-12, NAN])

    sums = reconcile(numbers, numbers, key="id").totals["left"]["sums"]

    assert {"big": Decimal(2**53 + 2), "price": Decimal("0.6"), "fine": 2e-12} == sums
    assert isinstance(sums["fine"], float)


def test_numbers_too_fine_for_a_tolerance_are_refused():
    sides = frame("A", rate=[1e-12]), frame("A", rate=[2e-12])

    with pytest.raises(ValueError, match="`rate` has a tolerance, and 1 of its numbers in left have digits beyond"):
        reconcile(*sides, key="id", compare=[{"field": "rate", "tolerance": {"relative": "0.001"}}])


def test_noise_of_floats_is_within_a_tolerance():
    assert "equal" == verdict(0.1 + 0.2, 0.3, tolerance={"absolute": "0.01"})


def test_a_tolerance_reads_numbers_out_of_texts():
    assert "equal" == verdict("49.00", "49.01", tolerance={"absolute": "0.01"})
    assert "differ" == verdict("49.00", "about 49", tolerance={"absolute": "0.01"})


def test_a_key_of_floats_without_its_last_digits_is_refused():
    with pytest.raises(ValueError, match="The key `id` of right is a column of floats, 1 of them so large"):
        reconcile(frame(2**53 + 1), frame(float(2**53 + 2), 5.0), key="id")
