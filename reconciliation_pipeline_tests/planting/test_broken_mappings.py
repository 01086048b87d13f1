"""A mapping that is broken: does something planted say so, by its name?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation_pipeline.connectors.planting import Seedbed
from reconciliation_pipeline.connectors.sowing import sow
from reconciliation_pipeline.domain.harvest import misread
from reconciliation_pipeline.domain.planting import plants
from reconciliation_pipeline.domain.plants import Sown, Wish, moments
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline_tests.builders import HOUR
from reconciliation_pipeline_tests.planting.bench import AS_OF, UNTIL, rules_of
from reconciliation_pipeline_tests.planting.pairs import ALIKE, DEMO, PAIRS


class Misreading(Seedbed):
    """A side whose mapping does something else."""

    def __init__(self, settings, change: Callable[[Row], Row]) -> None:
        super().__init__(settings)
        self._change = change

    def row(self, wish: Wish) -> Row:
        return self._change(super().row(wish))


def sown(made=DEMO, change: Callable[[Row], Row] | None = None) -> dict[str, Sown]:
    """Everything planted between two sides, by name; `change` is what the CRM's mapping does besides."""
    sides = made.sides
    beds = {side: Seedbed(sides[side]) for side in Side}
    if change is not None:
        beds[Side.CRM] = Misreading(sides.crm, change)
    grounds = {side: bed.ground for side, bed in beds.items()}
    when, by = moments(as_of=AS_OF, until=UNTIL, window=HOUR), rules_of(made)
    prefix = "7" if any(ground.digits for ground in grounds.values()) else "planted-"
    plan = plants(by.fields, by.amount_field, grounds, when, prefix=prefix)
    return {one.plant.name: one for one in sow(plan, beds, by.fields)}


def faults(one: Sown) -> set[str]:
    """What the rows of a plant say that was not wished for."""
    return {
        part
        for side, wishes in one.form.wishes.items()
        for wish, row in zip(wishes, one.rows[side], strict=True)
        for part in misread(wish, row)
    }


def value(name: str, text: str | None) -> Callable[[Row], Row]:
    return lambda row: replace(row, values={**row.values, name: text})


def test_a_mapping_that_is_right_reads_what_was_wished_for():
    for made in (*PAIRS.values(), *ALIKE.values()):
        assert [] == [name for name, one in sown(made).items() if one.fault or faults(one)]


@pytest.mark.parametrize("name", PAIRS)
def test_where_nothing_shares_its_place_nothing_is_left_out(name):
    made = PAIRS[name]
    grounds = {side: Seedbed(made.sides[side]).ground for side in Side}
    when, by = moments(as_of=AS_OF, until=UNTIL, window=made.settling), rules_of(made)

    planned = plants(by.fields, by.amount_field, grounds, when, prefix="planted-")

    assert [plant.name for plant in planned] == list(sown(made))


MAPPINGS = {
    "keys in capitals": (lambda row: replace(row, key=row.key and row.key.upper()), "plan the same", {"key"}),
    "no keys": (lambda row: replace(row, key=None), "plan the same", {"key"}),
    "a key for everyone": (lambda row: replace(row, key=row.source_id), "without a key in the CRM", {"key"}),
    "ids cut off": (lambda row: replace(row, source_id=row.source_id[:-1]), "plan the same", {"id"}),
    "all active": (lambda row: replace(row, state=State.ACTIVE), "active in billing, cancelled in the CRM", {"status"}),
    "archived is cancelled": (
        lambda row: replace(row, state=State.CANCELLED if row.state is State.ARCHIVED else row.state),
        "active in billing, archived in the CRM",
        {"status"},
    ),
    "an hour off": (
        lambda row: replace(row, updated_at=row.updated_at and row.updated_at + timedelta(hours=1)),
        "active in the CRM, unknown to billing",
        {"updated_at"},
    ),
    "created is changed": (
        lambda row: replace(row, created_at=row.updated_at),
        "active in the CRM alone, its created_at just now",
        {"created_at"},
    ),
    "text in capitals": (value("plan", "PLANTED TEXT"), "plan with another space", {"plan"}),
    "cents cut off": (value("mrr", "100"), "mrr higher in the CRM by more than 0.01", {"mrr"}),
    "no number": (value("mrr", "hundred"), "mrr the same", {"mrr"}),
    "no amount": (value("mrr", None), "mrr the same", {"mrr"}),
    "an amount from nowhere": (value("mrr", "0"), "mrr empty in the CRM", {"mrr"}),
    "another currency": (value("mrr_currency", "USD"), "mrr the same", {"currency of mrr"}),
}


@pytest.mark.parametrize(("change", "name", "noticed"), MAPPINGS.values(), ids=MAPPINGS)
def test_a_mapping_that_reads_something_else_is_noticed(change, name, noticed):
    found = sown(DEMO, change)[name]

    assert noticed <= faults(found)
