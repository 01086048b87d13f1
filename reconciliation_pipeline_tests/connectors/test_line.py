"""Which machine a request really reaches."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from reconciliation_pipeline.connectors.addresses import is_internal
from reconciliation_pipeline.connectors.errors import Refused, SourceError
from reconciliation_pipeline.connectors.line import Line, UnknownHost, environment_proxy, new_carrier
from reconciliation_pipeline_tests.connectors.fault_server import reply

PUBLIC = "93.184.216.34"
ALSO_PUBLIC = "2606:2800:220:1:248:1893:25c8:1946"


class FakeCarrier(httpx.BaseTransport):
    """Remembers which addresses it was sent to; those in `down` cannot be connected to."""

    def __init__(self, proxy: str | None, asked: list[httpx.Request], down: Sequence[str]) -> None:
        self.proxy = proxy
        self._asked = asked
        self._down = down

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._asked.append(request)
        if request.url.host in self._down:
            message = "refused"
            raise httpx.ConnectError(message)
        return httpx.Response(200)


class FakeNetwork:
    """A line over carriers that reach nobody, and names that stand for what a test says, answer by answer."""

    def __init__(self, *answers: Sequence[str], down: Sequence[str] = (), proxy: str | None = None) -> None:
        self.answers = list(answers)
        self.looked_up: list[str] = []
        self.asked: list[httpx.Request] = []
        self.carriers: list[FakeCarrier] = []
        self.down = list(down)
        self.line = Line(self._resolve, proxy_for=lambda _url: proxy, carrier=self._carrier)

    def ask(self, url: str = "https://crm.example:8443/customers?page=1") -> httpx.Response:
        return self.line.handle_request(httpx.Request("GET", url))

    @property
    def reached(self) -> list[str]:
        return [request.url.host for request in self.asked]

    def _resolve(self, host: str) -> Sequence[str]:
        self.looked_up.append(host)
        return self.answers.pop(0)

    def _carrier(self, proxy: str | None) -> FakeCarrier:
        self.carriers.append(FakeCarrier(proxy, self.asked, self.down))
        return self.carriers[-1]


def test_the_address_that_was_checked_is_the_one_that_is_asked():
    network = FakeNetwork([PUBLIC])
    network.ask()
    network.ask()

    assert [PUBLIC, PUBLIC] == network.reached
    assert ["crm.example"] == network.looked_up


def test_the_name_stays_in_the_request_and_in_tls():
    network = FakeNetwork([ALSO_PUBLIC])
    network.ask()

    sent = network.asked[0]
    assert f"https://[{ALSO_PUBLIC}]:8443/customers?page=1" == str(sent.url)
    assert ("crm.example:8443", "crm.example") == (sent.headers["host"], sent.extensions["sni_hostname"])


def test_a_name_that_turns_private_after_the_check_is_not_followed():
    network = FakeNetwork([PUBLIC], ["127.0.0.1"], down=[PUBLIC])

    with pytest.raises(httpx.ConnectError):
        network.ask()
    with pytest.raises(Refused, match="private network"):
        network.ask()

    assert [PUBLIC] == network.reached


def test_an_address_that_is_down_is_followed_by_the_next_and_the_good_one_is_kept():
    network = FakeNetwork([PUBLIC, PUBLIC, ALSO_PUBLIC], down=[PUBLIC])
    network.ask()
    network.ask()

    assert [PUBLIC, ALSO_PUBLIC, ALSO_PUBLIC] == network.reached


def test_a_name_is_looked_up_again_once_none_of_its_addresses_answers():
    network = FakeNetwork([PUBLIC], [ALSO_PUBLIC], down=[PUBLIC])
    with pytest.raises(httpx.ConnectError):
        network.ask()
    network.ask()

    assert [PUBLIC, ALSO_PUBLIC] == network.reached


def test_a_name_that_stands_for_nothing_is_never_handed_on():
    network = FakeNetwork([])

    with pytest.raises(UnknownHost):
        network.ask()

    assert [] == network.asked


def test_two_names_of_one_address_share_no_connection():
    network = FakeNetwork([PUBLIC], [PUBLIC])
    network.ask("https://crm.example/customers")
    network.ask("https://accounts.example/token")
    network.ask("https://crm.example/customers")

    assert 2 == len(network.carriers)
    assert ["crm.example", "accounts.example", "crm.example"] == [
        request.extensions["sni_hostname"] for request in network.asked
    ]


def test_a_line_that_was_cut_tries_no_further_address():
    network = FakeNetwork([PUBLIC, ALSO_PUBLIC], down=[PUBLIC])
    network.line.cut()

    with pytest.raises(httpx.ConnectError):
        network.ask()

    assert [PUBLIC] == network.reached


def test_a_proxy_gets_the_name_because_it_looks_it_up_itself():
    network = FakeNetwork([], [], proxy="http://proxy.example:3128")
    network.ask()
    network.ask()

    assert ["crm.example", "crm.example"] == network.reached
    assert ["http://proxy.example:3128"] == [carrier.proxy for carrier in network.carriers]


def test_a_private_name_is_not_handed_to_a_proxy():
    network = FakeNetwork(["169.254.169.254"], proxy="http://proxy.example:3128")

    with pytest.raises(Refused):
        network.ask()

    assert [] == network.asked


def test_a_local_system_is_asked_as_it_is_and_without_a_proxy():
    asked: list[httpx.Request] = []
    made: list[str | None] = []

    def carrier(proxy: str | None) -> FakeCarrier:
        made.append(proxy)
        return FakeCarrier(proxy, asked, [])

    line = Line(None, proxy_for=lambda _url: "http://proxy.example", carrier=carrier)
    line.handle_request(httpx.Request("GET", "http://127.0.0.1:8001/customers"))

    assert (["127.0.0.1"], [None]) == ([request.url.host for request in asked], made)


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.mark.parametrize(
    ("expected", "url", "environment"),
    [
        (None, "https://crm.example/", {}),
        ("http://proxy:3128", "https://crm.example/", {"https_proxy": "http://proxy:3128"}),
        ("http://proxy:3128", "https://crm.example/", {"HTTPS_PROXY": "proxy:3128"}),
        ("http://proxy:3128", "https://crm.example/", {"all_proxy": "http://proxy:3128"}),
        (None, "https://crm.example/", {"http_proxy": "http://proxy:3128"}),
        (None, "https://crm.example/", {"https_proxy": "http://proxy:3128", "no_proxy": "other.example,.example"}),
        (None, "https://crm.example/", {"https_proxy": "http://proxy:3128", "no_proxy": "*"}),
        ("http://proxy:3128", "https://crm.example/", {"https_proxy": "http://proxy:3128", "no_proxy": "rm.example"}),
    ],
)
def test_the_proxy_is_the_one_the_environment_names(no_proxies, expected, url, environment):
    for name, value in environment.items():
        no_proxies.setenv(name, value)

    assert expected == environment_proxy(httpx.URL(url))


@pytest.mark.parametrize("proxy", ["ftp://user:canary@proxy.example", "http://user:canary@[::1", "socks5://u:canary@p"])
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(proxy):
    with pytest.raises(SourceError, match="proxy that the environment names") as failed:
        new_carrier(proxy)

    assert "canary" not in f"{failed.value.text} {failed.value.remedy}"
    assert None is failed.value.__context__


def test_a_request_through_a_proxy_says_the_whole_address(server):
    server.says(lambda _request: reply({}))
    line = Line(lambda _host: [PUBLIC], proxy_for=lambda _url: server.url)

    with httpx.Client(transport=line) as client:
        client.get("http://crm.example/customers")

    assert ["http://crm.example/customers"] == [request.target for request in server.requests]


# From here on with real sockets: 127.0.0.2 plays the public address, 127.0.0.1 the private one.


def not_the_second(address: str) -> bool:
    return address != "127.0.0.2" and is_internal(address)


@contextmanager
def listening(address: str, port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    """Answer on one address with 200 and remember who was meant."""
    meant: list[str] = []
    with socket.create_server((address, port)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    _converse(connection, context, meant.append)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], meant
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _converse(connection: socket.socket, context: ssl.SSLContext | None, note: Callable[[str], None]) -> None:
    connection.settimeout(5)
    try:
        wire = context.wrap_socket(connection, server_side=True) if context else connection
        head = wire.recv(65536).decode("latin-1")
        note(next(line for line in head.split("\r\n") if line.lower().startswith("host:"))[6:])
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        wire.close()
    except OSError:
        return


def test_a_rebinding_name_leads_to_the_checked_machine_and_never_to_the_other():
    answers = iter([["127.0.0.2"], ["127.0.0.1"]])
    with listening("127.0.0.2") as (port, public), listening("127.0.0.1", port) as (_, private):
        line = Line(lambda _host: next(answers), internal=not_the_second, proxy_for=lambda _url: None)
        with httpx.Client(transport=line) as client:
            client.get(f"http://crm.example:{port}/")
            client.get(f"http://crm.example:{port}/")

    assert ([f"crm.example:{port}"] * 2, []) == (public, private)


def test_a_request_is_told_of_when_it_leaves_not_before_there_is_a_connection():
    told: list[str] = []
    with listening("127.0.0.1") as (port, _), socket.create_server(("127.0.0.1", 0)) as full:
        line = Line(None, sent=lambda: told.append("sent"))
        with httpx.Client(transport=line) as client:
            client.get(f"http://127.0.0.1:{port}/")
            client.get(f"http://127.0.0.1:{port}/")
            assert ["sent", "sent"] == told

            closed = full.getsockname()[1]
            full.close()
            with pytest.raises(httpx.ConnectError):
                client.get(f"http://127.0.0.1:{closed}/")

    assert ["sent", "sent"] == told


def test_what_takes_long_can_be_done_before_a_request():
    network = FakeNetwork([PUBLIC])
    network.line.prepare(httpx.URL("https://crm.example/"))
    assert (["crm.example"], 1, []) == (network.looked_up, len(network.carriers), network.asked)

    network.ask()
    assert (["crm.example"], 1) == (network.looked_up, len(network.carriers))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for crm.example and its key, in one file; it vouches for itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command")
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=crm.example", "-addext", "subjectAltName=DNS:crm.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(folder / "key.pem")]
    command = [openssl, "req", "-x509", "-days", "2", *key, "-out", str(folder / "cert.pem"), *subject]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


@pytest.mark.parametrize(("host", "is_accepted"), [("crm.example", True), ("billing.example", False)])
def test_the_certificate_is_checked_for_the_name_though_the_address_is_asked(
    certificate, monkeypatch, host, is_accepted
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    line = Line(lambda _host: ["127.0.0.2"], internal=not_the_second, proxy_for=lambda _url: None)

    with listening("127.0.0.2", context=context) as (port, meant), httpx.Client(transport=line) as client:
        if is_accepted:
            client.get(f"https://{host}:{port}/")
        else:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                client.get(f"https://{host}:{port}/")

    assert [f"{host}:{port}"] * is_accepted == meant
