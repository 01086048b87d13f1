"""The chance of a count: its exact values, and the laws that any count must keep."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.domain.surprise import Past, chance, least, once_in, percent

EVENTS = st.integers(0, 200)
LENGTHS = st.integers(1, 120)
PASTS = st.builds(Past, EVENTS, LENGTHS.map(float))


def by_hand(count: int, past: Past, days: int) -> float:
    """Add up the negative binomial below a count: r = 1/2 + S, q = (1 + n)/(1 + n + e)."""
    size = Fraction(1, 2) + Fraction(past.events)
    stop = (1 + Fraction(past.days)) / (1 + Fraction(past.days) + days)
    term, total = Fraction(1), Fraction(0)
    for at in range(count):
        total += term
        term *= (size + at) / (at + 1) * (1 - stop)
    return 1 - float(total) * math.exp(float(size) * math.log(stop))


@given(PASTS, st.integers(0, 12), st.integers(1, 9))
def test_the_chance_is_that_of_the_negative_binomial(past, count, days):
    assert by_hand(count, past, days) == pytest.approx(chance(count, past, days), abs=1e-9)


@pytest.mark.parametrize(
    ("past", "remarkable"),
    [(Past(), 5), (Past(0, 1.0), 3), (Past(28, 56.0), 3), (Past(112, 56.0), 6)],
)
def test_the_smallest_count_below_two_per_cent(past, remarkable):
    assert chance(remarkable - 1, past, 1) >= 0.02 > chance(remarkable, past, 1)


@given(PASTS, st.integers(0, 60), LENGTHS)
def test_more_are_never_likelier(past, count, days):
    assert chance(count, past, days) >= chance(count + 1, past, days) - 1e-12


@given(PASTS, st.integers(1, 60), LENGTHS)
def test_more_days_make_as_many_likelier(past, count, days):
    assert chance(count, past, days) <= chance(count, past, days + 1) + 1e-12


@given(PASTS, st.integers(1, 60), LENGTHS)
def test_a_busier_past_makes_as_many_likelier(past, count, days):
    assert chance(count, past, days) <= chance(count, Past(past.events + 1, past.days), days) + 1e-12


@given(PASTS, st.integers(1, 60), LENGTHS)
def test_a_clean_day_more_never_makes_as_many_likelier(past, count, days):
    assert chance(count, past, days) >= chance(count, Past(past.events, past.days + 1), days) - 1e-12


@given(PASTS.filter(lambda past: past.rate < 2), st.floats(1, 4))
def test_clumps_make_many_likelier(past, fano):
    assert chance(12, past, 1) <= chance(12, Past(past.events, past.days, fano), 1) + 1e-12


@given(PASTS, st.integers(0, 3_000), LENGTHS)
def test_a_chance_is_between_0_and_1(past, count, days):
    assert 0 <= chance(count, past, days) <= 1


def test_a_tiny_chance_keeps_its_digits():
    tail = math.fsum(by_term(at) for at in range(30, 200))

    assert tail == pytest.approx(chance(30, Past(28, 56.0), 1), rel=1e-9)
    assert tail < 1e-20


def by_term(at: int) -> float:
    ways = math.lgamma(28.5 + at) - math.lgamma(28.5) - math.lgamma(at + 1)
    return math.exp(ways + 28.5 * math.log(57 / 58) + at * math.log(1 / 58))


@given(PASTS, st.sampled_from([0.02, 0.005, 0.001]))
def test_the_least_is_the_first_below_the_limit(past, alpha):
    most = next(count for count in range(3, 10_000) if chance(count, past, 1) < alpha)

    assert most == least(past, 1, alpha, most=2 * most, at_least=3)


@pytest.mark.parametrize(
    ("probability", "words", "spelt"),
    [
        (0.9, "on most mornings", "90 %"),
        (0.5, "about once in 2 mornings", "50 %"),
        (0.0144, "about once in 69 mornings", "1.4 %"),
        (0.0072, "about once in 140 mornings", "0.72 %"),
        (0.00001, "about once in 100,000 mornings", "0.0010 %"),
        (0.0, "less than once in a million mornings", "below 0.0001 %"),
    ],
)
def test_a_chance_is_said_in_words(probability, words, spelt):
    assert (words, spelt) == (once_in(probability), percent(probability))
