"""What did the comparison of two snapshots find, before anyone judged it?

Nouns only: where every row went, which records cannot be paired, the differences, and whether those that
were planted are among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciliation_pipeline.domain.records import Discrepancy, FieldDifference, Side


@dataclass(frozen=True, slots=True)
class SideBalance:
    """Where the rows of one side ended up; every row is in exactly one bucket.

    Attributes:
        pulled: Rows in the snapshot.
        no_key: Rows without a key, those out of scope left aside.
        duplicate_key: Rows set apart because a key is shared, here or on the other side.
        folded: Rows that `reduce` merged into another row of the same key.
        equal: Active on both sides, every compared field equal.
        conflict: Active on both sides, some field different.
        format_only: Active on both sides, and what differs differs in its format only.
        unknown_value: Active on both sides, and set apart because a word on either of them was never explained.
        one_sided: Active here and not there.
        counterpart: Not active here, while the other side's record of that key is active.
        out_of_scope: Not active here, and not active or not present there; or out of scope and without a key.
    """

    pulled: int
    no_key: int
    duplicate_key: int
    folded: int
    equal: int
    conflict: int
    one_sided: int
    counterpart: int
    out_of_scope: int
    format_only: int = 0
    unknown_value: int = 0

    @property
    def accounted(self) -> int:
        """The sum of the buckets; must equal `pulled`."""
        return (
            self.no_key
            + self.duplicate_key
            + self.folded
            + self.equal
            + self.conflict
            + self.one_sided
            + self.counterpart
            + self.out_of_scope
            + self.format_only
            + self.unknown_value
        )


@dataclass(frozen=True, slots=True)
class KeyTrouble:
    """A record that cannot be compared: it has no key, shares it with another record, or holds an unknown word.

    Attributes:
        side: Where it was found.
        source_id: The system's own id.
        key: The shared key; None when it has none.
        field: The field whose word nobody explained; None when that is not the trouble.
        word: That word.
    """

    side: Side
    source_id: str
    key: str | None
    field: str | None = None
    word: str | None = None

    @property
    def kind(self) -> str:
        """Spell the trouble as the contract does: `no_key`, `duplicate_key` or `unknown_value`."""
        if self.field is not None:
            return "unknown_value"
        return "no_key" if self.key is None else "duplicate_key"


@dataclass(frozen=True, slots=True)
class FormatDifference:
    """A record whose two sides mean the same and write it differently.

    Attributes:
        key: Its key.
        fields: Every field that differs, with both values.
    """

    key: str
    fields: tuple[FieldDifference, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """Whether a comparison found what was planted into it, and nothing where the planted records agree.

    Attributes:
        found: Planted differences that came out as they must.
        of: Planted differences.
        missed: For each planted record that did not come out as it must, what happened; none is good.
    """

    found: int
    of: int
    missed: tuple[str, ...] = ()

    @property
    def is_proof(self) -> bool:
        """Whether this comparison has shown that it sees; one into which nothing was planted has not."""
        return bool(self.of) and self.found == self.of and not self.missed

    @property
    def words(self) -> str:
        """Say it as every summary does: `12 of 12 planted differences found`."""
        return f"{self.found:,} of {self.of:,} planted differences found"


@dataclass(frozen=True, slots=True)
class Tally:
    """What a comparison counted, without what it found one by one.

    Attributes:
        balances: Where every row of each side went.
        troubles: How many records cannot be compared, by kind of trouble.
        planted: Whether it found what was planted; None when nothing is known of that.
    """

    balances: Mapping[Side, SideBalance] = field(default_factory=dict)
    troubles: Mapping[str, int] = field(default_factory=dict)
    planted: Planted | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the comparison of two snapshots found, before anyone judged it.

    Attributes:
        discrepancies: Ordered by kind and key.
        key_troubles: Records without a key or with a shared one, ordered by side and id.
        balances: Where every row of each side went.
        format_only: Records that differ in their format only, ordered by key; the balances count all, here are the
            first of them.
        planted: Whether it found what was planted; no planted record is anywhere else in it. None when nothing was.
    """

    discrepancies: tuple[Discrepancy, ...]
    key_troubles: tuple[KeyTrouble, ...]
    balances: Mapping[Side, SideBalance]
    format_only: tuple[FormatDifference, ...] = ()
    planted: Planted | None = None
