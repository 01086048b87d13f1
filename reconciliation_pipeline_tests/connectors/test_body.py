"""What an answer really said."""

import gzip
from decimal import Decimal

import pytest

from reconciliation_pipeline.connectors.body import LARGEST, parse_json, read_body
from reconciliation_pipeline.connectors.errors import BadShape, Truncated

MEBIBYTE = bytes(1024 * 1024)


def test_numbers_arrive_exactly_however_large():
    read = parse_json(b"[0.1, 1.10, 1e400, 123456789012345678901234567890]", "crm")

    assert [Decimal("0.1"), Decimal("1.10"), Decimal("1e400"), 123456789012345678901234567890] == read
    assert "1.10" == str(read[1])


def test_a_page_may_have_64_mebibytes_and_not_one_byte_more():
    assert LARGEST == len(read_body([MEBIBYTE] * 64, "", "crm"))
    with pytest.raises(BadShape, match="larger than 64 MiB"):
        read_body([*[MEBIBYTE] * 64, b"x"], "", "crm")


def test_the_same_holds_for_what_a_compressed_page_unpacks_to():
    assert LARGEST == len(read_body([gzip.compress(MEBIBYTE * 64, 0)], "gzip", "crm"))
    with pytest.raises(BadShape, match="larger than 64 MiB"):
        read_body([gzip.compress(MEBIBYTE * 64 + b"x", 0)], "gzip", "crm")


def test_a_compressed_page_is_the_same_in_whatever_pieces_it_travels():
    travelled = gzip.compress(b"[1, 2, 3]")

    assert b"[1, 2, 3]" == read_body([bytes([byte]) for byte in travelled], "GZIP".lower(), "crm")


@pytest.mark.parametrize("cut", range(1, len(gzip.compress(b"[1, 2, 3]", mtime=0))))
def test_a_compressed_page_is_whole_or_refused_wherever_it_is_cut(cut):
    with pytest.raises(Truncated, match="ended its compressed body early"):
        read_body([gzip.compress(b"[1, 2, 3]", mtime=0)[:cut]], "gzip", "crm")


def test_an_empty_compressed_page_is_refused():
    with pytest.raises(Truncated):
        read_body([], "gzip", "crm")
