"""Which addresses may be asked."""

import httpx
import pytest

from reconciliation_pipeline.connectors.addresses import is_internal, join, look_up, refuse_internal
from reconciliation_pipeline.connectors.errors import Refused, SourceError


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255"),  # link-local, carriers' networks
        *("192.0.0.192", "168.63.129.16"),  # metadata services outside the private networks
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"),
        *("::127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::"),  # IPv4 in other wrappings
        *("64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1"),
    ],
)
def test_an_address_of_a_private_network_is_internal(address):
    assert is_internal(address)


@pytest.mark.parametrize(
    "address",
    [
        *("93.184.216.34", "100.63.255.255", "100.128.0.0", "172.32.0.1", "168.63.129.17", "192.0.1.1"),
        *("2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::93.184.216.34", "2002:5db8:d822::1"),
    ],
)
def test_an_address_of_the_public_network_is_not(address):
    assert not is_internal(address)


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "0x7f.1", "127.1", "127.0.1", "0", "localhost"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127。0。0。1"),
    ],
)
def test_no_spelling_hides_this_machine(host):
    url = join(f"http://{host}", "customers")

    with pytest.raises(Refused, match="private network"):
        refuse_internal(url.host, look_up(url.host))


@pytest.mark.parametrize(
    "host", ["0177.0.0.1", "127.0.0.01", "256.1.1.1", "\uff11\uff12\uff17.0.0.1", "①②⑦.⓪.⓪.①", "[::1%25lo", "a..b"]
)
def test_a_spelling_that_clients_read_differently_is_no_address(host):
    with pytest.raises(SourceError, match="do not make an address"):
        join(f"http://{host}", "customers")


def test_one_internal_address_among_others_is_enough():
    with pytest.raises(Refused) as refused:
        refuse_internal("crm.example", ["93.184.216.34", "10.0.0.1"])

    assert "local: true" in refused.value.remedy


def test_a_name_nobody_can_look_up_stands_for_nothing():
    assert [] == look_up("a..b")


def test_a_path_is_put_below_the_base_address():
    assert httpx.URL("https://crm.example/v1/customers") == join("https://crm.example/v1/", "/customers")
