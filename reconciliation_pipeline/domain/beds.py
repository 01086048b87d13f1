"""How does a plan say what a planted record shall be, in one line?

The shorthand of `planting.py`: keys, ids, prices, currencies and instants of one comparison.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Final

from reconciliation_pipeline.domain.keys import joined, parted
from reconciliation_pipeline.domain.plants import Age, Finding, Form, Ground, Moments, Value, Wish
from reconciliation_pipeline.domain.records import Amount, Side, State
from reconciliation_pipeline.domain.rules import AS_WRITTEN, FieldRule, KeyRule

PRICE: Final = Decimal(100)
"""What a planted record costs, where nothing else is said."""

PARTS: Final = (Decimal("30.01"), Decimal("69.99"))
"""The same, as the sum of two."""

NAMES: Final = {Side.CRM: "the CRM", Side.BILLING: "billing"}
"""What the two roles are called in the names of plants."""

_CURRENCIES: Final = ("EUR", "USD", "CHF")


@dataclass(frozen=True, slots=True)
class Says:
    """What an active record says, besides who it is.

    Attributes:
        values: Its fields; all others are left open.
        ages: How old it is, by stamp; a stamp that is not named is old.
        word: Its status; None for one that both sides call active, where there is one.
        currency: Of all its amounts; None for the one both sides agree on, where they can.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    ages: Mapping[str, Age] = field(default_factory=dict)
    word: str | None = None
    currency: str | None = None


NOTHING: Final = Says()


@dataclass(slots=True)
class Bed:
    """What is known about one comparison while it is planned.

    Attributes:
        rules: The compared fields.
        amount_field: Which field says what a record costs; None when none does.
        grounds: What each side can say.
        moments: The instants of the morning.
        prefix: What every key begins with.
        keys: Which differences between two spellings of a key are none.
    """

    rules: tuple[FieldRule, ...]
    amount_field: str | None
    grounds: Mapping[Side, Ground]
    moments: Moments
    prefix: str
    keys: KeyRule = AS_WRITTEN
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def key(self) -> str:
        """Make the next key; where a side has it in several places, it says the same in each."""
        name = f"{self.prefix}{next(self._numbers):03d}"
        return joined([name] * max(ground.parts for ground in self.grounds.values()))

    def wish(  # noqa: PLR0913 - everything a planted record can be, by name
        self,
        side: Side,
        key: str,
        says: Says = NOTHING,
        state: State = State.ACTIVE,
        *,
        part: int = 0,
        keyless: bool = False,
        spelt: Callable[[str], str] | None = None,
    ) -> Wish:
        """Wish for one record.

        Args:
            side: Where.
            key: Its key; its id follows from it.
            says: What it says.
            state: What its status shall mean.
            part: Which of several records of this key and side; they differ in their ids.
            keyless: Whether it lacks its key.
            spelt: How else its key is written, where that means the same.
        """
        ground, name = self.grounds[side], parted(key)[0]
        written = f"{self.keys.prefixes.get(side, '')}{spelt(key) if spelt else key}{self.keys.suffixes.get(side, '')}"
        own = written if ground.parts == 1 else parted(written)[0]
        amounts = [name for name, value in says.values.items() if value is not None and self.is_money(name)]
        return Wish(
            source_id=own if ground.key_is_id else f"{name}{list(Side).index(side)}{part}",
            key=None if keyless else written,
            means=None if keyless else key,
            state=state,
            word=self.words[side] if says.word is None else says.word,
            stamps={stamp: self.moments[says.ages.get(stamp, Age.OLD)] for stamp in ground.stamps},
            values=says.values,
            currencies={name: says.currency or self.currency(name, side) for name in amounts},
        )

    def pair(self, key: str, crm: Says, billing: Says, finding: Finding | None = None) -> Form:
        """Plant one active record on each side, which agree unless something is to be found."""
        bucket = "equal" if finding is None else "conflict"
        wishes = {side: (self.wish(side, key, says),) for side, says in zip(Side, (crm, billing), strict=True)}
        return Form(wishes, dict.fromkeys(Side, (bucket,)), finding)

    def every(self, side: Side, age: Age) -> dict[str, Age]:
        """Make every stamp of a side that old."""
        return dict.fromkeys(self.grounds[side].stamps, age)

    @property
    def words(self) -> Mapping[Side, str]:
        """A status that means active, the same on both sides where there is one: it may be compared, too."""
        crm, billing = (self.grounds[side].words for side in Side)
        common = next((word for word in crm if word in billing), None)
        return {side: self.grounds[side].words[0] if common is None else common for side in Side}

    def is_money(self, name: str) -> bool:
        """Whether a field is an amount."""
        return name == self.amount_field or any(rule.name == name and rule.money for rule in self.rules)

    def currency(self, name: str, side: Side) -> str:
        """Say in which currency a side's amounts are planted: its own, the other side's, or any."""
        own, theirs = (self.grounds[one].currencies.get(name) for one in (side, side.other))
        return own or theirs or _CURRENCIES[0]

    def other_currency(self, name: str) -> str:
        """Find a currency that neither side's amounts are planted in."""
        used = {self.currency(name, side) for side in Side}
        return next(code for code in _CURRENCIES if code not in used)

    def is_quarrel(self, name: str) -> bool:
        """Whether the settings give both sides' amounts different currencies, so that no two of them agree."""
        return self.is_money(name) and len({self.currency(name, side) for side in Side}) > 1

    def summed(self, side: Side) -> tuple[str, ...]:
        """Name the amounts of a side that are added up when its rows are folded."""
        names = dict.fromkeys((*(rule.name for rule in self.rules if rule.money), *filter(None, [self.amount_field])))
        return tuple(name for name in names if name in self.grounds[side].fields)

    def price(self, side: Side, value: Value = PRICE) -> dict[str, Value]:
        """Say what a record costs; nothing where its side does not say."""
        name = self.amount_field
        return {name: value} if name is not None and name in self.grounds[side].fields else {}

    def cost(self, side: Side, value: Decimal = PRICE) -> Amount | None:
        """Say the same as what must be found at stake."""
        name = self.amount_field
        return Amount(value, self.currency(name, side)) if name is not None and self.price(side) else None
