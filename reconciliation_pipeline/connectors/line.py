"""Which machine does a request really reach, and how is a request under way cut off?

The address that was checked is the one that is connected to: no second look-up, so a name cannot stand for a public
address while it is checked and for a private one afterwards. `Host`, server name and certificate stay those of the name
(https://www.python-httpx.org/advanced/extensions/#sni_hostname).

Where the environment names a proxy (`https_proxy`, unless `no_proxy` excepts the host), the proxy looks the name up and
connects, so nothing can be pinned from here. The name is then checked as this machine sees it, and the proxy answers
for the rest. Nothing that is declared local goes through a proxy.
"""

import os
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from threading import Lock
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from reconciliation_pipeline.connectors.addresses import Resolve, is_internal, refuse_internal
from reconciliation_pipeline.connectors.errors import SourceError

ProxyFor = Callable[[httpx.URL], str | None]
"""Address of the proxy a request has to go through; None for none."""

_TRUSTED = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables that name where trusted certificates are."""

_Way = tuple[str, str | None]
"""A host and the proxy on the way to it."""


class UnknownHost(httpx.ConnectError):
    """The name stands for no address."""


def environment_proxy(url: httpx.URL) -> str | None:
    """Read from the environment which proxy a request goes through."""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@cache
def _trusted(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Read the trusted certificates, once for each place that the environment names: it takes longer than a page."""
    return httpx.create_ssl_context()


def new_carrier(proxy: str | None) -> httpx.BaseTransport:
    """Make what carries requests; certificates are checked, with those of `SSL_CERT_FILE` if it is set.

    Raises:
        SourceError: The proxy's address is none, or of a kind nobody here speaks.
    """
    try:
        return httpx.HTTPTransport(proxy=proxy, verify=_trusted(*(os.environ.get(name) for name in _TRUSTED)))
    except (ValueError, httpx.InvalidURL, ImportError):
        message = "The proxy that the environment names (https_proxy, all_proxy) cannot be used."
    # Raised outside the handler: the address may hold a password.
    raise SourceError(message, remedy="Write it like http://proxy.example:3128, or except the host with no_proxy.")


class Line(httpx.BaseTransport):
    """Carries requests to checked addresses, one at a time, and can be cut off from another thread."""

    def __init__(
        self,
        resolve: Resolve | None,
        *,
        internal: Callable[[str], bool] = is_internal,
        proxy_for: ProxyFor = environment_proxy,
        carrier: Callable[[str | None], httpx.BaseTransport] = new_carrier,
        sent: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; nothing is connected yet.

        Args:
            resolve: Host names to addresses; None lets every address pass, for systems declared local.
            internal: Which addresses are refused.
            proxy_for: Which proxy a request goes through.
            carrier: Makes what carries requests, straight or through a proxy.
            sent: Told when a request really leaves, once there is a connection.
        """
        self._resolve = resolve
        self._internal = internal
        self._proxy_for = proxy_for
        self._new_carrier = carrier
        self._sent = sent
        self._carriers: dict[_Way, httpx.BaseTransport] = {}
        self._addresses: dict[str, list[str]] = {}
        self._lock = Lock()
        self._handles: dict[_Way, socket.socket] = {}
        self._is_cut = False

    def prepare(self, url: httpx.URL) -> None:
        """Look a host up and load what it takes to reach it, which may last longer than a request.

        Raises:
            Refused: The host leads into a private network.
            SourceError: The environment's proxy cannot be used.
        """
        self._way(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first address of its host that can be connected to.

        Raises:
            Refused: The host leads into a private network.
            SourceError: The environment's proxy cannot be used.
            httpx.TransportError: There is no answer.
        """
        way = host, proxy = self._way(request.url)
        if self._resolve is None or proxy is not None:
            return self._send(request, way)
        failed: httpx.TransportError = UnknownHost("unknown")
        addresses = self._addresses.pop(host)
        for address in addresses:
            try:
                response = self._send(_to(address, host, request), way)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
                if self._is_cut:
                    break
            else:
                self._addresses[host] = [address, *(other for other in addresses if other != address)]
                return response
        raise failed

    def cut(self) -> None:
        """End the request under way, if there is one, and every later one; any thread may call this."""
        with self._lock:
            self._is_cut = True
            for handle in self._handles.values():
                _shut(handle)

    def close(self) -> None:
        """Let go of every connection; not while a request is under way."""
        for carrier in self._carriers.values():
            carrier.close()
        with self._lock:
            while self._handles:
                self._handles.popitem()[1].close()

    def _way(self, url: httpx.URL) -> _Way:
        host = url.raw_host.decode("ascii")
        proxy = None
        if self._resolve is not None:
            if host not in self._addresses:
                self._addresses[host] = list(dict.fromkeys(self._resolve(host)))
            refuse_internal(host, self._addresses[host], self._internal)
            proxy = self._proxy_for(url)
        # One carrier for each name: a connection whose certificate was checked for one name never serves another,
        # though both may stand for the same address.
        if (host, proxy) not in self._carriers:
            self._carriers[host, proxy] = self._new_carrier(proxy)
        return host, proxy

    def _send(self, request: httpx.Request, way: _Way) -> httpx.Response:
        request.extensions = {**request.extensions, "trace": partial(self._trace, way)}
        return self._carriers[way].handle_request(request)

    def _trace(self, way: _Way, event: str, details: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started":
            self._sent()
        if event != "connection.connect_tcp.complete":
            return
        # A handle of our own: closing a socket wakes nobody who waits for it, shutting its connection does,
        # and the handle stays good while TLS takes the socket over.
        handle = details["return_value"].get_extra_info("socket").dup()
        with self._lock:
            if (former := self._handles.pop(way, None)) is not None:
                former.close()
            self._handles[way] = handle
            if self._is_cut:
                _shut(handle)


def _to(address: str, host: str, request: httpx.Request) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host.rstrip(".")},
    )


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
