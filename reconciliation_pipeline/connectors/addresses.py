"""May this address be asked? Joining, following and refusing addresses.

A token goes to the configured scheme, host and port and nowhere else.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence

import httpx

from reconciliation_pipeline.connectors.errors import ForeignNext, Refused, SourceError

Resolve = Callable[[str], Sequence[str]]
"""Host name to the IP addresses it stands for; empty when the name is unknown."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


def join(base_url: str, path: str) -> httpx.URL:
    """Put a path below the base address.

    Raises:
        SourceError: The two make no address.
    """
    joined: httpx.URL | None = None
    try:
        url = httpx.URL(f"{base_url.rstrip('/')}/{path.lstrip('/')}")
        # Otherwise a name such as a..b is only noticed, as another kind of error, while connecting.
        url.host.encode("idna")
        joined = url if url.host else None
    except (httpx.InvalidURL, UnicodeError):
        joined = None
    if joined is None:
        message = f"base_url {base_url} and path {path} do not make an address"
        raise SourceError(message, remedy="Write base_url like https://api.example.com and the path like /customers.")
    return joined


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, the port spelt out."""
    return url.scheme, url.host.lower().rstrip("."), url.port or _DEFAULT_PORTS.get(url.scheme)


def follow(target: str, current: httpx.URL) -> httpx.URL:
    """Read the address of the next page as seen from the current one.

    Raises:
        ForeignNext: It lies on another scheme, host or port, or carries a user name or password.
    """
    try:
        url: httpx.URL | None = current.join(target)
    except httpx.InvalidURL:
        url = None
    if url is None or url.userinfo or origin(url) != origin(current):
        place = f"on {_spelt(url)}" if url is not None and url.host else "at no readable address"
        message = f"The next page is said to lie {place}, outside {_spelt(current)}; it was not asked."
        raise ForeignNext(message, remedy="Have the system's own address checked: the token must not travel elsewhere.")
    return url.copy_with(fragment=None)


def _spelt(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def look_up(host: str) -> Sequence[str]:
    """Ask the system's resolver; an unknown name gives nothing, and the connection will say so itself."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def is_internal(address: str) -> bool:
    """Whether an IP address belongs to this machine or a private network, as metadata services do."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return not ip.is_global or ip.is_multicast


def refuse_internal(url: httpx.URL, resolve: Resolve) -> None:
    """Refuse an address that leads into a private network.

    Raises:
        Refused: One of the host's addresses is internal.
    """
    if any(is_internal(address) for address in resolve(url.host)):
        message = f"{url.host} is an address of this machine or of a private network; it was not asked."
        raise Refused(message, remedy="If that is meant, say `local: true` for this side.")
