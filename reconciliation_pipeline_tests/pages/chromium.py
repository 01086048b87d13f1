"""A real browser for pages that lie in files: Chromium without a window, spoken to over its own protocol.

https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

BINARY: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The browser of this machine; None where there is none."""

_FLAGS: Final = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")

# The protocol speaks on file descriptors 3 and 4.
_BECOME: Final = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)


class Tab:
    """One page in the browser.

    Attributes:
        said: What the console was told: errors, warnings, and what the page's own policy refused.
        asked: Every address that was asked for.
    """

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._rest = send, b""
        self._receive = receive
        self._number = 0
        self._events: list[dict[str, Any]] = []
        self._session = ""
        self.said: list[str] = []
        self.asked: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, /, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something, and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._noted(answer)
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, path: Path, *, width: int = 1_280, height: int = 900, dark: bool = False) -> None:
        """Open a file and wait until everything in it has run."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media="", features=scheme)
        self.said.clear()
        self.asked.clear()
        self._events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(one["method"] == "Page.loadEventFired" for one in self._events):
            self._noted(self._next())

    def run(self, script: str) -> Any:
        """Give what an expression comes to; a promise is waited for."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def settled(self) -> None:
        """Wait until the list can be searched."""
        self.run(
            "new Promise(done => { const look = () => document.documentElement.dataset.ready ? done() :"
            " requestAnimationFrame(look); look(); })"
        )

    def picture(self, *, whole: bool = True) -> bytes:
        """Take a picture of the page, as PNG."""
        found = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole=whole)
        )
        return base64.b64decode(found["data"])

    def printed(self) -> bytes:
        """Print the page on A4, as PDF."""
        found = self.call(
            "Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True, printBackground=False
        )
        return base64.b64decode(found["data"])

    def _clip(self, *, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def _noted(self, event: dict[str, Any]) -> None:
        self._events.append(event)
        method, told = event.get("method"), event.get("params", {})
        if method == "Log.entryAdded":
            self.said.append(told["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.said.append(told["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        elif method == "Runtime.consoleAPICalled":
            self.said.append(" ".join(str(one.get("value")) for one in told["args"]))
        elif method == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            read = os.read(self._receive, 1 << 20)
            assert read, "the browser has gone"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        parsed: dict[str, Any] = json.loads(message)
        return parsed


@contextmanager
def a_tab() -> Iterator[Tab]:
    """Start a browser of its own, and end it."""
    assert BINARY is not None
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        it_reads, we_write = _pipe()
        we_read, it_writes = _pipe()
        browser = subprocess.Popen(
            [
                *(sys.executable, "-c", _BECOME, str(it_reads), str(it_writes)),
                *(BINARY, *_FLAGS, f"--user-data-dir={home}", "--remote-debugging-pipe"),
            ],
            pass_fds=(it_reads, it_writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(it_reads)
        os.close(it_writes)
        try:
            yield Tab(we_write, we_read)
        finally:
            browser.terminate()
            browser.wait(10)
            os.close(we_write)
            os.close(we_read)


def _pipe() -> tuple[int, int]:
    """Make a pipe whose ends are not the two descriptors that the browser wants."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
