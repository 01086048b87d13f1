"""Which value of a record becomes which part of a row."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.mapping import Mapper, mapped_paths
from reconciliation_pipeline.connectors.paths import column_reader
from reconciliation_pipeline.domain.records import Row, State
from reconciliation_pipeline_tests.connectors.builders import a_record, a_side

MRR = {"path": "mrr", "type": "money", "currency": "EUR"}


def row_of(record: dict[str, object], *, walk_state: State | None = None, **changes: object) -> Row:
    return Mapper(a_side(**changes)).row(record, walk_state)


def test_a_whole_record_becomes_a_row():
    record = {
        "id": 17,
        "properties": {"number": " 007 ", "status": "active", "seats": Decimal("3.0")},
        "items": {"data": [{"price": {"nickname": "pro"}}]},
        "amount": "4900",
        "currency": "eur",
        "created": 1795316400,
        "updatedAt": "2026-11-22T03:30:00Z",
    }

    row = row_of(
        record,
        key="properties.number",
        status={"field": "properties.status", "active": ["active"]},
        created_at={"field": "created"},
        updated_at={"field": "updatedAt"},
        fields={
            "plan": "items.data[0].price.nickname",
            "seats": {"path": "properties.seats", "type": "decimal"},
            "mrr": {"path": "amount", "type": "money", "unit": "minor", "currency": {"path": "currency"}},
            "note": "items.data[1].note",
        },
    )

    values = {"plan": "pro", "seats": "3", "mrr": "49.00", "mrr_currency": "EUR", "note": None}
    began, changed = datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
    assert Row("17", "007", "active", State.ACTIVE, began, changed, values) == row


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        (State.ACTIVE, "active"),
        (State.ACTIVE, True),
        (State.OUT_OF_SCOPE, "lead"),
        (State.CANCELLED, "paused_v2"),
        (State.CANCELLED, "Active"),
        (State.CANCELLED, 3),
    ],
)
def test_a_status_has_one_meaning(expected, status):
    rule = {"field": "status", "active": ["active", "true"], "out_of_scope": ["lead"]}

    assert expected == row_of(a_record(status=status), status=rule).state


@pytest.mark.parametrize("record", [a_record(status=None), a_record(status=""), {"id": "r1", "number": "1"}])
def test_a_record_without_status_is_not_quietly_cancelled(record):
    with pytest.raises(BadShape, match="Record r1 has no status at status"):
        row_of(record)

    meant = {"field": "status", "active": ["active"], "out_of_scope": [""]}
    assert State.OUT_OF_SCOPE == row_of(record, status=meant).state
    assert State.ARCHIVED == row_of(record, walk_state=State.ARCHIVED).state


def test_an_archived_record_is_archived_whatever_its_status_says():
    assert State.ARCHIVED == row_of(a_record(), walk_state=State.ARCHIVED).state
    assert "active" == row_of(a_record(), walk_state=State.ARCHIVED).status


@pytest.mark.parametrize("number", [None, "", "  "])
def test_a_record_without_a_key_keeps_its_place(number):
    assert None is row_of(a_record(number=number)).key
    assert None is row_of({"id": "r1", "status": "active"}).key


@pytest.mark.parametrize("source_id", [None, "", " "])
def test_a_record_without_an_id_is_refused(source_id):
    with pytest.raises(BadShape, match="no id at id"):
        row_of(a_record(source_id))


@pytest.mark.parametrize(
    ("place", "changes", "record"),
    [
        ("number of record r1", {}, a_record(number=Decimal("7.0"))),
        ("number of record r1", {}, a_record(number={"a": 1})),
        ("id of record", {}, a_record(Decimal("1.5"))),
        ("mrr of record r1", {"fields": {"mrr": MRR}}, a_record(mrr="canary-forty")),
        ("mrr of record r1", {"fields": {"mrr": {"path": "mrr", "type": "decimal"}}}, a_record(mrr="canary")),
        ("created of record r1", {"created_at": {"field": "created"}}, a_record(created="canary-monday")),
        ("plan of record r1", {"fields": {"plan": "plan"}}, a_record(plan=["canary"])),
        ("status of record r1", {}, a_record(status=["canary"])),
    ],
)
def test_a_value_that_cannot_be_is_named_by_place_and_never_shown(place, changes, record):
    with pytest.raises(BadShape) as bad:
        row_of(record, **changes)

    assert place in bad.value.text
    assert "canary" not in f"{bad.value.text}{bad.value.remedy}"
    assert bad.value.__context__ is None


def test_an_unexpanded_object_is_a_wrong_path_not_a_missing_key():
    with pytest.raises(BadShape, match=r"customer\.metadata\.number cannot be read: customer is not an object"):
        row_of(a_record(customer="cus_1"), key="customer.metadata.number")


def test_an_amount_without_a_currency_is_refused_and_no_amount_needs_none():
    fields = {"mrr": {"path": "mrr", "type": "money", "currency": {"path": "currency"}}}

    assert {"mrr": None, "mrr_currency": None} == row_of(a_record(mrr=None), fields=fields).values
    with pytest.raises(BadShape, match="currency of record r1"):
        row_of(a_record(mrr=5), fields=fields)


def test_a_path_that_cannot_be_right_is_refused_also_where_there_is_no_amount():
    fields = {"mrr": {"path": "mrr", "type": "money", "currency": {"path": "price.currency"}}}
    mapper = Mapper(a_side(fields=fields))
    mapper.row(a_record(mrr=5, price={"currency": "EUR"}))

    with pytest.raises(BadShape, match=r"price\.currency cannot be read: price is not an object"):
        mapper.row(a_record(mrr=None, price="EUR"))


@pytest.mark.parametrize(
    ("expected", "properties"), [("7", {"number": "7"}), (None, {"number": None}), (None, {}), (None, None)]
)
def test_what_stands_inside_is_found_or_is_not_there(expected, properties):
    assert expected == row_of(a_record(properties=properties), key="properties.number").key


@pytest.mark.parametrize("properties", ["7", 7, ["7"]])
def test_what_should_stand_inside_something_that_has_no_inside_is_refused(properties):
    with pytest.raises(BadShape, match=r"properties\.number cannot be read: properties is not an object"):
        row_of(a_record(properties=properties), key="properties.number")


@pytest.mark.parametrize(("expected", "digits"), [("500", None), ("5", {"ISK": 2})])
def test_a_vendor_may_count_minor_units_differently(expected, digits):
    side = a_side(fields={"mrr": {"path": "mrr", "type": "money", "currency": "ISK", "unit": "minor"}})

    assert expected == Mapper(side, vendor_digits=digits).row(a_record(mrr=500)).values["mrr"]


def test_a_column_name_may_hold_dots():
    side = a_side(key="customer.number")

    assert "7" == Mapper(side, reader=column_reader).row(a_record() | {"customer.number": "7"}).key


def test_every_mapped_path_is_named_once():
    money = {"path": "mrr", "type": "money", "currency": {"path": "currency"}}
    side = a_side(created_at={"field": "created"}, fields={"mrr": money, "again": "number"})

    assert ("id", "number", "status", "created", "mrr", "currency") == mapped_paths(side)


@pytest.mark.parametrize(
    ("company", "contract", "key"),
    [
        (7, " A ", "7|A"),
        ("7", "A|1", r"7|A\|1"),
        ("7|A", "1", r"7\|A|1"),
        ("7\\", "A", r"7\\|A"),
        (None, "A", None),
        (7, "", None),
        (7, "  ", None),
        (None, None, None),
    ],
)
def test_a_key_of_several_parts_is_there_when_every_part_is(company, contract, key):
    record = a_record(company={"id": company}, contract=contract)

    assert key == row_of(record, key=["company.id", "contract"]).key


def test_a_part_of_a_key_that_is_no_identifier_is_told_by_its_own_path():
    with pytest.raises(BadShape, match=r"^contract of record \S+ is a fraction or a truth value"):
        row_of(a_record(company={"id": 7}, contract=True), key=["company.id", "contract"])


def test_every_part_of_a_key_is_read_and_missed_by_its_own_path():
    settings = a_side(key=["company.id", "contract"])

    assert {"company.id", "contract"} <= set(mapped_paths(settings))

    mapper = Mapper(settings)
    for number in range(50):
        mapper.row(a_record(id=str(number), company={"id": 7}))
    with pytest.raises(BadShape, match="Not one of 50 records carries contract"):
        mapper.refuse_unmapped()
