"""What do the new ones have in common that the others have not?

That all are on the plan that everybody is on says nothing. A share is told only where drawing as many records at random
would hardly ever bring it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FEW: Final = 3
"""Fewer have something in common by chance."""
MOSTLY: Final = 0.6
"""The share from which on they are said to have it in common."""
HARDLY: Final = 0.01
"""The chance below which that is no accident; the number of traits looked at divides it."""
MOST: Final = 3
"""Traits that are told."""


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that several of the new ones share.

    Attributes:
        words: What they share, with its verb: `have plan starter in billing`.
        new: How many of the new ones share it.
        of: How many new ones could.
        everywhere: How many records share it.
        total: How many records there are.
        tells_base: Whether the share among all records means something to a reader.
    """

    words: str
    new: int
    of: int
    everywhere: int
    total: int
    tells_base: bool = True

    @property
    def share(self) -> float:
        """The share of the new ones that have it."""
        return self.new / self.of if self.of else 0.0

    @property
    def base(self) -> float:
        """The share of all records that have it."""
        return self.everywhere / self.total if self.total else 1.0

    @property
    def sentence(self) -> str:
        """Say it: `11 of 12 have plan starter in billing, as 9 % of all records do`."""
        told = f"{self.new:,} of {self.of:,} {self.words}"
        share = f"{self.base:.0%}".replace("%", " %") if self.base >= HARDLY else "below 1 %"
        return f"{told}, as {share} of all records" if self.tells_base else told


def common(traits: Iterable[Trait]) -> tuple[Trait, ...]:
    """Choose what is worth telling: the largest share first, of equal ones the rarest among all records.

    Args:
        traits: Of everything that was looked at the most frequent value.
    """
    every = list(traits)
    told = [one for one in every if _says_something(one, len(every))]
    return tuple(sorted(told, key=lambda one: (-one.share, one.base)))[:MOST]


def _says_something(trait: Trait, looked_at: int) -> bool:
    if trait.new < FEW or trait.share < MOSTLY or trait.base >= 1:
        return False
    return _by_accident(trait.new, trait.of, trait.base) < HARDLY / looked_at


def _by_accident(count: int, of: int, share: float) -> float:
    """Say how likely at least so many of them are, when each has it with that probability."""
    if share <= 0:
        return 0.0
    logs = (
        math.lgamma(of + 1)
        - math.lgamma(each + 1)
        - math.lgamma(of - each + 1)
        + each * math.log(share)
        + (of - each) * math.log1p(-share)
        for each in range(count, of + 1)
    )
    return math.fsum(map(math.exp, logs))
