"""What do the two demo servers have in common?

Tokens, refusals, the world's clock in every answer, and the request log. What the two vendors'
answers look like belongs in `crm.py` and `billing.py`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from secrets import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciliation_pipeline.demo.lives import SideName
from reconciliation_pipeline.demo.scene import ShowScene

Handler = Callable[[Request], Response]

LIMIT = 100
"""Most records on one page, for both vendors."""


AddHeaders = Callable[[Headers], Mapping[str, str]]


class Refusal(Exception):
    """A request that is answered with an error of the vendor's shape."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def site(routes: Sequence[Route], unknown: Callable[[Request], Refusal]) -> Starlette:
    """Build one server: its routes, a health page, and refusals in the vendor's shape.

    Args:
        routes: What it answers.
        unknown: What it says to any other path.
    """

    async def refuse(_: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)
        return JSONResponse(refusal.body, refusal.status)

    async def lost(request: Request, _: Exception) -> Response:
        return await refuse(request, unknown(request))

    async def healthy(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[*routes, Route("/healthz", healthy, methods=["GET"])],
        exception_handlers={Refusal: refuse, 404: lost},
    )


def page(path: str, handler: Handler, guard: Callable[[Request], None]) -> Route:
    """Route a GET to a handler that answers quickly, behind a guard that may refuse."""

    # Asynchronous, because a thread per request costs more than the answer itself.
    async def answer(request: Request) -> Response:
        guard(request)
        return handler(request)

    return Route(path, answer, methods=["GET"])


def has_token(request: Request, token: str) -> bool:
    """Whether the request carries this bearer token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token.encode())


def whole_number(text: str) -> int | None:
    """Read a plain decimal number; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() else None


def no_headers(_: Headers) -> Mapping[str, str]:
    """Add nothing to an answer."""
    return {}


class Witness:
    """Puts the world's clock into every answer, and every request into the log.

    Health checks are left out of the log: they are the demo's own.

    Args:
        app: The server.
        side: Which side it is.
        scene: Where the scene of the moment comes from.
        log: The file that gets one line per request.
        headers: What the vendor adds to an answer, given the headers of the request.
    """

    def __init__(
        self, app: ASGIApp, side: SideName, scene: ShowScene, log: Path, headers: AddHeaders = no_headers
    ) -> None:
        self._app = app
        self._side = side
        self._scene = scene
        self._log = log
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def witnessed(message: Message) -> None:
            if message["type"] == "http.response.start":
                clock = self._scene().state.clock
                date = format_datetime(clock.astimezone(UTC), usegmt=True)
                MutableHeaders(scope=message).update({"Date": date, **self._headers(Headers(scope=scope))})
                if scope["path"] != "/healthz":
                    self._note(scope, message["status"])
            await send(message)

        await self._app(scope, receive, witnessed)

    def _note(self, scope: Scope, status: int) -> None:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "side": self._side,
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "status": status,
        }
        # Opened anew for each line, so that the file may be deleted while the servers run.
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
