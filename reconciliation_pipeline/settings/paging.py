"""How do the pages of a list follow each other, and what ends them?

One class for each style. What is asked for stands in `calls.py`, which side has pages in `model.py`.
"""

from typing import Annotated, Literal

from pydantic import Field

from reconciliation_pipeline.settings.values import Strict


class CursorPaging(Strict):
    """The answer names the next page with a cursor."""

    type: Literal["cursor"]
    """The answer carries the cursor of the next page."""
    next: str
    """Path of the next cursor in the answer; absent or null ends the walk."""
    param: str
    """Parameter that carries it."""


class HasMorePaging(Strict):
    """The answer says whether there is more; the last record's id continues."""

    type: Literal["has_more"]
    """The answer says whether there is more."""
    more: str = "has_more"
    """Path of the flag in the answer."""
    cursor: str = "id"
    """Path, in a record, of the id that continues the walk."""
    param: str = "starting_after"
    """Parameter that carries it."""


class LinkPaging(Strict):
    """The `Link` header names the next page (RFC 8288)."""

    type: Literal["link"]
    """The `Link` header carries the next page."""


class OffsetPaging(Strict):
    """Pages by offset; needs a total, because a short or empty page proves nothing."""

    type: Literal["offset"]
    """A page starts at a number of records."""
    param: str = "offset"
    """Parameter that carries the offset."""
    size: int = Field(gt=0)
    """Records a page."""


class PagePaging(Strict):
    """Pages by number; needs a total, because a short or empty page proves nothing."""

    type: Literal["page"]
    """Pages are numbered."""
    param: str = "page"
    """Parameter that carries the number."""
    size: int = Field(gt=0)
    """Records a page."""
    first: int = 1
    """Number of the first page."""


class RangePaging(Strict):
    """`Range` and `Content-Range` headers (RFC 9110), with the total in the answer."""

    type: Literal["range"]
    """Pages are ranges of records."""
    unit: str = "records"
    """Unit named in the headers."""
    size: int = Field(default=100, gt=0)
    """Records a page."""


Paging = Annotated[
    CursorPaging | HasMorePaging | LinkPaging | OffsetPaging | PagePaging | RangePaging,
    Field(discriminator="type"),
]
