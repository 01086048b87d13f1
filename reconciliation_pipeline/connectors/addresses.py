"""May this address be asked? Joining, following and refusing addresses.

A token goes to the configured scheme, host and port and nowhere else.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence

import httpx

from reconciliation_pipeline.connectors.errors import ForeignNext, Refused, SourceError

Resolve = Callable[[str], Sequence[str]]
"""Host name to the IP addresses it stands for; empty when the name is unknown."""

_DEFAULT_PORTS = {"http": 80, "https": 443}

_INTERNAL = (
    # Assignments of protocols; a cloud's metadata service answers on 192.0.0.192, and Python calls that one global:
    # https://www.iana.org/assignments/iana-ipv4-special-registry/
    ipaddress.IPv4Network("192.0.0.0/24"),
    # https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
    ipaddress.IPv4Network("168.63.129.16/32"),
)
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that is handed out for the public: https://www.iana.org/assignments/ipv6-address-space/"""
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""Networks without IPv4 reach it through these addresses: https://www.rfc-editor.org/rfc/rfc6052"""


def readable(text: str) -> httpx.URL | None:
    """Read an address; None when it is none."""
    try:
        url = httpx.URL(text)
        # Otherwise a name such as a..b is only noticed, as another kind of error, while connecting.
        url.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        return None
    return url if url.host else None


def join(base_url: str, path: str) -> httpx.URL:
    """Put a path below the base address.

    Raises:
        SourceError: The two make no address.
    """
    joined = readable(f"{base_url.rstrip('/')}/{path.lstrip('/')}")
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
    """Whether an IP address belongs to this machine or a private network, as metadata services do.

    An IPv6 address that only wraps an IPv4 address is judged by what it wraps.
    """
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_multicast or not ip.is_global or any(ip in network for network in _INTERNAL)
    wrapped = ip.ipv4_mapped or ip.sixtofour or _translated(ip)
    if wrapped is not None:
        return is_internal(str(wrapped))
    return ip not in _PUBLIC_IPV6 or not ip.is_global


def _translated(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _TRANSLATED else None


def refuse_internal(host: str, addresses: Iterable[str], internal: Callable[[str], bool] = is_internal) -> None:
    """Refuse a host that leads into a private network.

    Args:
        host: Its name, for the message.
        addresses: What the name stands for.
        internal: Which addresses are.

    Raises:
        Refused: One of the host's addresses is internal.
    """
    if any(internal(address) for address in addresses):
        message = f"{host} is an address of this machine or of a private network; it was not asked."
        raise Refused(message, remedy="If that is meant, say `local: true` for this side.")
