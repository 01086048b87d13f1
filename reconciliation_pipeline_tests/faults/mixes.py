"""What comes of any faults at random, in any world? A mix is made from its number alone, so it can be made again."""

import random
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from reconciliation_pipeline_tests.faults.catalogue import FAULTS
from reconciliation_pipeline_tests.faults.churn import begin_churn
from reconciliation_pipeline_tests.faults.cut_short import NO_END
from reconciliation_pipeline_tests.faults.judge import Judged, judge
from reconciliation_pipeline_tests.faults.play import SIDES, Theatre, a_shape, copied
from reconciliation_pipeline_tests.faults.run import Told
from reconciliation_pipeline_tests.faults.stage import (
    CONFIRMED,
    KEYED,
    OTHER,
    TRUSTED,
    UNPROVEN,
    Fault,
    Must,
    NotHere,
    Stage,
)
from reconciliation_pipeline_tests.faults.system import STYLES, System
from reconciliation_pipeline_tests.faults.world import World, a_world

WORLDS: Final = 40
MOVING: Final = NO_END | {"duplicate_source_id", "keys_unusable", "page_repeat", "bad_shape"}
"""Reasons that are right where records come and go while pages are counted off."""


@dataclass
class Mix:
    """One world with faults at random.

    Attributes:
        number: What it is made from.
        world: What both systems hold.
        systems: Both systems.
        past: What is known of earlier mornings.
        more: Settings, by side.
        names: What was put on, in words.
        codes: Every reason that is right.
    """

    number: int
    world: World
    systems: dict[str, System]
    past: str
    more: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Mixed:
    """What came of a mix."""

    mix: Mix
    judged: Judged
    told: Told
    was_whole: bool


def play_mix(theatre: Theatre, number: int) -> Mixed:
    """Make a mix, live through its morning, and judge what was said."""
    mix = _a_mix(theatre, number)
    case, told = theatre.live(mix.world, mix.systems, mix.past, mix.more)
    whole = all(shown.is_whole for shown in case.sides.values())
    must = Must.EITHER if mix.codes else Must.PASS
    return Mixed(mix, judge(case, told, must=must, codes=frozenset(mix.codes), asked_again=False), told, whole)


@cache
def _world(number: int) -> World:
    chance = random.Random(f"world {number}")
    return a_world(chance.randint(30, 150), seed=number, drift=chance.choice([0, 1, 1, 2]))


def _a_mix(theatre: Theatre, number: int) -> Mix:
    chance = random.Random(f"mix {number}")
    world = copied(_world(chance.randrange(WORLDS)))
    chosen = {side: chance.choice(FAULTS) if chance.random() < 0.25 else None for side in SIDES}
    systems = {}
    for side in SIDES:
        fault = chosen[side]
        fixed = dict(fault.system) if fault else {}
        styles = fault.styles if fault else STYLES
        shape = a_shape(chance, chance.choice(styles), {"size": chance.choice([5, 10, 20, 50]), **fixed})
        systems[side] = theatre.servers[side].serves(System(world.today[side], **shape))
    past = chance.choice([TRUSTED, TRUSTED, CONFIRMED, UNPROVEN])
    mix = Mix(number, world, systems, past)
    for side in SIDES:
        _put_on(mix, side, chosen[side], chance)
    if chance.random() < 0.2:
        begin_churn(systems, number)
        mix.names.append("churn")
        mix.codes |= MOVING | {"vanished"}
    return mix


def _put_on(mix: Mix, side: str, fault: Fault | None, chance: random.Random) -> None:
    system = mix.systems[side]
    stage = Stage(mix.world, side, system, mix.systems[OTHER[side]], chance.randrange(system.pages), mix.past)
    mix.more[side] = dict(KEYED) if chance.random() < 0.3 else {}
    if fault is not None:
        try:
            fault.install(stage)
        except NotHere:
            fault = None
    if fault is not None:
        mix.more[side] |= fault.more
        mix.names.append(f"{side}: {fault.id}, page {stage.page + 1} of {system.pages}")
        mix.codes |= fault.codes
    if chance.random() < 0.5:
        _hide(mix, stage, chance)


def _hide(mix: Mix, stage: Stage, chance: random.Random) -> None:
    """Leave any records out of the list, for any reason, shown in any other way or in none."""
    there = {one["number"] for one in stage.other.held}
    before = {one["id"] for one in stage.world.yesterday[stage.side]}
    among = chance.choice(
        [
            stage.held,
            [one for one in stage.held if one["status"] != "active"],
            [one for one in stage.held if one["number"] not in there],
            [one for one in stage.held if one["id"] not in before],
        ]
    )
    count = chance.choice([1, 1, 2, 3, chance.randint(1, max(1, len(among) // 10)), chance.randint(1, len(among) or 1)])
    lost = chance.sample(among, min(count, len(among)))
    by_id, by_key, counted = chance.choice([200, 200, 403, 404]), chance.random() < 0.6, chance.random() < 0.3
    stage.hide(lost, by_id=by_id, by_key=by_key, counted=counted)
    mix.names.append(f"{stage.side}: {len(lost)} hidden, by id {by_id}, by key {by_key}, counted {counted}")
    mix.codes |= NO_END | {"unstable", "bad_shape"}
