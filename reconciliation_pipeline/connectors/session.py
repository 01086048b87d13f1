"""What is one conversation with a system? A connection, the address it goes to, and the version both agreed on.

How a single request survives the network is `transport.py`; what a list is, is `lister.py`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from reconciliation_pipeline.connectors.addresses import join
from reconciliation_pipeline.connectors.errors import SourceError, VersionMismatch
from reconciliation_pipeline.connectors.transport import Answer, Params, Transport
from reconciliation_pipeline.settings.model import RestSide

ONLY_OK = frozenset({200})

_VERSION = re.compile(r"v?\d[0-9a-z.-]{0,19}", re.IGNORECASE)

Get = Callable[[str, Params], object]
"""Asks for something beside the list, by its path and parameters, and gives the parsed answer."""


@dataclass(frozen=True, slots=True)
class Version:
    """The version of an API that was asked for, and the header that says so on both ways.

    Attributes:
        header: Name of the header.
        wanted: Its value in every request.
    """

    header: str
    wanted: str

    def refuse_other(self, headers: httpx.Headers, *, must_be_said: bool) -> None:
        """Refuse an answer in another version.

        Args:
            headers: Those of the answer.
            must_be_said: Whether an answer that does not say counts as another version.

        Raises:
            VersionMismatch: It says another version, or none though it must.
        """
        said = headers.get(self.header)
        if said == self.wanted or (said is None and not must_be_said):
            return
        told = "does not say in which version"
        if said is not None:
            # Whatever does not look like a version is not repeated: it may be what the system was sent.
            told = f"is in version {said}" if _VERSION.fullmatch(said) else "is in another version"
        message = f"An answer {told} ({self.header}); {self.wanted} was asked for, where fields may stand elsewhere."
        remedy = "Ask in list.headers for a version it speaks; `version_header: null` if it never says which one."
        raise VersionMismatch(message, remedy=remedy)


def version_of(settings: RestSide) -> Version | None:
    """Read which version a side asks for; None where answers need not say.

    Raises:
        SourceError: Answers must say it, but no request does.
    """
    if settings.version_header is None:
        return None
    sent = {name.lower(): value for name, value in settings.list.headers.items()}
    wanted = sent.get(settings.version_header.lower())
    if wanted is None:
        message = f"version_header names {settings.version_header}, which no request carries."
        raise SourceError(message, remedy="Write the header with its value into list.headers as well.")
    return Version(settings.version_header, wanted)


def as_they_are(params: Params) -> Params:
    """Leave parameters as they are."""
    return params


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation with one system.

    Attributes:
        wire: The connection.
        base_url: Address of the API.
        version: The version that was agreed on; None where there is none.
        encode: How the system wants parameters to be written.
    """

    wire: Transport
    base_url: str
    version: Version | None
    encode: Callable[[Params], Params] = as_they_are

    def ask(
        self,
        path: str,
        params: Params | None = None,
        *,
        accept: frozenset[int] = ONLY_OK,
        bodiless: frozenset[int] = frozenset(),
    ) -> Answer:
        """Ask for something beside the list.

        Args:
            path: Path below the base address; what it holds of a record must be percent-encoded.
            params: Query parameters, besides those the path may have.
            accept: Statuses that answer the question.
            bodiless: Those of them that say all by themselves.

        Raises:
            PullFailed: There is no believable answer.
        """
        url = join(self.base_url, path)
        answer = self.wire.get(url, _joined(url, self.encode(params or {})), accept=accept, bodiless=bodiless)
        if self.version is not None:
            self.version.refuse_other(answer.headers, must_be_said=False)
        return answer


def _joined(url: httpx.URL, params: Params) -> Params | None:
    # httpx lets parameters replace the query of an address instead of adding to it.
    of_path: Mapping[str, Sequence[str]] = {name: url.params.get_list(name) for name in url.params}
    return {**of_path, **params} or None
