"""Whatever two systems hold, the engine says what one-record-at-a-time Python says."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.compare import engine
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.conservation import adds_up
from reconciliation_pipeline.domain.records import Discrepancy, FieldDifference, Kind, Row, Side, State
from reconciliation_pipeline_tests.compare.conftest import Compare
from reconciliation_pipeline_tests.compare.oracle import expected
from reconciliation_pipeline_tests.compare.sides import MRR, PLAN, SEATS, files, record, rules

MIRRORED = {
    Kind.CRM_ONLY: Kind.BILLING_ONLY,
    Kind.BILLING_ONLY: Kind.CRM_ONLY,
    Kind.VALUE_CONFLICT: Kind.VALUE_CONFLICT,
}

keys = st.sampled_from(["7", "007", "c", "C", "it's", '"', "🦆", "a b", "é", "e\u0301", "", None])
instants = st.none() | st.sampled_from([datetime(2026, 11, day, 2, 30, 0, day, tzinfo=UTC) for day in (1, 2, 3)])
numbers = st.none() | st.sampled_from(["0", "-0.5", "1", "1.00", "1.01", "1.0100000001", "1.5", "2.5", "1e2", "few"])
currencies = st.sampled_from(["EUR", "EUR", "EUR", "USD", None])
rulebooks = st.builds(
    lambda fields, amount, reduce: rules(*fields, amount=amount, reduce=reduce),
    st.lists(st.sampled_from([PLAN, SEATS, MRR]), unique=True),
    st.sampled_from(["mrr", None]),
    st.lists(st.sampled_from(list(Side)), unique=True),
)


@st.composite
def sides(draw, most=12):
    """Records of one side, with source ids whose order says nothing about the order of the rows."""
    rows = draw(
        st.lists(
            st.builds(
                record,
                keys,
                st.sampled_from(["active", "active", *State]),
                status=st.sampled_from(["on", "off", None]),
                created_at=instants,
                updated_at=instants,
                plan=st.sampled_from(["a", "b", "", None]),
                seats=numbers,
                mrr=numbers,
                mrr_currency=currencies,
            ),
            max_size=most,
        )
    )
    names = draw(st.permutations([f"s{number}" for number in range(len(rows))]))
    return [replace(row, source_id=name) for row, name in zip(rows, names, strict=True)]


def _in_one(worlds: Sequence[tuple[list[Row], list[Row]]]) -> tuple[list[Row], list[Row]]:
    """Put pairs of sides that share no key into one pair: one comparison, as many cases as worlds."""

    def of(world: int, row: Row) -> Row:
        return replace(row, source_id=f"{row.source_id}/{world}", key=f"{row.key}/{world}" if row.key else row.key)

    crm = [of(world, row) for world, (rows, _) in enumerate(worlds) for row in rows]
    billing = [of(world, row) for world, (_, rows) in enumerate(worlds) for row in rows]
    return crm, billing


def _says_what_the_oracle_says(run: Compare, crm: list[Row], billing: list[Row], by: ComparisonRules) -> None:
    comparison = run(crm, billing, by)

    assert expected(crm, billing, by) == comparison
    assert [] == adds_up(comparison)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(worlds=st.lists(st.tuples(sides(), sides()), min_size=3, max_size=3), by=rulebooks)
def test_it_says_what_the_oracle_says_and_every_row_is_accounted_for(run, worlds, by):
    """Three hundred pairs of sides, three in a comparison."""
    _says_what_the_oracle_says(run, *_in_one(worlds), by)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None)
@given(crm=sides(most=40), billing=sides(most=40), by=rulebooks)
def test_it_says_what_the_oracle_says_many_times_over(run, crm, billing, by):
    _says_what_the_oracle_says(run, crm, billing, by)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(crm=sides(), billing=sides(), by=rulebooks, seed=st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_which_side_is_which_changes_the_story(run, crm, billing, by, seed):
    first = run(crm, billing, by)
    swapped = ComparisonRules(by.fields, by.amount_field, {side: by.reduce.get(side.other, False) for side in Side})

    shuffled = run(seed.sample(crm, len(crm)), seed.sample(billing, len(billing)), by)
    mirrored = run(billing, crm, swapped)

    assert first == shuffled
    assert sorted((_mirror(found) for found in first.discrepancies), key=_place) == list(mirrored.discrepancies)
    assert first.balances == {side: mirrored.balances[side.other] for side in Side}


@pytest.mark.parametrize("threads", [1, 4])
def test_many_rows_in_many_threads_say_the_same(tmp_path, threads):
    """Larger than the engine's vectors and row groups, with shared, missing and one-sided keys throughout."""
    by = rules(PLAN, SEATS, MRR, amount="mrr", reduce=[Side.BILLING])
    crm, billing = _crowd(1), _crowd(2)

    comparison = engine.compare(files(tmp_path, crm, billing, by), by, engine.EngineLimits(threads=threads))

    assert expected(crm, billing, by) == comparison
    assert [] == adds_up(comparison)
    assert 1_000 < len(comparison.discrepancies)


def _crowd(seed: int) -> list[Row]:
    chance = random.Random(seed)
    states, months = ["active"] * 8 + ["cancelled", "deleted"], range(1, 13)
    prices = [f"{Decimal(cents) / 100:.2f} EUR" for cents in (4900, 4901, 4902)]
    plans, seats = ["a"] * 9 + ["b"], ["1", "1.0", "1.5", None]
    return [
        record(
            chance.choice([f"C{number}", f"C{number}", f"C{number // 7}", None]),
            chance.choice(states),
            f"s{chance.random()}",
            updated_at=datetime(2026, chance.choice(months), 1, tzinfo=UTC),
            plan=chance.choice(plans),
            seats=chance.choice(seats),
            mrr=chance.choice(prices),
        )
        for number in range(6_000)
    ]


def _mirror(found: Discrepancy) -> Discrepancy:
    return replace(
        found,
        kind=MIRRORED[found.kind],
        fields=tuple(FieldDifference(field.name, field.billing, field.crm) for field in found.fields),
        source_ids={side.other: value for side, value in found.source_ids.items()},
        statuses={side.other: value for side, value in found.statuses.items()},
        changed_at={side.other: value for side, value in found.changed_at.items()},
        amounts={side.other: value for side, value in found.amounts.items()},
    )


def _place(found: Discrepancy) -> tuple[Kind, str]:
    return found.kind, found.key


def test_the_oracle_itself_knows_every_pair_of_states():
    """Eleven by hand would be dull; the table is short enough to be read as a product."""
    for ours, theirs in product(State, State):
        found = expected([record("C1", ours)], [record("C1", theirs)], rules()).discrepancies
        accused = (ours is State.ACTIVE) != (theirs is State.ACTIVE)
        assert accused == bool(found)
