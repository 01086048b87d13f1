"""Which systems could stand on either side? Any population, any paging style, any misbehaviour, over real HTTP.

Written from the vendors' published shapes and the documented settings alone, and sharing no code with the
package, so that a mistake of the package is not repeated here.
"""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

Record = dict[str, Any]
Query = Mapping[str, str]


@dataclass
class Reply:
    """What goes over the wire."""

    body: object
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    raw: bytes | None = None


@dataclass
class System:
    """One system: what it holds, how it pages, and how it misbehaves.

    Attributes:
        records: What it holds, as served.
        style: cursor, has_more, link, offset, page, range, hubspot or stripe.
        page: Records a page.
        token: The bearer token it wants; None lets everybody in.
        date: Its clock; None sends no Date header, "real" its true one.
        spoil: Changes a reply; gets it, the number of the request (from 1), and the path with its query.
    """

    records: Sequence[Record]
    style: str = "cursor"
    page: int = 100
    token: str | None = "let-me-in"
    date: datetime | str | None = None
    packed: bool = False
    chunked: bool = False
    spoil: Callable[[Reply, int, str], Reply | None] = lambda reply, number, path: reply
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def reply(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply:
        if self.token is not None and headers.get("Authorization") != f"Bearer {self.token}":
            return Reply({"message": "who are you?"}, status=401)
        return getattr(self, f"_{self.style}")(path, query, headers)  # type: ignore[no-any-return]

    def _slice(self, start: int, size: int) -> list[Record]:
        return list(self.records[start : start + size])

    def _size(self, query: Query) -> int:
        return min(int(query.get("limit", query.get("per_page", self.page))), self.page)

    def _counted(self, data: object, **more: object) -> Reply:
        total = len(self.records)
        return Reply({"data": data, "total": total, **more}, {"X-Total-Count": str(total)})

    def _cursor(self, _path: str, query: Query, _headers: Mapping[str, str]) -> Reply:
        start, size = int(query.get("after", "c0")[1:]), self._size(query)
        following = f"c{start + size}" if start + size < len(self.records) else None
        return self._counted(self._slice(start, size), next=following)

    def _after(self, query: Query) -> int:
        ids = [str(record["id"]) for record in self.records]
        return ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0

    def _has_more(self, _path: str, query: Query, _headers: Mapping[str, str]) -> Reply:
        start, size = self._after(query), self._size(query)
        return self._counted(self._slice(start, size), has_more=start + size < len(self.records))

    def _link(self, path: str, query: Query, _headers: Mapping[str, str]) -> Reply:
        number, size = int(query.get("page", 1)), self._size(query)
        reply = self._counted(self._slice((number - 1) * size, size))
        if number * size < len(self.records):
            last = -(-len(self.records) // size)
            reply.headers["Link"] = (
                f'<{self.url}{path}?page={number + 1}&limit={size}>; rel="next", <{path}?page={last}>; rel="last"'
            )
        return reply

    def _offset(self, _path: str, query: Query, _headers: Mapping[str, str]) -> Reply:
        return self._counted(self._slice(int(query.get("offset", 0)), self._size(query)))

    def _page(self, _path: str, query: Query, _headers: Mapping[str, str]) -> Reply:
        size = self._size(query)
        return self._counted(self._slice((int(query.get("page", 1)) - 1) * size, size))

    def _range(self, _path: str, _query: Query, headers: Mapping[str, str]) -> Reply:
        unit, _, span = headers.get("Range", f"records=0-{self.page - 1}").partition("=")
        start, stop = (int(part) for part in span.split("-"))
        found = self._slice(start, stop - start + 1)
        total = len(self.records)
        if not found:
            return Reply({"data": []}, {"Content-Range": f"{unit} */{total}"}, 416)
        return Reply({"data": found}, {"Content-Range": f"{unit} {start}-{start + len(found) - 1}/{total}"}, 206)

    def _hubspot(self, path: str, query: Query, _headers: Mapping[str, str]) -> Reply:
        """GET /crm/v3/objects/companies: archived ones only when asked for, properties only when named."""
        if path == "/account-info/v3/details":
            return Reply({"portalId": 4711, "accountType": "STANDARD"})
        if path != "/crm/v3/objects/companies":
            return Reply({"status": "error", "message": "resource not found"}, status=404)
        wanted = [name for name in query.get("properties", "name,domain").split(",") if name]
        archived = query.get("archived", "false") == "true"
        found = [record for record in self.records if record.get("archived", False) is archived]
        start, size = int(query.get("after", "0")), min(int(query.get("limit", "10")), 100, self.page)
        results = []
        for record in found[start : start + size]:
            own = {"createdate": record["createdAt"], "hs_object_id": record["id"]}
            own["hs_lastmodifieddate"] = record["updatedAt"]
            shown = {name: record["properties"].get(name) for name in wanted}
            results.append({**record, "archived": archived, "properties": {**own, **shown}})
        body: Record = {"results": results}
        if start + size < len(found):
            after = str(start + size)
            body["paging"] = {"next": {"after": after, "link": f"https://api.hubapi.com{path}?after={after}"}}
        return Reply(body)

    def _stripe(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply:
        """GET /v1/subscriptions: newest first, cancelled ones only with status=all, customers only expanded."""
        if path == "/v1/account":
            return Reply({"id": "acct_other", "object": "account"})
        if path != "/v1/subscriptions":
            return Reply(
                {"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}}, status=404
            )
        everything = query.get("status") == "all"
        found = [one for one in self.records if everything or one["status"] != "canceled"]
        found.sort(key=lambda one: -one["created"])
        ids = [one["id"] for one in found]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        size = min(int(query.get("limit", "10")), 100)
        expanded = "data.customer" in query.get("expand[]", "")
        data = [one if expanded else {**one, "customer": one["customer"]["id"]} for one in found[start : start + size]]
        body = {"object": "list", "url": path, "has_more": start + size < len(found), "data": data}
        return Reply(body, {"Stripe-Version": headers.get("Stripe-Version", "2020-08-27"), "Request-Id": "req_1"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    system: ClassVar[System]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing."""

    def do_GET(self) -> None:
        system = self.system
        system.asked.append(self.path)
        parts = urlsplit(self.path)
        query = {name: ",".join(values) for name, values in parse_qs(parts.query).items()}
        try:
            honest = system.reply(parts.path, query, self.headers)  # type: ignore[arg-type]
        except (ValueError, KeyError):
            honest = Reply({"message": "no such page"}, status=400)
        reply = system.spoil(honest, len(system.asked), self.path)
        if reply is None:
            self.close_connection = True
            return
        body = json.dumps(reply.body, ensure_ascii=False).encode() if reply.raw is None else reply.raw
        if system.packed:
            body = gzip.compress(body)
        self.send_response_only(reply.status)
        if system.date is not None:
            moment = (
                self.date_time_string() if isinstance(system.date, str) else format_datetime(system.date, usegmt=True)
            )
            self.send_header("Date", moment)
        headers = {"Content-Type": "application/json", **reply.headers}
        if system.packed:
            headers["Content-Encoding"] = "gzip"
        headers.setdefault("Transfer-Encoding" if system.chunked else "Content-Length", self._framing(body))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in self._pieces(body):
            self.wfile.write(piece)
        if "Content-Length" in headers and int(headers["Content-Length"]) != len(body):
            self.close_connection = True

    def _framing(self, body: bytes) -> str:
        return "chunked" if self.system.chunked else str(len(body))

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        if not self.system.chunked:
            yield body
            return
        for start in range(0, len(body), 1000):
            piece = body[start : start + 1000]
            yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        yield b"0\r\n\r\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that hangs up on bad data does well."""


@contextmanager
def served(system: System) -> Iterator[System]:
    """Serve a system on a free port for as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"system": system}))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    system.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
