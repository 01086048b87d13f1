"""Do 2 to 8 processes at once come to what one after the other does?

A round is right when those that worked did so one after the other, everybody else was told of one of them, and at the
end the ledger is the one that a single process wrote.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from reconciliation_pipeline.steps.verify import ledger_digest
from reconciliation_pipeline_tests.rounds.world import PAIR, Ended, World, confirm, one_run

AT_ONCE: Final = (2, 8)
"""The fewest and the most processes of a round."""
PATIENCE: Final = 120
"""Seconds that a process has to end."""

TOGETHER: Final = 0.05
"""Seconds from the last order to the start of all."""

_CONTEXT: Final = get_context("forkserver")


@dataclass
class Played:
    """What all rounds came to.

    Attributes:
        rounds: How many.
        processes: How many processes were sent to a morning.
        worked: Those that had it to themselves.
        told: Those that were told of another.
        wrong: Everything that must not be, in words.
    """

    rounds: int = 0
    processes: int = 0
    worked: int = 0
    told: int = 0
    wrong: Sequence[str] = ()


def play(alone: World, together: World, rounds: int, say: Callable[[int], None] = lambda _done: None) -> Played:
    """Play every round in both worlds.

    Args:
        alone: Where one process works.
        together: Where several do.
        rounds: How many.
        say: Told after each round.
    """
    played, wrong = Played(), []
    with _workers(together, AT_ONCE[1]) as workers:
        for number in range(rounds):
            one_run(alone, alone.write(number), f"{number}-alone")
            chosen = workers[: random.Random(-number).randint(*AT_ONCE)]
            ended = _at_once(chosen, together.write(number), number)
            played.rounds, played.processes = number + 1, played.processes + len(chosen)
            played.worked += sum(one.told_of is None for one in ended)
            played.told += sum(one.told_of is not None for one in ended)
            wrong += [f"round {number}: {said}" for said in troubles(ended, len(chosen))]
            if number == 0:
                for world in (alone, together):
                    confirm(world, world.write(0))
            say(number + 1)
    if not are_same(alone, together):
        wrong.append("the two ledgers are not the same")
    played.wrong = tuple(wrong)
    return played


def are_same(one: World, other: World) -> bool:
    """Say whether two worlds have the same ledger."""
    return _digest(one) == _digest(other)


def troubles(ended: Sequence[Ended], many: int) -> Iterator[str]:
    """Say in what a round was wrong.

    Args:
        ended: How its processes ended.
        many: How many there were.
    """
    if len(ended) < many:
        yield f"{many - len(ended)} of {many} processes broke"
    worked = sorted((one for one in ended if one.told_of is None), key=lambda one: one.began)
    if not worked:
        yield "nobody worked"
    for one, following in pairwise(worked):
        if following.began < one.ended:
            yield f"{one.run_id} and {following.run_id} worked at once"
    names = {one.run_id for one in worked}
    yield from (
        f"{one.run_id} was told of {one.told_of}, which did not work"
        for one in ended
        if one.told_of is not None and one.told_of not in names
    )


@contextmanager
def _workers(world: World, many: int) -> Iterator[list[Connection]]:
    """Start processes that wait for orders, and end with the block."""
    _CONTEXT.set_forkserver_preload([one_run.__module__])
    pipes = [_CONTEXT.Pipe() for _ in range(many)]
    processes = [_CONTEXT.Process(target=_obey, args=(theirs, world), daemon=True) for _, theirs in pipes]
    for process in processes:
        process.start()
    try:
        yield [ours for ours, _ in pipes]
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _obey(orders: Connection, world: World) -> None:
    while True:
        morning, run_id, start = orders.recv()
        orders.send(one_run(world, morning, run_id, start))


def _at_once(workers: Sequence[Connection], morning: date, number: int) -> list[Ended]:
    start = time.monotonic() + TOGETHER
    for place, worker in enumerate(workers):
        worker.send((morning, f"{number}-{place}", start))
    return [found for worker in workers if (found := _answer(worker)) is not None]


def _answer(worker: Connection) -> Ended | None:
    try:
        found: Ended | None = worker.recv() if worker.poll(PATIENCE) else None
    except EOFError:
        return None
    return found


def _digest(world: World) -> str:
    with world.open() as store:
        return ledger_digest(store, PAIR)
