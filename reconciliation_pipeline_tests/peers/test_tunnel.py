"""Does the proxy lead to our server alone, and nowhere else?"""

import socket

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from reconciliation_pipeline_tests.peers.serving import HOST, listening
from reconciliation_pipeline_tests.peers.tunnel import Tunnel, tunnel

HELLO = Starlette(routes=[Route("/", lambda _: PlainTextResponse("hello"))])


@pytest.fixture
def way():
    with listening(HELLO) as port, tunnel("api.example.com", port) as opened:
        yield opened


def said(way: Tunnel, request: str) -> str:
    """Ask the proxy for something; through a connection it opens, ask for the first page."""
    port = int(way.url.rpartition(":")[2])
    with socket.create_connection((HOST, port), timeout=10) as line, line.makefile("rb") as answer:
        line.sendall(f"{request} HTTP/1.1\r\n\r\n".encode())
        head: bytes = answer.readline()
        if b" 200 " not in head:
            return head.decode().strip()
        answer.readline()
        line.sendall(b"GET / HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n")
        body: bytes = answer.read()
        return body.decode()


def test_the_vendors_address_leads_to_our_server(way):
    assert said(way, "CONNECT api.example.com:443").endswith("hello")
    assert ["api.example.com:443"] == way.asked


@pytest.mark.parametrize(
    "request_line",
    ["CONNECT api.example.com:80", "CONNECT example.com:443", "GET http://api.example.com/", "GET api.example.com:443"],
)
def test_every_other_address_is_refused_and_remembered(way, request_line):
    assert "HTTP/1.1 403 Forbidden" == said(way, request_line)
    assert [request_line.split()[1]] == way.asked
