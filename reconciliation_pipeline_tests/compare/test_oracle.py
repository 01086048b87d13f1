"""Whatever two systems hold, and by whatever rules, the engine says what one-record-at-a-time Python says."""

import random
from dataclasses import replace
from itertools import product
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.compare import engine
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.comparison import FormatDifference
from reconciliation_pipeline.domain.conservation import adds_up
from reconciliation_pipeline.domain.records import Discrepancy, FieldDifference, Kind, Side, State
from reconciliation_pipeline.domain.rules import FieldRule, KeyRule
from reconciliation_pipeline_tests.compare.conftest import Compare
from reconciliation_pipeline_tests.compare.oracle import expected
from reconciliation_pipeline_tests.compare.sides import SMALL, files, record, rules
from reconciliation_pipeline_tests.compare.smaller import smallest
from reconciliation_pipeline_tests.compare.unsettled import compared_row_by_row
from reconciliation_pipeline_tests.compare.worlds import World, in_one, rulebook, world

MIRRORED = {
    Kind.CRM_ONLY: Kind.BILLING_ONLY,
    Kind.BILLING_ONLY: Kind.CRM_ONLY,
    Kind.VALUE_CONFLICT: Kind.VALUE_CONFLICT,
}
A_HUNDRED_THOUSAND, IN_ONE = 100_000, 500

randoms = st.randoms(use_true_random=False)
seeds = st.integers(0, 2**32)


def _drawn(chance: random.Random, worlds: int) -> tuple[ComparisonRules, list[World]]:
    by = rulebook(chance)
    return by, [world(chance, number, by) for number in range(worlds)]


def _says_what_the_oracle_says(run: Compare, by: ComparisonRules, worlds: list[World]) -> None:
    def disagree(sides: World) -> bool:
        return run(*sides, by) != expected(*sides, by)

    everything = in_one(worlds)
    comparison = run(*everything, by)

    if expected(*everything, by) != comparison:
        crm, billing = smallest(worlds, disagree)
        assert expected(crm, billing, by) == run(crm, billing, by), f"{crm}\n{billing}\n{by}"
    assert [] == adds_up(comparison)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(chance=randoms)
def test_it_says_what_the_oracle_says_about_worlds_that_can_be_made_smaller(run, chance):
    _says_what_the_oracle_says(run, *_drawn(chance, 2))


@pytest.mark.parametrize("seed", range(6))
def test_it_says_what_the_oracle_says_and_every_row_is_accounted_for(run, seed):
    """A hundred pairs of sides in a comparison."""
    _says_what_the_oracle_says(run, *_drawn(random.Random(seed), 100))


@pytest.mark.slow
def test_it_says_what_the_oracle_says_a_hundred_thousand_times(run, capsys):
    first, begun = random.SystemRandom().randrange(2**32), monotonic()
    for number, seed in enumerate(range(first, first + A_HUNDRED_THOUSAND // IN_ONE), start=1):
        _says_what_the_oracle_says(run, *_drawn(random.Random(seed), IN_ONE))
        if not number % 10:
            with capsys.disabled():
                print(f"{number * IN_ONE:,} pairs of sides agree ({monotonic() - begun:.0f} s, from seed {first})")  # noqa: T201 - whoever waits wants to know for what


@settings(max_examples=3, deadline=None, derandomize=True)
@given(seed=seeds)
def test_settling_by_digests_changes_nothing(tmp_path_factory, seed):
    by, worlds = _drawn(random.Random(seed), 60)
    crm, billing = in_one(worlds)
    written = files(tmp_path_factory.mktemp("sides"), crm, billing, by)

    with engine.started(SMALL) as connection:
        row_by_row = compared_row_by_row(connection, written, by, crm, billing)

    assert row_by_row == engine.compare(written, by, SMALL)


@settings(max_examples=3, deadline=None, derandomize=True)
@given(seed=seeds)
def test_neither_the_order_of_rows_nor_which_side_is_which_nor_another_run_changes_the_story(run, seed):
    chance = random.Random(seed)
    by, worlds = _drawn(chance, 40)
    crm, billing = in_one(worlds)
    first = run(crm, billing, by)

    again = run(crm, billing, by)
    shuffled = run(chance.sample(crm, len(crm)), chance.sample(billing, len(billing)), by)
    mirrored = run(billing, crm, _swapped(by))

    assert first == again
    assert first == shuffled
    assert sorted((_mirror(found) for found in first.discrepancies), key=_place) == list(mirrored.discrepancies)
    assert tuple(FormatDifference(one.key, _turned(one.fields)) for one in first.format_only) == mirrored.format_only
    assert first.balances == {side: mirrored.balances[side.other] for side in Side}
    assert {replace(one, side=one.side.other) for one in first.key_troubles} == set(mirrored.key_troubles)


@pytest.mark.parametrize("threads", [1, 4])
def test_many_rows_in_many_threads_say_the_same(tmp_path: Path, threads: int):
    """Larger than the engine's vectors, with shared, missing and one-sided keys throughout."""
    by, worlds = _drawn(random.Random(5), 1_500)
    crm, billing = in_one(worlds)

    comparison = engine.compare(files(tmp_path, crm, billing, by), by, engine.EngineLimits(threads=threads))

    assert expected(crm, billing, by) == comparison
    assert [] == adds_up(comparison)
    assert 1_000 < len(comparison.discrepancies)


def _swapped(by: ComparisonRules) -> ComparisonRules:
    key = KeyRule(
        compose=by.key.compose,
        trim=by.key.trim,
        ignore_case=by.key.ignore_case,
        prefixes={side.other: text for side, text in by.key.prefixes.items()},
        suffixes={side.other: text for side, text in by.key.suffixes.items()},
        ignore_zeros=by.key.ignore_zeros,
        aliases=by.key.aliases,
    )
    return replace(by, fields=tuple(map(_other_way, by.fields)), key=key, reduce=_other_sides(by.reduce))


def _other_way(rule: FieldRule) -> FieldRule:
    return replace(rule, words=_other_sides(rule.words))


def _other_sides(by_side):
    return {side.other: value for side, value in by_side.items()}


def _mirror(found: Discrepancy) -> Discrepancy:
    return replace(
        found,
        kind=MIRRORED[found.kind],
        fields=_turned(found.fields),
        source_ids=_other_sides(found.source_ids),
        statuses=_other_sides(found.statuses),
        changed_at=_other_sides(found.changed_at),
        amounts=_other_sides(found.amounts),
    )


def _turned(fields: tuple[FieldDifference, ...]) -> tuple[FieldDifference, ...]:
    return tuple(replace(one, crm=one.billing, billing=one.crm) for one in fields)


def _place(found: Discrepancy) -> tuple[Kind, str]:
    return found.kind, found.key


def test_the_oracle_itself_knows_every_pair_of_states():
    """Eleven by hand would be dull; the table is short enough to be read as a product."""
    for ours, theirs in product(State, State):
        found = expected([record("C1", ours)], [record("C1", theirs)], rules()).discrepancies
        accused = (ours is State.ACTIVE) != (theirs is State.ACTIVE)
        assert accused == bool(found)
