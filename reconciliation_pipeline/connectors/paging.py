"""What comes after this page: another one, or the explicit end? One small pager for each style.

A pager is a pure function of the page it is shown. Whether a walk goes round in circles is `walk.py`.
An envelope that lacks what the style needs is never read as "no more": that is how pulls get lost.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from reconciliation_pipeline.connectors.addresses import follow
from reconciliation_pipeline.connectors.errors import BadShape, WalkNotEnded
from reconciliation_pipeline.connectors.paths import ABSENT, Path, compile_path, dig
from reconciliation_pipeline.settings.paging import (
    CursorPaging,
    HasMorePaging,
    LinkPaging,
    OffsetPaging,
    PagePaging,
    Paging,
    RangePaging,
)

PAST_THE_END = 416


@dataclass(frozen=True, slots=True)
class Step:
    """How to ask for one page.

    Attributes:
        token: What identifies it within the walk; the same token twice is a circle.
        params: Query parameters besides those of the list.
        headers: Headers besides those of the list.
        url: The whole address, when the answer named one; parameters are then already in it.
    """

    token: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    url: httpx.URL | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The explicit end of a walk; `by` names the signal in words."""

    by: str


@dataclass(frozen=True, slots=True)
class RawPage:
    """One answer of a walk, before mapping.

    Attributes:
        body: The parsed answer.
        headers: Its headers.
        status: Its HTTP status.
        url: Where it came from.
        records: The records in it.
        index: Which page of the walk it is, from 0.
        received: Records of the walk so far, these included.
        total: What the source claims; None when it is silent.
    """

    body: object
    headers: httpx.Headers
    status: int
    url: httpx.URL
    records: Sequence[Mapping[str, object]]
    index: int
    received: int
    total: int | None = None


class Pager(Protocol):
    """One style of paging."""

    def first(self) -> Step:
        """Say how to ask for the first page."""
        ...

    def after(self, page: RawPage) -> Step | Ended:
        """Say what follows a page.

        Raises:
            PullFailed: The page does not say, or says something impossible.
        """
        ...


@dataclass(frozen=True, slots=True)
class ByCursor:
    """The answer names the next cursor, or the whole address of the next page."""

    next: Path
    spelt: str
    param: str

    def first(self) -> Step:
        """Ask without a cursor."""
        return Step("")

    def after(self, page: RawPage) -> Step | Ended:
        """Continue at the next cursor; absent, null or empty ends the walk."""
        cursor = dig(page.body, self.next)
        if cursor is ABSENT or cursor is None:
            return Ended(f"{self.spelt} {'is null' if cursor is None else 'absent'}")
        if cursor == "":
            return Ended(f"{self.spelt} is empty")
        if isinstance(cursor, bool) or not isinstance(cursor, str | int):
            message = f"{self.spelt} is neither text nor a whole number, so the next page is unknown."
            raise BadShape(message, remedy="Correct paging.next in the settings.")
        if isinstance(cursor, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", cursor):
            return _at(follow(cursor, page.url))
        return Step(str(cursor), params={self.param: cursor})


@dataclass(frozen=True, slots=True)
class ByHasMore:
    """The answer says whether there is more, and the id of its last record continues."""

    more: Path
    spelt: str
    cursor: Path
    param: str

    def first(self) -> Step:
        """Ask without a cursor."""
        return Step("")

    def after(self, page: RawPage) -> Step | Ended:
        """Continue after the last record while the flag is true."""
        more = dig(page.body, self.more)
        if not isinstance(more, bool):
            message = f"{self.spelt} is {'missing' if more is ABSENT else 'not true or false'}; missing is not false."
            raise BadShape(message, remedy="Correct paging.more in the settings.")
        if not more:
            return Ended(f"{self.spelt} is false")
        if not page.records:
            message = f"{self.spelt} is true on a page without records, so nothing says how to continue."
            raise WalkNotEnded(message, remedy="Run again; if it stays, report it to the system's vendor.")
        last = dig(page.records[-1], self.cursor)
        if isinstance(last, bool) or not isinstance(last, str | int) or last == "":
            message = "The last record of a page has no id to continue from."
            raise BadShape(message, remedy="Correct paging.cursor in the settings.")
        return Step(str(last), params={self.param: last})


@dataclass(frozen=True, slots=True)
class ByLink:
    """The `Link` header names the next page (RFC 8288)."""

    def first(self) -> Step:
        """Ask for the list as it is."""
        return Step("")

    def after(self, page: RawPage) -> Step | Ended:
        """Follow the link, if there is one."""
        target = _next_link(", ".join(page.headers.get_list("link")))
        return Ended("no Link with rel=next") if target is None else _at(follow(target, page.url))


@dataclass(frozen=True, slots=True)
class ByOffset:
    """Pages by offset, up to the source's own total.

    The offset moves by what was received, not by what was asked: a page cut short by the system
    then repeats nothing and loses nothing.
    """

    param: str

    def first(self) -> Step:
        """Start at offset 0."""
        return Step("0", params={self.param: 0})

    def after(self, page: RawPage) -> Step | Ended:
        """Continue behind what was received, until that is the total."""
        return _up_to_total(page) or Step(str(page.received), params={self.param: page.received})


@dataclass(frozen=True, slots=True)
class ByPage:
    """Pages by number, up to the source's own total."""

    param: str
    start: int

    def first(self) -> Step:
        """Start at the first page."""
        return self._at(0)

    def after(self, page: RawPage) -> Step | Ended:
        """Turn the page until the total was received."""
        return _up_to_total(page) or self._at(page.index + 1)

    def _at(self, index: int) -> Step:
        return Step(str(self.start + index), params={self.param: self.start + index})


@dataclass(frozen=True, slots=True)
class ByRange:
    """`Range` and `Content-Range` headers, up to the total in the latter (RFC 9110, section 14)."""

    unit: str
    size: int

    def first(self) -> Step:
        """Start with the first range."""
        return self._from(0)

    def after(self, page: RawPage) -> Step | Ended:
        """Continue behind what was received, until that is the total."""
        if page.status == PAST_THE_END:
            return self._past_the_end(page)
        self._refuse_other_range(page)
        if page.total is None and page.records:
            # It has not counted that far yet; only a total that was reached ends the walk.
            return self._from(page.received)
        return _up_to_total(page, "Content-Range total") or self._from(page.received)

    def _from(self, start: int) -> Step:
        return Step(str(start), headers={"Range": f"{self.unit}={start}-{start + self.size - 1}"})

    def _past_the_end(self, page: RawPage) -> Ended:
        if page.total is None or page.received != page.total:
            message = f"The system says that nothing follows {page.received} records, but not that these are all."
            raise WalkNotEnded(message, remedy="Run again; if it stays, use another kind of paging.")
        return Ended(f"416 past the end of {page.total}")

    def _refuse_other_range(self, page: RawPage) -> None:
        start = content_range(page.headers)[0]
        if start is None and not page.records:
            return
        if start != page.received - len(page.records):
            message = "Content-Range does not start where the page was asked to start."
            raise BadShape(message, remedy="Correct paging in the settings; the system may ignore Range.")


def pager_for(paging: Paging) -> Pager:
    """Make the pager that the settings describe."""
    match paging:
        case CursorPaging():
            return ByCursor(compile_path(paging.next), paging.next, paging.param)
        case HasMorePaging():
            return ByHasMore(compile_path(paging.more), paging.more, compile_path(paging.cursor), paging.param)
        case LinkPaging():
            return ByLink()
        case OffsetPaging():
            return ByOffset(paging.param)
        case PagePaging():
            return ByPage(paging.param, paging.first)
        case RangePaging():
            return ByRange(paging.unit, paging.size)


def content_range(headers: httpx.Headers) -> tuple[int | None, int | None]:
    """Read `Content-Range: records 0-99/1224` as its start and total; each of them is None where it is `*`.

    Raises:
        BadShape: It is missing, or says neither of the two.
    """
    found = re.fullmatch(r"\s*[\w-]+\s+(?:(\d+)-\d+|\*)/(?:(\d+)|\*)\s*", headers.get("content-range", ""), re.ASCII)
    if found is None or (found[1] is None and found[2] is None):
        message = "The answer has no readable Content-Range, so it does not say whether there is more."
        raise BadShape(message, remedy="Use another kind of paging; the system may ignore Range.")
    start, total = (None if number is None else int(number) for number in found.groups())
    return start, total


def _at(url: httpx.URL) -> Step:
    return Step(str(url), url=url)


def _up_to_total(page: RawPage, name: str = "total") -> Ended | None:
    if page.total is None:
        message = "The answer does not say how many records there are, so no page can be known as the last."
        raise BadShape(message, remedy="Correct total in the settings.")
    if page.received >= page.total:
        return Ended(f"{name} of {page.total} reached")
    if not page.records:
        message = f"An empty page came after {page.received} records, though the system says it has {page.total}."
        raise WalkNotEnded(message, remedy="Run again; a limit of the system may be in the way.")
    return None


_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s;,=]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,]*))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,]*))", re.IGNORECASE)


def _next_link(header: str) -> str | None:
    for target, attributes in _LINK.findall(header):
        found = _REL.search(attributes)
        if found and "next" in (found[1] or found[2] or "").lower().split():
            return str(target)
    return None
