"""What did the comparison of two frames come to, and how is it shown?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import NoReturn, overload

import pandas as pd

from reconciliation_pipeline.api.errors import ReconcileError
from reconciliation_pipeline.domain.spelling import plain


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Reconciled:
    """What the comparison of two frames came to. Frames of it are yours: to change one changes no other.

    Attributes:
        left_name: What the left side is called.
        right_name: What the right side is called.
        counts: How many records there are of each kind; `equal`, `differ`, `format_only`, `left_only`, `right_only`,
            `no_key`, `duplicate_key` and `unknown_value` add up to `records`. Rows that are active on neither side
            are not among them. A record of both sides is one; of those without a key, or with a shared one, each row.
        totals: For `left` and `right`, `rows` in, the buckets they went to, which add up to it, and under `sums` what
            every compared field of numbers adds up to over all rows.
        conflicts: key, field, the values on the left and on the right as text, format_only; one row a field that
            differs, of the records that differ in a value.
        left_only: The rows of the left side that the right one does not have, as they came, ordered by key.
        right_only: The other way round.
        format_only: As `conflicts`, of the records in which nothing differs but how a value is written.
        no_key: side, and row: the position from 0, of rows without a key.
        duplicate_key: side, key, row: rows whose key another row of either side shares, so that nobody can say who
            belongs to whom.
        unknown_value: side, key, field, word, row: words that `words` does not explain.
        fields: field, differ, format_only, and what it adds up to on the left and on the right where it is numbers;
            one row a compared field.
    """

    left_name: str
    right_name: str
    counts: Mapping[str, int]
    totals: Mapping[str, Mapping[str, object]]
    conflicts: pd.DataFrame
    left_only: pd.DataFrame
    right_only: pd.DataFrame
    format_only: pd.DataFrame
    no_key: pd.DataFrame
    duplicate_key: pd.DataFrame
    unknown_value: pd.DataFrame
    fields: pd.DataFrame

    @property
    def equal_count(self) -> int:
        """Records on which the two sides agree."""
        return self.counts["equal"]

    @property
    def agrees(self) -> bool:
        """Whether something was compared, nothing differs in value or format, and nothing was set apart."""
        return 0 < self.counts["equal"] == self.counts["records"]

    @property
    def headline(self) -> str:
        """What it came to, in one line whose numbers add up."""
        return "; ".join(self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The parts of that line, what agrees first."""
        counts = self.counts
        if not counts["records"]:
            return ("Nothing was compared: no row counts on either side",)
        differ = counts["differ"]
        found = [
            f"{differ:,} {'differs' if differ == 1 else 'differ'} in a value",
            f"{counts['left_only']:,} {_are(counts['left_only'])} only in {self.left_name}",
            f"{counts['right_only']:,} only in {self.right_name}",
        ]
        parts = [f"{counts['equal']:,} of {counts['records']:,} records {_agree(counts['equal'])}"]
        parts += [", ".join(found)] if differ or counts["left_only"] or counts["right_only"] else []
        if count := counts["format_only"]:
            parts.append(f"{count:,} {'differs' if count == 1 else 'differ'} in format only")
        apart = {
            "no_key": "without a key",
            "duplicate_key": "with a shared key",
            "unknown_value": "with an unknown word",
        }
        if any(counts[name] for name in apart):
            parts.append(", ".join(f"{counts[name]:,} {words}" for name, words in apart.items() if counts[name]))
        return tuple(parts)

    @property
    def accounts(self) -> tuple[str, str]:
        """Where the rows of each side went, in a line each whose numbers add up."""
        return (self._account("left", self.left_name), self._account("right", self.right_name))

    def _account(self, side: str, name: str) -> str:
        words = {
            "equal": "equal",
            "differ": "differ",
            "format_only": "in format only",
            "only_here": "only here",
            "no_key": "without a key",
            "duplicate_key": "with a shared key",
            "unknown_value": "with an unknown word",
            "not_active": "not active",
        }
        total = self.totals[side]
        parts = [f"{total[bucket]:,} {said}" for bucket, said in words.items() if total[bucket]]
        rows = f"{name}: {total['rows']:,} {'row' if total['rows'] == 1 else 'rows'}"
        return f"{rows} = {' + '.join(parts)}" if parts else rows

    def cells(self) -> Iterator[tuple[str, ...]]:
        """Give the table of fields as text, its heads first; sums only where a field is numbers."""
        has_sums = any(each is not None for each in self.fields["left_sum"])
        sums = (f"sum {self.left_name}", f"sum {self.right_name}") if has_sums else ()
        yield ("field", "differ", "format only", *sums)
        for row in self.fields.itertuples(index=False):
            numbers = (_number(row.left_sum), _number(row.right_sum)) if has_sums else ()
            yield (str(row.field), f"{row.differ:,}", f"{row.format_only:,}", *numbers)

    def __bool__(self) -> NoReturn:
        raise ReconcileError("A result is neither true nor false.", "Ask for its `agrees`.")

    def __repr__(self) -> str:
        rows = [[plain(cell) for cell in row] for row in self.cells()]
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        table = (
            "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(line))
            for line in ([*zip(row, widths, strict=True)] for row in rows)
        )
        lines = [plain(self.headline), *(f"  {plain(line)}" for line in self.accounts)]
        return "\n".join(line.rstrip() for line in ([*lines, "", *table] if len(rows) > 1 else lines))

    def _repr_html_(self) -> str:
        heads, *rows = self.cells()
        head = "".join(f"<th>{escape(plain(cell))}</th>" for cell in heads)
        body = "".join(f"<tr>{''.join(f'<td>{escape(plain(cell))}</td>' for cell in row)}</tr>" for row in rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        accounts = "<br>".join(escape(plain(line)) for line in self.accounts)
        return f"<div><p><strong>{escape(plain(self.headline))}</strong><br>{accounts}</p>{table}</div>"

    @overload
    def to_html(self, path: None = None, *, title: str = ..., most: int = ...) -> str: ...
    @overload
    def to_html(self, path: str | Path, *, title: str = ..., most: int = ...) -> None: ...
    def to_html(self, path: str | Path | None = None, *, title: str = "Reconciled", most: int = 2_000) -> str | None:
        """Write everything as one page that needs nothing else.

        Args:
            path: The file; None to get the page as text.
            title: What stands above it.
            most: Rows shown of each table; how many there are is said above it.

        Returns:
            The page when no path is given.
        """
        from reconciliation_pipeline.api.page import page

        text = page(self, title, most)
        if path is None:
            return text
        Path(path).write_text(text, "utf-8")
        return None


def _agree(count: int) -> str:
    return "agrees" if count == 1 else "agree"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _number(value: object) -> str:
    """Spell a sum; nothing where a field is not numbers."""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return f"{value:,.15g}" if isinstance(value, float) else ""
