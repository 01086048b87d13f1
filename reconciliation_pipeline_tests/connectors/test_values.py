"""What single values mean, and which are refused rather than guessed."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reconciliation_pipeline.connectors.values import (
    Unusable,
    currency_of,
    decimal_of,
    instant_of,
    key_of,
    money_text,
    number_of,
    plain,
    text_of,
)
from reconciliation_pipeline.domain.currencies import minor_digits

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("007", "007"),
        ("7", "7 "),
        ("7", 7),
        ("12345678901234567890", 12345678901234567890),
        ("Ä-1", "\t Ä-1\n"),
        (None, ""),
        (None, "   "),
        (None, None),
    ],
)
def test_a_key_stays_text_from_byte_to_ledger(expected, value):
    assert expected == key_of(value)


@pytest.mark.parametrize("value", [Decimal("7.0"), Decimal(7), True, {"id": 7}, [7], "7\x00"])
def test_a_key_that_lost_its_spelling_is_refused(value):
    with pytest.raises(Unusable):
        key_of(value)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("pro", "pro"),
        (" pro ", " pro "),
        ("true", True),
        ("false", False),
        ("12", 12),
        ("1.5", Decimal("1.50")),
        ("1000", Decimal("1e3")),
        (None, ""),
        (None, None),
    ],
)
def test_text_has_one_spelling(expected, value):
    assert expected == text_of(value)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("49", "49.00"),
        ("49.5", Decimal("49.50")),
        ("-3", -3),
        ("0", "-0.00"),
        ("0", 0),
        ("1000", Decimal("1e3")),
        ("0.0000001", Decimal("1e-7")),
        ("9" * 40, int("9" * 40)),
        (f"-{'9' * 40}", -int("9" * 40)),
        ("0.1", "1e-1"),
        ("1234567890123456789012345678901234567.89", "1234567890123456789012345678901234567.89"),
    ],
)
def test_a_number_is_exact_and_has_one_spelling(expected, value):
    number = number_of(value)

    assert number is not None
    assert expected == plain(number)
    assert expected == decimal_of(value)


@pytest.mark.parametrize("value", ["", " ", None])
def test_no_number_is_none(value):
    assert None is number_of(value)
    assert None is decimal_of(value)


@pytest.mark.parametrize("value", ["1,5", "1.234,50", "12 EUR", "NaN", "Infinity", "٣", "0x1", True, {}, "1e400", ".5"])
def test_what_could_be_read_in_two_ways_is_no_number(value):
    for read in (number_of, decimal_of):
        with pytest.raises(Unusable):
            read(value)


@pytest.mark.parametrize(
    "value", [10**40, -(10**40), Decimal(10**40), Decimal("1e41"), Decimal("1e-41"), "1" + "0" * 40]
)
def test_a_number_of_more_digits_than_anybody_writes_is_refused(value):
    for read in (number_of, decimal_of):
        with pytest.raises(Unusable, match="more than 40 digits"):
            read(value)


@pytest.mark.parametrize(
    ("expected", "amount", "currency", "minor"),
    [
        ("49.00", "49", "EUR", None),
        ("49.00", "4900", "EUR", 2),
        ("49.005", "4900.5", "EUR", 2),
        ("8.333333", "833.3333", "EUR", 2),
        ("500", "500", "JPY", 0),
        ("500", "500.00", "JPY", None),
        ("5.120", "5120", "KWD", 3),
        ("5", "500", "ISK", 2),
        ("0.00", "-0", "EUR", None),
        ("-1.50", "-150", "EUR", 2),
    ],
)
def test_money_is_written_in_major_units_with_its_currencys_digits(expected, amount, currency, minor):
    assert expected == money_text(Decimal(amount), currency, minor=minor)


@pytest.mark.parametrize(
    ("expected", "currency"), [(2, "EUR"), (0, "JPY"), (0, "KRW"), (3, "TND"), (4, "CLF"), (2, "HUF")]
)
def test_minor_digits_follow_iso_4217(expected, currency):
    assert expected == minor_digits(currency)


def test_a_currency_is_three_letters_in_any_case():
    assert "EUR" == currency_of(" eur ")
    for value in ("EURO", "", None, 978, "E1R"):
        with pytest.raises(Unusable):
            currency_of(value)


@pytest.mark.parametrize(
    ("expected", "value", "zone", "written"),
    [
        ("2026-11-22T03:00:00", "2026-11-22T03:00:00Z", BERLIN, None),
        ("2026-11-22T03:00:00", "2026-11-22T04:00:00+01:00", UTC_ZONE, None),
        ("2026-11-22T03:00:00", "2026-11-22 04:00:00", BERLIN, "iso"),
        ("2026-07-22T02:00:00", "2026-07-22 04:00:00", BERLIN, None),
        ("2026-11-21T23:00:00", "2026-11-22", BERLIN, None),
        ("2024-02-29T00:00:00", "2024-02-29T00:00:00Z", UTC_ZONE, None),
        ("2026-11-22T03:00:00.123000", "2026-11-22T03:00:00.123Z", UTC_ZONE, None),
        ("2026-11-22T03:00:00", 1795316400, UTC_ZONE, None),
        ("2026-11-22T03:00:00.500000", Decimal("1795316400.5"), UTC_ZONE, "epoch_s"),
        ("2026-11-22T03:00:00.001000", 1795316400001, UTC_ZONE, "epoch_ms"),
        ("2026-11-22T03:00:00", "1795316400", UTC_ZONE, "epoch_s"),
        ("1970-01-01T00:00:00", 0, UTC_ZONE, None),
        ("2200-12-31T23:59:59", "2200-12-31T23:59:59Z", UTC_ZONE, None),
    ],
)
def test_a_moment_is_aware_utc(expected, value, zone, written):
    assert datetime.fromisoformat(expected).replace(tzinfo=UTC) == instant_of(value, zone, written)


@pytest.mark.parametrize(("before", "after"), [("2026-03-29 01:59:59", "2026-03-29 03:00:00")])
def test_the_hour_that_summer_time_skips_is_skipped(before, after):
    first, second = instant_of(before, BERLIN), instant_of(after, BERLIN)

    assert first is not None
    assert second is not None
    assert 1 == (second - first).total_seconds()


@pytest.mark.parametrize("value", [None, "", " "])
def test_no_moment_is_none(value):
    assert None is instant_of(value, UTC_ZONE)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1795316400000, None),
        (-1, None),
        (10**30, None),
        ("22.11.2026", None),
        ("1795316400", None),
        ("2026-11-22T03:00:00Z", "epoch_s"),
        (1795316400, "iso"),
        ("1969-12-31T23:59:59Z", None),
        ("2201-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        (True, None),
        ({"__class__": "datetime"}, None),
    ],
)
def test_a_moment_that_cannot_be_is_refused_with_what_to_do(value, written):
    with pytest.raises(Unusable) as unusable:
        instant_of(value, UTC_ZONE, written)

    assert unusable.value.remedy
