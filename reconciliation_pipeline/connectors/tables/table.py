"""What is an open file to the connector? Records in their order, each with its place, and what the file says of itself.

How a format is read stands in the modules beside this one; what all of them refuse in the same words stands here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.mapping import Record
from reconciliation_pipeline.connectors.paths import Reader

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes, or characters, that one line of text may have: more is no line of records."""

Records = Iterator[tuple[str, Record]]
"""Records, each with its place in words, such as "line 7"; read as they are asked for."""
Wanted = Callable[[Record], bool]
"""Tells whether a record is one to be read in full."""


@dataclass(frozen=True, slots=True)
class Table:
    """An open file.

    Attributes:
        records: Every record.
        reader: How a mapped path is read out of a record.
        total: How many records the file itself says it holds; None when it does not say.
        choose: Reads instead, of every record, what a few mapped paths need, and all of those that are wanted by it;
            None when a record can only be read as a whole.
    """

    records: Records
    reader: Callable[[str], Reader]
    total: int | None = None
    choose: Callable[[Sequence[str], Wanted], Records] | None = None

    def chosen(self, paths: Sequence[str], wanted: Wanted) -> Records:
        """Yield the records that are wanted, instead of all; each record is asked about, once.

        Args:
            paths: The mapped paths that `wanted` reads.
            wanted: Tells whether a record is wanted.
        """
        if self.choose is not None:
            return self.choose(paths, wanted)
        return ((place, record) for place, record in self.records if wanted(record))


def refuse_twice(names: Sequence[str], place: str) -> None:
    """Refuse columns that share a name.

    Raises:
        BadShape: Some do.
    """
    if twice := sorted({name for name in names if names.count(name) > 1}):
        message = f"{place}: the column {twice[0]!r} is there twice; either could be meant."
        raise BadShape(message, remedy="Give every column its own name.")


def refuse_missing(wanted: Sequence[str], names: Sequence[str], place: str) -> None:
    """Refuse a table without a column that is mapped.

    Raises:
        BadShape: It is not there; the remedy names the nearest one.
    """
    for name in wanted:
        if name not in names:
            raise missing(name, names, place)


def missing(name: str, names: Sequence[str], place: str) -> BadShape:
    """Tell that a column is not there, and which one may have been meant."""
    close = get_close_matches(name, names, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"The columns are: {', '.join(names[:20])}."
    return BadShape(f"{place}: there is no column {name!r}.", remedy=hint)
