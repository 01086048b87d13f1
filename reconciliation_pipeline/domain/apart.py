"""What stands on a morning that could not look at it?

A record whose customer number another one shares, or that holds a word nobody explained, is set apart: it is compared
with nothing. So a difference with that number was not looked at, and is neither seen nor gone: for this difference the
morning is as if it were missing. What the last morning that looked saw of it still stands.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Protocol, TypeVar

from reconciliation_pipeline.domain.comparison import KeyTrouble

NONE: frozenset[str] = frozenset()


class Standing(Protocol):
    """What carrying needs to know of an observation."""

    @property
    def item(self) -> str:
        """Identity of the difference."""

    @property
    def key(self) -> str:
        """The customer number."""

    @property
    def had_cleared(self) -> bool:
        """Whether it was gone when both systems were asked once more."""


Seen = TypeVar("Seen", bound=Standing)


def keys_apart(troubles: Iterable[KeyTrouble]) -> frozenset[str]:
    """Name the customer numbers that were not compared; a record without one has none that could be named."""
    return frozenset(one.key for one in troubles if one.key is not None)


def carry(
    seen: Mapping[date, Iterable[Seen]],
    apart: Mapping[date, AbstractSet[str]],
    begins: Collection[date],
    before: Iterable[Seen] = (),
) -> dict[date, list[Seen]]:
    """Give what each morning observed, and after it what it could not look at, as it was when somebody last did.

    What had cleared was seen to be gone, so nothing of it stands.

    Args:
        seen: What each trusted morning observed, also those that observed nothing.
        apart: The customer numbers that a morning did not compare; mornings without any may be left out.
        begins: The mornings from which on keys are read in another way: nothing is carried into them.
        before: What stood on the morning before the first.
    """
    found: dict[date, list[Seen]] = {}
    there = list(before)
    for morning in sorted(seen):
        own, keys = list(seen[morning]), apart.get(morning, NONE)
        if keys and morning not in begins:
            items = {one.item for one in own}
            own += [one for one in there if one.key in keys and one.item not in items and not one.had_cleared]
        found[morning] = there = own
    return found


def by_key(apart: Mapping[date, AbstractSet[str]]) -> dict[str, set[date]]:
    """Name the mornings that could not look, by customer number."""
    found: dict[str, set[date]] = {}
    for morning, keys in apart.items():
        for key in keys:
            found.setdefault(key, set()).add(morning)
    return found


def last_looks(
    mornings: Sequence[date], apart: Mapping[date, AbstractSet[str]], begins: Collection[date], keys: AbstractSet[str]
) -> dict[date, frozenset[str]]:
    """Name the last of some mornings that looked at each key, as long as keys were read in one way.

    Args:
        mornings: Trusted mornings in a row, oldest first.
        apart: The customer numbers that each did not compare.
        begins: The mornings from which on keys are read in another way.
        keys: What is asked for.

    Returns:
        By morning, the keys that it was the last to look at; keys that nobody looked at are left out.
    """
    found: dict[date, frozenset[str]] = {}
    left = frozenset(keys)
    for morning in reversed(mornings):
        here = left - apart.get(morning, NONE)
        left -= here
        if here:
            found[morning] = here
        if not left or morning in begins:
            break
    return found
