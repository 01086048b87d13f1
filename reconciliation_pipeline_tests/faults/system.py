"""What does a system answer: in every paging style, honestly, or exactly as badly as it is told to?

How its answers travel is `server.py`.
"""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciliation_pipeline_tests.faults.world import NOW, Record

STYLES: Final = ("cursor", "has_more", "link", "offset", "page", "range")
BY_POSITION: Final = frozenset({"offset", "page", "range"})
"""Styles that count records off, so that a row removed behind the reader hides another one."""
VERSION: Final = "2026-11"
TICK: Final = timedelta(milliseconds=200)
"""How far a system's clock moves from one request to the next."""
_WORTH_REPEATING: Final = frozenset({429, 500, 502, 503, 504})
_REASONS: Final = {200: "OK", 206: "Partial Content", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(frozen=True)
class Asked:
    """One request, understood.

    Attributes:
        what: list, archived (the list's second walk), search (a list of what has a key), keyed (the one that has
            it), one (by its id), or account.
        page: Which page of its walk it asks for, from 0.
        token: How the page was asked for.
        walk: Which walk over the list it belongs to, from 0.
        name: The id or key of a single record.
        again: How often this very thing was asked for before, within its walk.
    """

    what: str
    page: int = 0
    token: str = ""
    walk: int = 0
    name: str = ""
    again: int = 0


@dataclass(frozen=True)
class Reply:
    """What goes over the wire.

    Attributes:
        body: Parsed JSON; written out when it is sent.
        status: The HTTP status.
        headers: Besides those every answer has.
        raw: Bytes instead of `body`; not compressed again.
        sent: The share of the body that is sent before the connection is closed; None sends all.
        length: says, silent (no Content-Length, the connection closes) or chunked.
        dropped: Nothing is answered at all; the connection closes.
    """

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    sent: float | None = None
    length: str = "says"
    dropped: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether a client that knows its trade asks again."""
        return self.status in _WORTH_REPEATING or self.sent is not None or self.dropped

    @property
    def records(self) -> list[Record]:
        """The records in it, as a reader would find them."""
        found = self.body.get("data") if isinstance(self.body, dict) and self.raw is None else None
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


Spoil = Callable[[Asked, Reply], Reply]


@dataclass
class System:
    """One system: what it holds, how it shows it, and how it misbehaves.

    Attributes:
        held: What it holds, in the order of creation; changes while it is read are made here.
        style: How its pages follow each other.
        size: Records a page.
        total: Where it says how many records there are: none, body, header.
        packed: Whether it compresses.
        chunked: Whether it sends chunks.
        newest_first: Whether its list begins with the youngest record.
        archives: Whether archived records are in a walk of their own.
        dated: Whether it says what time it is.
        url: Its own address.
        skew: How far its clock is ahead.
        account: Whose data it is.
        replica: What its list is made of, where that is not what it holds.
        singles: The same for single records and searches.
        unlisted: Ids of records that its list leaves out.
        unsearched: Ids of records that no search by key finds.
        closed: The status with which a record is not shown, by id.
        counted: How many records that are not listed its total counts all the same.
        claim: What it makes of its total.
        order: By what its list is sorted, where that is not the order of creation.
        moves: What happens to it before a request is answered.
        spoils: What happens to an answer before it leaves, one after the other.
        served: Records that were shown, by walk and page.
        claims: What its total said, by walk and list, page after page.
        screen: What its own screen counts: all of its records, or those that run.
        merged: Ids that answer with another record, by id.
        requests: How many requests it has answered.
        broken: A mistake of the server itself; no test that meets one says anything.
    """

    held: list[Record]
    style: str = "cursor"
    size: int = 20
    total: str = "none"
    packed: bool = False
    chunked: bool = False
    newest_first: bool = False
    archives: bool = False
    dated: bool = True
    url: str = ""
    skew: timedelta = timedelta(0)
    account: str = "acct_1"
    replica: list[Record] | None = None
    singles: list[Record] | None = None
    unlisted: set[str] = field(default_factory=set)
    unsearched: set[str] = field(default_factory=set)
    closed: dict[str, int] = field(default_factory=dict)
    counted: int = 0
    claim: Callable[[int], int] = lambda total: total
    order: Callable[[Record], Any] | None = None
    moves: list[Callable[[Asked], None]] = field(default_factory=list)
    spoils: list[Spoil] = field(default_factory=list)
    served: list[dict[str, list[Record]]] = field(default_factory=list)
    claims: list[dict[str, list[int]]] = field(default_factory=list)
    screen: str = "all"
    merged: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    broken: Exception | None = None
    _tokens: dict[tuple[str, str], int] = field(default_factory=dict)
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _repeating: bool = False

    def __post_init__(self) -> None:
        self.place(*self.held)

    def place(self, *records: Record) -> None:
        """Give new records their place in the order of creation, which they keep also when they are gone."""
        for record in records:
            self._places.setdefault(record["id"], len(self._places))

    @property
    def now(self) -> datetime:
        """Its own clock."""
        return NOW + self.skew + self.requests * TICK

    @property
    def pages(self) -> int:
        """How many pages its list has."""
        return max(1, -(-len(self.shown("list")) // self.size))

    def shown(self, what: str) -> list[Record]:
        """Give what a walk over the list would show now, in its order."""
        everything = self.held if self.replica is None else self.replica
        records = [one for one in everything if one["id"] not in self.unlisted]
        if self.archives:
            records = [one for one in records if one.get("archived", False) is (what == "archived")]
        own = self.order
        records.sort(key=lambda one: self._places[one["id"]] if own is None else (str(own(one)), one["id"]))
        return records[::-1] if self.newest_first else records

    def answer(self, target: str, headers: Mapping[str, str]) -> Reply:
        """Answer one request."""
        asked, query = self._understood(target, headers)
        self.requests += 1
        for move in self.moves:
            move(asked)
        reply = self._honest(asked, query, headers)
        for spoil in self.spoils:
            reply = spoil(asked, reply)
        if asked.what in {"list", "archived"}:
            self._repeating = reply.is_repeated
            if not reply.is_repeated:
                self.served[asked.walk][f"{asked.what} {asked.token}"] = reply.records
        return reply

    def _understood(self, target: str, headers: Mapping[str, str]) -> tuple[Asked, dict[str, str]]:
        parts = urlsplit(target)
        query, path = dict(parse_qsl(parts.query)), parts.path
        if path == "/account":
            return Asked("account", again=self._again("account", "")), query
        if "number" in query:
            return Asked("search", name=query["number"], again=self._again("search", query["number"])), query
        if path.startswith("/customers/number/"):
            name = unquote(path.removeprefix("/customers/number/"))
            return Asked("keyed", name=name, again=self._again("keyed", name)), query
        if path.startswith("/customers/"):
            name = unquote(path.removeprefix("/customers/"))
            return Asked("one", name=name, again=self._again("one", name)), query
        return self._page_asked(query, headers), query

    def _page_asked(self, query: Mapping[str, str], headers: Mapping[str, str]) -> Asked:
        what = "archived" if query.get("archived") == "true" else "list"
        names = ("after", "starting_after", "offset", "page")
        token = next((query[name] for name in names if name in query), headers.get("range", ""))
        first = token in {"", "0", f"records=0-{self.size - 1}"} or (self.style == "page" and token == "1")
        if first and what == "list" and not (self._repeating and list(self._tokens) == [(what, token)]):
            self._tokens, self._seen = {}, {}
            self.served.append({})
            self.claims.append({})
        page = self._tokens.setdefault((what, token), sum(one == what for one, _ in self._tokens))
        return Asked(what, page, token, len(self.served) - 1, again=self._again(what, token))

    def _again(self, what: str, name: str) -> int:
        self._seen[what, name] = self._seen.get((what, name), -1) + 1
        return self._seen[what, name]

    def _honest(self, asked: Asked, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        match asked.what:
            case "account":
                return Reply({"id": self.account})
            case "one":
                name = self.merged.get(asked.name, asked.name)
                return self._single([one for one in self._singly if one["id"] == name])
            case "keyed":
                return self._single(self.found(asked.name))
            case "search":
                found = self.found(asked.name)
                return self.page_of(found, 0, len(found), asked, last=True)
        records = self.shown(asked.what)
        start = self._start(asked, query, headers, records)
        if start is None:
            return Reply({"message": "this cursor is not known"}, 400)
        return self.page_of(records[start : start + self.size], start, len(records), asked)

    def found(self, key: str) -> list[Record]:
        """Give what a search for a key finds."""
        return [one for one in self._singly if one["number"] == key and one["id"] not in self.unsearched]

    @property
    def _singly(self) -> list[Record]:
        return self.held if self.singles is None else self.singles

    def _single(self, found: list[Record]) -> Reply:
        status = self.closed.get(found[0]["id"], 200) if found else 404
        return Reply(dict(found[0]), status) if status == 200 else Reply({"message": "no"}, status)

    def _start(
        self, asked: Asked, query: Mapping[str, str], headers: Mapping[str, str], records: Sequence[Record]
    ) -> int | None:
        """Find where a page begins; a cursor names the last record before it, which may be gone by now."""
        if self.style in BY_POSITION:
            return self._counted_off(asked.token, headers)
        last = asked.token
        if last in {"", "start"}:
            return 0
        if self.order is not None:
            key, _, last = last.partition("~")
            before = [(str(self.order(one)), one["id"]) for one in records]
            return sum(one >= (key, last) if self.newest_first else one <= (key, last) for one in before)
        if last not in self._places:
            return None
        own = self._places[last]
        places = [self._places[one["id"]] for one in records]
        return sum(place >= own if self.newest_first else place <= own for place in places)

    def _counted_off(self, token: str, headers: Mapping[str, str]) -> int:
        if self.style == "range":
            return int(headers.get("range", "=0-").partition("=")[2].partition("-")[0])
        return int(token or 0) if self.style == "offset" else (int(token or 1) - 1) * self.size

    def page_of(self, found: list[Record], start: int, count: int, asked: Asked, *, last: bool = False) -> Reply:
        """Put records that begin at a place of so many into a page of the system's style."""
        last = last or start + len(found) >= count
        # What has gone out stays as it was, whatever happens to the record afterwards.
        body: dict[str, Any] = {"data": [dict(one) for one in found]}
        headers: dict[str, str] = {}
        claimed = count
        if asked.what != "search":
            claimed = self.claim(count + self.counted)
            self.claims[asked.walk].setdefault(asked.what, []).append(claimed)
        if self.total == "body":
            body["total"] = claimed
        if self.total == "header":
            headers["X-Total-Count"] = str(claimed)
        cursor = "" if last or not found else self._cursor(found[-1])
        match self.style:
            case "cursor":
                body["next"] = cursor or None
            case "has_more":
                body["has_more"] = not last
            case "link" if not last:
                archived = "&archived=true" if asked.what == "archived" else ""
                headers["Link"] = f'<{self.url}/customers?limit={self.size}&after={cursor}{archived}>; rel="next"'
            case "range":
                span = f"{start}-{start + len(found) - 1}" if found else "*"
                headers["Content-Range"] = f"records {span}/{claimed}"
                return Reply(body, 206 if found else 416, headers)
        return Reply(body, 200, headers)

    def _cursor(self, record: Record) -> str:
        return str(record["id"]) if self.order is None else f"{self.order(record)}~{record['id']}"

    def on_the_wire(self, reply: Reply, sent: Mapping[str, str]) -> tuple[bytes, bool]:
        """Write an answer as bytes; say whether the connection closes behind it."""
        body = json.dumps(reply.body, ensure_ascii=False).encode() if reply.raw is None else reply.raw
        head = {"Content-Type": "application/json"}
        if self.dated:
            head["Date"] = format_datetime(self.now, usegmt=True)
        if version := sent.get("x-api-version"):
            head["X-Api-Version"] = version
        if reply.status == 204:
            body = b""
        if self.packed and reply.raw is None:
            body, head["Content-Encoding"] = gzip.compress(body, 1, mtime=0), "gzip"
        head |= reply.headers
        way = "chunked" if self.chunked and reply.length == "says" else reply.length
        if way == "chunked":
            head["Transfer-Encoding"] = "chunked"
            half = len(body) // 2
            body = b"".join(_chunk(piece) for piece in (body[:half], body[half:]) if piece) + b"0\r\n\r\n"
        elif way == "says" and "Content-Length" not in head:
            head["Content-Length"] = str(len(body))
        closes = reply.sent is not None or way == "silent"
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Said')}"]
        lines += [f"{name}: {value}" for name, value in head.items() if value]
        end = None if reply.sent is None else int(reply.sent * len(body))
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body[:end], closes


def _chunk(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
