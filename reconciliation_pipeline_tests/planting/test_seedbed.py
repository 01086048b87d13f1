"""How would this side write such a record, and when can it not?"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.planting import COMPUTED, SPELT, WRITTEN, Impossible, Seedbed
from reconciliation_pipeline.connectors.sowing import sow
from reconciliation_pipeline.connectors.stripe_planting import OutOfReach, written
from reconciliation_pipeline.connectors.vendors import ENRICH
from reconciliation_pipeline.domain.plants import Form, Plant, Wish
from reconciliation_pipeline.domain.records import Side, State
from reconciliation_pipeline_tests.planting.pairs import (
    CSV,
    HUBSPOT,
    MRR,
    PLAN,
    REST,
    SQL,
    STRIPE,
    TRYTON,
    a_side,
    status,
)

AT = datetime(2026, 11, 22, 1, 30, 7, tzinfo=UTC)
IN_THE_HOUR_TWICE = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
"""02:30 in Berlin, for the second time that night."""


def a_wish(state: State = State.ACTIVE, **changes) -> Wish:
    return Wish(**{"source_id": "s", "key": "k", "means": "k", "state": state, "word": "active", **changes})


def read(side, **wished):
    return Seedbed(a_side(side)).row(a_wish(**wished))


@pytest.mark.parametrize("base", [REST, CSV, SQL], ids=["json", "text", "cells"])
@pytest.mark.parametrize("written", [None, "iso", "epoch_s", "epoch_ms"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
@pytest.mark.parametrize("moment", [AT, IN_THE_HOUR_TWICE, None])
def test_a_moment_is_read_as_it_was_meant_however_it_is_written(base, written, zone, moment):
    stamp = {"field": "changed", "format": written, "timezone": zone}

    row = read({**base, "updated_at": stamp}, stamps={"updated_at": moment})

    assert moment == row.updated_at


@pytest.mark.parametrize("base", [REST, CSV, SQL], ids=["json", "text", "cells"])
@pytest.mark.parametrize(("unit", "currency"), [("major", "EUR"), ("minor", "EUR"), ("minor", "JPY"), ("minor", "BHD")])
@pytest.mark.parametrize("amount", ["100", "0.01", "100.0100000001", "-3.5", "1E+20"])
def test_an_amount_is_read_as_it_was_meant_however_it_is_written(base, unit, currency, amount):
    side = {**base, "fields": {"mrr": {**MRR["mrr"], "unit": unit}}}

    row = read(side, values={"mrr": Decimal(amount)}, currencies={"mrr": currency})

    assert (Decimal(amount), currency) == (Decimal(row.values["mrr"] or ""), row.values["mrr_currency"])


def test_every_state_is_said_with_a_word_of_the_settings_or_one_that_is_not_in_them():
    side = {**REST, **status("status", "active", "700", out_of_scope=("lead", "701"))}

    said = {state: read(side, state=state) for state in (State.ACTIVE, State.CANCELLED, State.OUT_OF_SCOPE)}

    assert {state: state for state in said} == {state: row.state for state, row in said.items()}
    assert ["active", "702", "lead"] == [row.status for row in said.values()]


@pytest.mark.parametrize("state", [State.ARCHIVED, State.DELETED])
def test_what_a_walk_of_its_own_lists_is_of_its_state_whatever_its_status_says(state):
    row = read(HUBSPOT, state=state, word="customer")

    assert (state, "customer") == (row.state, row.status)


def test_an_empty_value_is_read_as_none_wherever_it_stands():
    for base in (REST, CSV, SQL):
        row = read({**base, "fields": {**PLAN, **MRR}}, key=None, values={"plan": None, "mrr": None})

        assert (None, {"plan": None, "mrr": None, "mrr_currency": None}) == (row.key, dict(row.values))


def test_what_stands_deep_inside_is_written_there():
    side = {**REST, "key": "a[2].b", "fields": {"plan": "a[0].c[1]", "seats": {"path": "d.e.f", "type": "decimal"}}}

    row = read(side, values={"plan": "pro", "seats": Decimal(3)})

    assert ("k", {"plan": "pro", "seats": "3"}) == (row.key, dict(row.values))


@pytest.mark.parametrize(
    ("paths", "wished"),
    [
        ({"source_id": "number"}, {}),
        ({"fields": {"plan": "number"}}, {"values": {"plan": "pro"}}),
        ({"fields": {"plan": "number.text"}}, {"values": {"plan": "pro"}}),
        ({"fields": {"plan": "number[0]"}}, {"values": {"plan": "pro"}}),
        (
            {"fields": {"mrr": {**MRR["mrr"], "currency": "USD"}}},
            {"values": {"mrr": Decimal(1)}, "currencies": {"mrr": "EUR"}},
        ),
        ({"fields": {"plan": {"path": "number", "type": "decimal"}}}, {}),
    ],
    ids=["same", "field", "inside text", "list in text", "fixed currency", "no number"],
)
def test_what_cannot_be_said_at_one_place_is_impossible(paths, wished):
    with pytest.raises(Impossible):
        read({**REST, **paths}, **wished)


def test_what_cannot_be_read_though_it_has_its_own_place_is_a_fault():
    side = {**REST, "fields": {"seats": {"path": "seats", "type": "decimal"}}}

    with pytest.raises(BadShape, match="seats of record s is not a number"):
        read(side, values={"seats": "few"})


def a_form(*wishes: Wish) -> Form:
    return Form({Side.CRM: wishes}, {Side.CRM: ("one_sided",)})


def test_the_first_form_that_can_be_said_is_planted_and_a_plant_without_one_is_left_out():
    beds = dict.fromkeys(Side, Seedbed(a_side({**CSV, "source_id": "number"})))
    cannot, can = a_form(a_wish()), a_form(a_wish(source_id="k"))

    found = sow([Plant("both", (cannot, can)), Plant("neither", (cannot, cannot))], beds, ())

    assert [("both", can, None)] == [(one.plant.name, one.form, one.fault) for one in found]


def test_a_record_that_cannot_be_read_is_planted_as_a_fault_that_names_nobody():
    beds = dict.fromkeys(Side, Seedbed(a_side({**REST, "fields": {"seats": {"path": "seats", "type": "decimal"}}})))
    few = a_wish(source_id="planted-1", values={"seats": "few"})

    (found,) = sow([Plant("few", (a_form(few),))], beds, ())

    assert ({}, "seats is not a number.") == (found.rows, found.fault)


def test_every_vendor_that_computes_something_has_its_way_back():
    assert WRITTEN.keys() == COMPUTED.keys()
    assert ENRICH.keys() == WRITTEN.keys() | SPELT.keys()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("moment", [AT, IN_THE_HOUR_TWICE])
def test_a_record_of_tryton_is_written_as_tryton_does(zone, moment):
    fields = {"seats": {"path": "seats", "type": "decimal"}}

    row = read(
        {**TRYTON, "updated_at": {"field": "write_date", "timezone": zone}, "fields": fields},
        values={"seats": Decimal("1.50")},
        stamps={"created_at": AT, "updated_at": moment},
    )

    assert (AT, moment, "1.5") == (row.created_at, row.updated_at, row.values["seats"])
    assert {"__class__": "Decimal", "decimal": "1.50"} == SPELT["tryton"](Decimal("1.50"))
    assert "'__class__': 'datetime', 'year': 2026, 'month': 11," in str(SPELT["tryton"](AT))


STRIPE_SIDE = Seedbed(a_side(STRIPE))


@pytest.mark.parametrize("amount", ["0", "49", "0.01", "100.0100000001", "-12.5", "123456789"])
def test_a_subscription_costs_what_was_wished_for(amount):
    values, currencies = {"plan": "pro", "mrr": Decimal(amount)}, {"mrr": "EUR"}

    row = STRIPE_SIDE.row(a_wish(values=values, currencies=currencies))

    assert (Decimal(amount), "pro") == (Decimal(row.values["mrr"] or ""), row.values["plan"])


@pytest.mark.parametrize(
    ("created", "changed", "expected"),
    [(1_000, 1_000, {}), (1_000, 2_000, {"canceled_at": 2_000}), (None, 2_000, {"ended_at": 2_000}), (None, None, {})],
)
def test_a_subscription_changed_last_when_it_was_cancelled(created, changed, expected):
    said = {"created": created, **({"canceled_at": None} if created is None else {})}

    assert expected == written({"last_change": changed}, said)


@pytest.mark.parametrize(
    ("wished", "said"),
    [
        ({"last_change": 1_000}, {"created": 2_000}),
        ({"last_change": None}, {"created": 2_000}),
        ({"last_change": 9}, {"created": 1, "canceled_at": 2, "ended_at": 3}),
        ({"last_change": "once"}, {}),
        ({"monthly_amount": 1}, {"items.data[0].price.recurring.interval": "year"}),
        ({"monthly_amount": 1}, {"items.data[0].price.recurring.usage_type": "metered"}),
        ({"monthly_amount": 1}, {"items.data[0].quantity": "many"}),
        ({"monthly_amount": None}, {"items.data[0].price.recurring.interval": "month"}),
        ({"monthly_amount": "much"}, {}),
        ({}, {"items.has_more": True}),
    ],
)
def test_what_no_subscription_says_is_out_of_reach(wished, said):
    with pytest.raises(OutOfReach):
        written(wished, said)


def test_one_more_item_makes_up_for_what_the_others_cost():
    said = {"items.data[0].quantity": Decimal(3), "items.data[0].price.unit_amount": 1_000}

    assert {
        "items.data[0].price.recurring.interval": "month",
        "items.data[1].price.recurring.interval": "month",
        "items.data[1].price.unit_amount": 1_900,
        "items.data[1].price.unit_amount_decimal": "1900",
    } == written({"monthly_amount": 4_900}, said)


@pytest.mark.parametrize("base", [REST, CSV, SQL], ids=["json", "text", "cells"])
@pytest.mark.parametrize("key", ["k|x", r"k\||x\\", None])
def test_a_key_of_several_parts_is_read_as_it_was_meant_and_without_one_part_as_none(base, key):
    assert key == read({**base, "key": ["company", "contract"]}, key=key).key


def test_a_record_without_a_key_of_several_parts_lacks_only_one_of_them():
    fields = {"company": "company", "contract": "contract"}

    row = read({**REST, "key": ["company", "contract"], "fields": fields}, key=None)

    assert (None, {"company": None, "contract": "s"}) == (row.key, row.values)
