"""How are thousands of mornings lived through? By a few processes side by side, each with a theatre of its own."""

import atexit
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from reconciliation_pipeline_tests.faults.catalogue import FAULTS
from reconciliation_pipeline_tests.faults.churn import begin_churn
from reconciliation_pipeline_tests.faults.judge import Verdict, judge
from reconciliation_pipeline_tests.faults.mixes import MOVING, play_mix
from reconciliation_pipeline_tests.faults.play import SIDES, Theatre, a_shape, copied, the_world
from reconciliation_pipeline_tests.faults.stage import PASTS, TRUSTED, Must, placements
from reconciliation_pipeline_tests.faults.system import STYLES, System

PLACED: Final = placements(FAULTS)
"""Every fault in every place, in an order that never changes."""

ACTORS: Final = 2
"""Processes that play side by side."""


@dataclass(frozen=True)
class Ending:
    """How one of many mornings ended.

    Attributes:
        kind: placed, honest, churn or mix.
        number: Which of its kind.
        verdict: Whether that was right.
        why: Why it was not, or what is beyond proof.
        codes: Reasons that were given.
        was_whole: Whether both walks showed every record once, as it is.
        title: What was played, in words.
    """

    kind: str
    number: int
    verdict: Verdict
    why: str
    codes: frozenset[str]
    was_whole: bool
    title: str


def play_placed(theatre: Theatre, number: int) -> Ending:
    """Play one placed fault."""
    played = theatre.play(PLACED[number])
    codes = played.told.codes if played.told.is_refused else frozenset()
    title = f"{PLACED[number].name} ({played.shape})"
    return Ending("placed", number, played.judged.verdict, played.judged.why, codes, was_whole=False, title=title)


def play_honest(theatre: Theatre, number: int) -> Ending:
    """Live through a morning on which nothing is wrong."""
    return _play_whole(theatre, "honest", number, past=PASTS[number % len(PASTS)])


def play_churn(theatre: Theatre, number: int) -> Ending:
    """Live through a morning on which customers come, change and go while they are read."""
    return _play_whole(theatre, "churn", number, past=TRUSTED)


def play_mixed(theatre: Theatre, number: int) -> Ending:
    """Live through a morning with any faults at random."""
    mixed = play_mix(theatre, number)
    title = f"mix {number}, {mixed.mix.past}: {'; '.join(mixed.mix.names) or 'nothing wrong'}"
    verdict, why = mixed.judged.verdict, mixed.judged.why
    codes = mixed.told.codes if mixed.told.is_refused else frozenset()
    return Ending("mix", number, verdict, why, codes, mixed.was_whole, title)


def _play_whole(theatre: Theatre, kind: str, number: int, *, past: str) -> Ending:
    chance = random.Random(f"{kind} {number}")
    world = copied(the_world())
    styles = {side: STYLES[(number // (1 if side == "crm" else 6)) % 6] for side in SIDES}
    shapes = {side: a_shape(chance, styles[side], {}) for side in SIDES}
    systems = {side: theatre.servers[side].serves(System(world.today[side], **shapes[side])) for side in SIDES}
    if kind == "churn":
        begin_churn(systems, number)
    case, told = theatre.live(world, systems, past)
    whole = all(shown.is_whole for shown in case.sides.values())
    must, codes = (Must.EITHER, MOVING | {"vanished"}) if kind == "churn" else (Must.PASS, frozenset[str]())
    judged = judge(case, told, must=must, codes=codes, asked_again=False)
    given = told.codes if told.is_refused else frozenset[str]()
    title = f"{kind} {number}, {past}: {', '.join(f'{side} {systems[side].style}' for side in SIDES)}"
    return Ending(kind, number, judged.verdict, judged.why, given, whole, title)


PLAYS: Final = {"placed": play_placed, "honest": play_honest, "churn": play_churn, "mix": play_mixed}

_THEATRES: list[Theatre] = []


def play_all(kind: str, numbers: Sequence[int]) -> Iterator[Ending]:
    """Play many of a kind, some at a time, in any order."""
    with ProcessPoolExecutor(ACTORS, get_context("spawn"), initializer=_enter) as pool:
        yield from pool.map(_play, [kind] * len(numbers), numbers, chunksize=10)


def _enter() -> None:
    stack = ExitStack()
    _THEATRES.append(stack.enter_context(Theatre()))
    atexit.register(stack.close)


def _play(kind: str, number: int) -> Ending:
    return PLAYS[kind](_THEATRES[0], number)
