"""What happens to two systems on an ordinary morning while they are read? Customers come, change and go."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconciliation_pipeline_tests.faults.system import Asked, System
from reconciliation_pipeline_tests.faults.world import CRM, ENDED, PLANS, stamp

SHARE: Final = 100
"""One record of so many is created, changed or deleted while a list is walked, at the most."""


def begin_churn(systems: Mapping[str, System], seed: object) -> None:
    """Let ordinary things happen to both systems whenever their lists are walked, also the second time."""
    chance = random.Random(f"newborns {seed}")
    shared = [number for number in range(9) if chance.random() < 0.5]
    for side, system in systems.items():
        system.moves.append(_Churn(side, system, seed, shared))


@dataclass
class _Churn:
    """What happens to one system; made from its seed alone, whatever the other one's walk does meanwhile.

    Attributes:
        side: Its side.
        system: The system.
        seed: What it is made from.
        shared: Numbers of newborn customers that the other system gets as well.
    """

    side: str
    system: System
    seed: object
    shared: list[int]
    born: int = 0
    _plans: dict[int, tuple[random.Random, list[int]]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> None:
        if asked.what != "list" or asked.again:
            return
        if asked.walk not in self._plans:
            chance = random.Random(f"churn {self.seed} {self.side} {asked.walk}")
            things = chance.randint(0, max(1, len(self.system.held) // SHARE))
            self._plans[asked.walk] = (chance, [chance.randrange(self.system.pages) for _ in range(things)])
        chance, pages = self._plans[asked.walk]
        for _ in range(pages.count(asked.page)):
            chance.choice(_THINGS)(self, chance)

    def create(self, chance: random.Random) -> None:
        """Let a customer sign up; some of them in both systems, each at its own time."""
        self.born += 1
        number = self.born if self.born in self.shared else self.born + (100 if self.side == CRM else 200)
        plan, when = number % len(PLANS), stamp(self.system.now)
        newborn = {
            "id": f"{self.side[0]}{9000 + number}",
            "number": f"{900000 + number:07d}",
            "status": "active",
            "plan": PLANS[plan],
            "mrr": 1900 + 3000 * plan,
            "livemode": True,
            "created": when,
            "updated": when,
        }
        self.system.held.append(newborn)
        self.system.place(newborn)

    def change(self, chance: random.Random) -> None:
        """Let a customer change the plan."""
        self._touch(chance, plan=chance.choice(PLANS))

    def end(self, chance: random.Random) -> None:
        """Let a customer leave."""
        self._touch(chance, status=ENDED[self.side])

    def delete(self, chance: random.Random) -> None:
        """Remove a record for good."""
        self.system.held.remove(chance.choice(self.system.held))

    def _touch(self, chance: random.Random, **changes: Any) -> None:
        chance.choice(self.system.held).update({**changes, "updated": stamp(self.system.now)})


_THINGS: Final[list[Callable[[_Churn, random.Random], None]]] = [
    _Churn.create,
    _Churn.change,
    _Churn.change,
    _Churn.end,
    _Churn.delete,
]
