"""What is kept as JSON comes back as it was."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.domain.records import Amount, Kind, Reason, Side
from reconciliation_pipeline.storage.codec import decode, encode
from reconciliation_pipeline_tests.storage.records import CERTIFICATES, OBSERVATIONS, REASONS, RECEIPTS, SNAPSHOTS


@given(st.one_of(REASONS, RECEIPTS, CERTIFICATES, SNAPSHOTS, OBSERVATIONS))
def test_every_record_survives_json(record):
    assert record == decode(type(record), json.loads(json.dumps(encode(record))))


def test_a_moment_keeps_its_offset():
    moment = datetime.fromisoformat("2026-10-25T02:30:00.000001+05:30")

    assert "2026-10-25T02:30:00.000001+05:30" == encode(moment)
    assert moment.utcoffset() == decode(datetime, encode(moment)).utcoffset()


def test_an_amount_keeps_every_digit():
    assert "1.10" == str(decode(Amount, encode(Amount(Decimal("1.10"), "EUR"))).value)


def test_a_mapping_by_side_has_plain_names():
    assert {"crm": "active", "billing": None} == encode({Side.CRM: "active", Side.BILLING: None})


def test_an_enum_comes_back_as_itself():
    assert Kind.CRM_ONLY is decode(Kind, encode(Kind.CRM_ONLY))


def test_a_record_from_before_a_field_existed_gets_its_default():
    assert Reason("floor", "Too few.") == decode(Reason, {"code": "floor", "text": "Too few."})


@dataclass(frozen=True)
class Unkeepable:
    weight: float


@pytest.mark.parametrize("value", [1.5, {1.5}, Unkeepable(1.5), b"bytes"])
def test_what_could_not_be_read_back_is_refused(value):
    with pytest.raises(TypeError, match="cannot be kept as JSON"):
        encode(value)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a time zone"):
        encode(datetime(2026, 11, 22))  # noqa: DTZ001 - the mistake itself
