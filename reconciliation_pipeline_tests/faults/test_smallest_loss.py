"""How small a loss is found? One record, if the system had it yesterday or the other side knows it."""

from collections.abc import Callable

import pytest

from reconciliation_pipeline_tests.faults.play import SIDES, Theatre
from reconciliation_pipeline_tests.faults.run import Told
from reconciliation_pipeline_tests.faults.stage import OTHER, TRUSTED, UNPROVEN
from reconciliation_pipeline_tests.faults.system import BY_POSITION, STYLES, System
from reconciliation_pipeline_tests.faults.world import ENDED, Record, World, a_world

Choose = Callable[[World, str], list[Record]]


def known_to_the_other_side(world: World, side: str) -> list[Record]:
    """Records that no earlier morning knows: a first morning has none."""
    there = {one["number"] for one in world.today[OTHER[side]] if one["status"] == "active"}
    return [one for one in world.today[side] if one["number"] in there]


def known_yesterday_alone(world: World, side: str) -> list[Record]:
    before = {one["id"] for one in world.yesterday[side]}
    there = {one["number"] for one in world.today[OTHER[side]]}
    return [one for one in world.today[side] if one["id"] in before and one["number"] not in there]


def lose_one(theatre: Theatre, world: World, side: str, choose: Choose, *, style: str = "cursor") -> Told:
    """Leave one record out of one list, which no total tells where there need not be one."""
    total = "header" if style in BY_POSITION - {"range"} else "none"
    systems = {
        each: theatre.servers[each].serves(System(world.today[each], style=style, total=total, size=100))
        for each in SIDES
    }
    among, past = choose(world, side), TRUSTED if choose is known_yesterday_alone else UNPROVEN
    systems[side].unlisted = {among[len(among) // 2]["id"]}
    _, told = theatre.live(world, systems, past)
    return told


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("style", STYLES)
def test_one_record_that_the_other_side_knows_is_missed_on_a_first_morning(theatre, style, side):
    told = lose_one(theatre, a_world(240), side, known_to_the_other_side, style=style)

    assert told.is_refused
    assert {"counterpart_exists", "unproven"} == told.codes


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("size", [240, 1_224])
def test_one_record_of_yesterday_that_nobody_else_knows_is_missed(theatre, size, side):
    told = lose_one(theatre, a_world(size), side, known_yesterday_alone)

    assert told.is_refused
    assert {"vanished"} == told.codes


def test_one_record_among_as_many_strangers_as_are_asked_for_is_missed(theatre):
    """Forty-nine customers that one side really does not know, and one that its list lost."""
    world = a_world(240)
    ended = [one for one in known_to_the_other_side(world, "crm") if one["status"] == "active"][:46]
    world.today["crm"] = [one for one in world.today["crm"] if one not in ended]
    strangers = {one["number"] for one in world.today["billing"] if one["status"] == "active"}
    strangers -= {one["number"] for one in world.today["crm"]}

    told = lose_one(theatre, world, "crm", known_to_the_other_side)

    assert 49 == len(strangers)
    assert {"counterpart_exists", "unproven"} == told.codes


@pytest.mark.parametrize("side", SIDES)
def test_a_customer_that_ended_and_that_the_list_leaves_out_is_neither_unknown_nor_lag(theatre, side):
    world = a_world(240)
    systems = {each: theatre.servers[each].serves(System(world.today[each], size=100)) for each in SIDES}
    systems[side].unlisted = {one["id"] for one in world.today[side] if one["status"] == ENDED[side]}

    _, told = theatre.live(world, systems, UNPROVEN)

    assert world.truth() == told.found
