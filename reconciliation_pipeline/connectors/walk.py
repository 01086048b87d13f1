"""Does this walk get anywhere? Guards against circles, repeated pages and walks without an end."""

import hashlib
from collections.abc import Sequence

from reconciliation_pipeline.connectors.errors import CursorRepeated, PageRepeated, WalkNotEnded
from reconciliation_pipeline.connectors.paging import Step

MOST_PAGES = 1_000_000
MOST_EMPTY = 3
"""Empty pages in a row that a walk may have: some systems filter after they cut a page."""


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).digest()


class WalkGuard:
    """Watches one pull; several walks of a pull share one, so that they cannot be the same walk twice."""

    def __init__(self, most_pages: int = MOST_PAGES) -> None:
        self._most_pages = most_pages
        self._pages: set[bytes] = set()
        self._tokens: set[bytes] = set()
        self._walked = 0
        self._empty = 0

    def begin(self, step: Step) -> None:
        """Start a walk: its cursors and empty pages count from here."""
        self._tokens = {_digest(step.token)}
        self._empty = 0

    def page(self, source_ids: Sequence[str]) -> None:
        """Take note of a page.

        Raises:
            PageRepeated: A page with these very records came before.
        """
        self._walked += 1
        self._empty = 0 if source_ids else self._empty + 1
        digest = _digest(*source_ids)
        if source_ids and digest in self._pages:
            message = f"The system served the same page of {len(source_ids)} records twice."
            raise PageRepeated(message, remedy="Run again; if it stays, correct paging in the settings.")
        self._pages.add(digest)

    def step(self, step: Step) -> None:
        """Take note of where the walk goes next.

        Raises:
            CursorRepeated: It was there before.
            WalkNotEnded: Too many empty pages in a row, or too many pages at all.
        """
        digest = _digest(step.token)
        if digest in self._tokens:
            message = "The system named the same next page twice, so the walk would never end."
            raise CursorRepeated(message, remedy="Run again; if it stays, report it to the system's vendor.")
        self._tokens.add(digest)
        if self._empty > MOST_EMPTY:
            message = f"The system served {self._empty} empty pages in a row and names yet another one."
            raise WalkNotEnded(message, remedy="Run again; if it stays, report it to the system's vendor.")
        if self._walked >= self._most_pages:
            message = f"The walk is still not at its end after {self._walked:,} pages."
            raise WalkNotEnded(message, remedy="Ask for more records a page, or check the paging.")
