"""Which pairs of systems are planted into? Settings of many kinds, a line or two each."""

from pathlib import Path
from typing import Any, Final

import yaml

from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.model import AnySide, Reconciliation

Part = dict[str, Any]

KEYED: Final[Part] = {"key": "number", "status": {"field": "status", "active": ["active"]}}
REST: Final[Part] = {
    **KEYED,
    "connector": "rest",
    "base_url": "https://crm.example.com",
    "auth": {"token_env": "TOKEN"},
    "list": {"path": "/customers", "records": "data"},
    "paging": {"type": "cursor", "next": "next", "param": "after"},
}
CSV: Final[Part] = {**KEYED, "connector": "file", "path": "/data/export.csv"}
LINES: Final[Part] = {**KEYED, "connector": "file", "path": "/data/export.jsonl"}
PARQUET: Final[Part] = {**KEYED, "connector": "file", "path": "/data/export.parquet"}
SQL: Final[Part] = {**KEYED, "connector": "sql", "url_env": "DATABASE", "table": "customers"}
STRIPE: Final[Part] = {"connector": "stripe", "auth": {"token_env": "KEY"}, "key": "customer.metadata.number"}
HUBSPOT: Final[Part] = {
    "connector": "hubspot",
    "auth": {"token_env": "TOKEN"},
    "key": "properties.number",
    "status": {"field": "properties.status", "active": ["customer"], "out_of_scope": ["lead"]},
}

TRYTON: Final[Part] = {
    **KEYED,
    "connector": "tryton",
    "base_url": "https://erp.example.com/acme",
    "object": "party.party",
    "auth": {"token_env": "TOKEN"},
}

PLAN: Final[Part] = {"plan": "plan"}
SEATS: Final[Part] = {"seats": {"path": "seats", "type": "decimal"}}
MRR: Final[Part] = {"mrr": {"path": "mrr", "type": "money", "currency": {"path": "currency"}}}
IN_EUR: Final[Part] = {"mrr": {"path": "mrr", "type": "money", "currency": "EUR"}}
READ: Final[Part] = {"mail": "mail", "phone": "phone", "country": "country", "day": "day"}
FOLDS: Final[Part] = {"reduce": {"active": "any"}}
TIMED: Final[Part] = {"created_at": {"field": "created"}, "updated_at": {"field": "changed"}}
CENT: Final[Part] = {"field": "mrr", "tolerance": {"absolute": "0.01"}}


def status(field: str, *active: str, out_of_scope: tuple[str, ...] = ()) -> Part:
    """Which words of a field mean active."""
    return {"status": {"field": field, "active": list(active), "out_of_scope": list(out_of_scope)}}


def pair(crm: Part, billing: Part, *compare: str | Part, **more: Any) -> Reconciliation:
    """A valid pair that compares these fields."""
    data = {"id": "pair", "sides": {"crm": crm, "billing": billing}, "compare": list(compare), **more}
    return check(yaml.safe_dump(data, allow_unicode=True).encode(), Path("pair.yaml"), {})


def a_side(crm: Part) -> AnySide:
    return pair(crm, REST).sides.crm


DEMO: Final = pair(
    {**HUBSPOT, "fields": {"plan": "properties.plan", **IN_EUR}},
    {**STRIPE, "updated_at": {"field": "metadata.changed_at"}},
    "plan",
    CENT,
)
"""What the shipped reconciliation is like: the CRM without folding and in one currency, billing with all of it."""

PAIRS: Final = {
    "like the demo's": DEMO,
    "nothing compared": pair(REST, REST),
    "nothing compared, times only": pair({**REST, **TIMED}, CSV),
    "an amount that is not compared": pair({**REST, "fields": PLAN}, {**REST, "fields": {**PLAN, **MRR}}, "plan"),
    "text only": pair({**REST, "fields": PLAN}, {**CSV, "fields": PLAN}, "plan"),
    "numbers only": pair({**REST, "fields": SEATS}, {**SQL, "fields": SEATS}, "seats"),
    "a tolerance for numbers": pair(
        {**REST, "fields": SEATS}, {**REST, "fields": SEATS}, {"field": "seats", "tolerance": {"absolute": "0.5"}}
    ),
    "a tolerance of many places": pair(
        {**REST, "fields": SEATS},
        {**CSV, "fields": SEATS},
        {"field": "seats", "tolerance": {"absolute": "0.00000000004"}},
    ),
    "a tolerance beyond all money": pair(
        {**STRIPE}, {**REST, "fields": MRR}, {"field": "mrr", "tolerance": {"absolute": "1" + "0" * 22}}
    ),
    "two exports": pair(
        {**CSV, **TIMED, "fields": {**PLAN, **MRR}}, {**CSV, **TIMED, **FOLDS, "fields": {**PLAN, **MRR}}, "plan", CENT
    ),
    "two databases": pair(
        {**SQL, **TIMED, "fields": {**PLAN, **MRR, **SEATS}},
        {**SQL, **TIMED, **FOLDS, "fields": {**PLAN, **MRR, **SEATS}},
        *("plan", "seats", CENT),
    ),
    "two files of other kinds": pair(
        {**LINES, **TIMED, "key": "customer.numbers[1]", "fields": {**PLAN, **MRR}},
        {**PARQUET, **TIMED, "fields": {**PLAN, **MRR}},
        *("plan", CENT),
    ),
    "both fold": pair({**REST, **FOLDS, "fields": MRR}, {**REST, **FOLDS, "fields": MRR}, CENT),
    "folding in one currency": pair({**REST, **FOLDS, "fields": IN_EUR}, {**SQL, **FOLDS, "fields": IN_EUR}, CENT),
    "folding without money": pair({**REST, **FOLDS, "fields": PLAN}, {**REST, "fields": PLAN}, "plan"),
    "each in a currency of its own": pair(
        {**REST, **FOLDS, "fields": IN_EUR},
        {**REST, "fields": {"mrr": {"path": "mrr", "type": "money", "currency": "USD"}}},
        CENT,
    ),
    "Tryton and Stripe": pair(
        {**TRYTON, "fields": {"plan": "lines[0].product", "mrr": {**IN_EUR["mrr"], "path": "lines[0].price"}}},
        STRIPE,
        *("plan", CENT),
    ),
    "yen in minor units": pair(
        {**REST, "fields": {"mrr": {"path": "mrr", "type": "money", "currency": "JPY", "unit": "minor"}}},
        {**STRIPE, "fields": {"mrr": {"path": "monthly_amount", "currency": "JPY"}}},
        "mrr",
    ),
    "Icelandic crowns, as Stripe counts them": pair(
        {**REST, "fields": {"mrr": {"path": "mrr", "type": "money", "currency": "ISK"}}}, STRIPE, CENT
    ),
    "dinars in minor units": pair(
        {**CSV, "fields": {"mrr": {"path": "mrr", "type": "money", "currency": "BHD", "unit": "minor"}}},
        {**SQL, "fields": {"mrr": {"path": "mrr", "type": "money", "currency": "BHD"}}},
        CENT,
    ),
    "times in seconds and thousandths": pair(
        {**REST, "created_at": {"field": "created", "format": "epoch_s"}},
        {**CSV, "updated_at": {"field": "changed", "format": "epoch_ms"}},
    ),
    "times without a zone": pair(
        {**SQL, "updated_at": {"field": "changed", "timezone": "Europe/Berlin"}},
        {**CSV, "created_at": {"field": "created", "timezone": "America/St_Johns", "format": "iso"}},
    ),
    "keys of two parts": pair(
        {**REST, "key": ["company.id", "contract"], "fields": {**PLAN, **MRR}},
        {**REST, **TIMED, **FOLDS, "key": ["account", "numbers[1]"], "fields": {**PLAN, **MRR}},
        *("plan", CENT),
    ),
    "keys of two columns, one of them the id": pair(
        {**SQL, "key": ["region", "id"], "fields": PLAN}, {**CSV, "key": ["region", "number"], "fields": PLAN}, "plan"
    ),
    "keys of three parts, one of them a number": pair(
        {**CSV, "key": ["a", "b", "seats"], "fields": SEATS}, {**SQL, "key": ["a", "b", "c"], "fields": SEATS}
    ),
    "a key of two parts, and both in one text": pair(
        {**LINES, **FOLDS, "key": ["company", "contract"], "fields": MRR}, {**PARQUET, "fields": MRR}, CENT
    ),
    "Stripe by two keys": pair(
        {**HUBSPOT, "key": ["properties.number", "properties.contract"], "fields": IN_EUR},
        {**STRIPE, "key": ["customer.metadata.number", "metadata.contract"]},
        CENT,
    ),
    "texts whose spelling does not matter": pair(
        {**REST, "fields": PLAN},
        {**CSV, "fields": PLAN},
        {"field": "plan", "case": "ignore", "space": "collapse", "unicode": "nfc", "empty": "missing"},
    ),
    "texts without their blanks": pair(
        {**REST, "fields": PLAN}, {**SQL, "fields": PLAN}, {"field": "plan", "space": "ignore"}
    ),
    "addresses, numbers to call, countries and days": pair(
        {**REST, **FOLDS, "fields": READ},
        {**CSV, "fields": READ},
        {"field": "mail", "as": "email"},
        {"field": "phone", "as": "phone", "calling_code": "49"},
        {"field": "country", "as": "country"},
        {"field": "day", "as": "date", "zone": "Europe/Berlin", "precision": "day", "formats": ["%d.%m.%Y"]},
    ),
    **{
        f"moments to the {precision}": pair(
            {**REST, "fields": {"at": "at"}},
            {**SQL, "fields": {"at": "at"}},
            {"field": "at", "as": "date", "precision": precision},
        )
        for precision in ("hour", "minute", "second", "microsecond")
    },
    "words that mean the same": pair(
        {**REST, **FOLDS, "fields": PLAN},
        {**REST, "fields": PLAN},
        {
            "field": "plan",
            "words": {"crm": {"Gold": "premium", "Tin": "basic"}, "billing": {"P1": "premium", "P2": "basic"}},
        },
    ),
    "words of one side": pair(
        {**REST, "fields": PLAN}, {**REST, "fields": PLAN}, {"field": "plan", "words": {"crm": {"Gold": "premium"}}}
    ),
    "a share of a number": pair(
        {**REST, "fields": SEATS},
        {**REST, "fields": SEATS},
        {"field": "seats", "tolerance": {"absolute": "0.5", "relative": "0.001"}},
    ),
    "a share of an amount": pair(
        {**STRIPE}, {**REST, **FOLDS, "fields": MRR}, {"field": "mrr", "tolerance": {"relative": "0.03"}}
    ),
    "keys that are written in several ways": pair(
        {**REST, **FOLDS, "fields": PLAN},
        {**CSV, "fields": {**PLAN, **SEATS}},
        "plan",
        keys={
            "case": "ignore",
            "zeros": "ignore",
            "prefix": {"crm": "C-"},
            "suffix": {"billing": "-x"},
            "unicode": "nfc",
        },
    ),
    "one time for both": pair({**REST, "created_at": {"field": "at"}, "updated_at": {"field": "at"}}, REST),
    "paths deep inside": pair(
        {
            **REST,
            **status("state.name", "on", "paused", out_of_scope=("lead", "")),
            "key": "attributes[2].number",
            "source_id": "meta.id",
            "fields": {"plan": "attributes[0].plan.name", "seats": {"path": "attributes[2].seats", "type": "decimal"}},
        },
        {**REST, "fields": {**PLAN, **SEATS}},
        *("plan", "seats"),
    ),
    "archived and deleted records": pair(
        {
            **REST,
            "list": {
                "path": "/customers",
                "records": "data",
                "also": [{"params": {"archived": "true"}, "state": one} for one in ("archived", "deleted")],
            },
        },
        REST,
    ),
    "statuses that are numbers": pair({**REST, **status("status", "1", "2")}, {**CSV, **status("state", "700", "701")}),
    "several currencies at one place": pair(
        {**REST, **FOLDS, "fields": {**MRR, "fee": {**MRR["mrr"], "path": "fee"}}},
        {**REST, "fields": {**MRR, "fee": {**MRR["mrr"], "path": "fee", "currency": "EUR"}}},
        *("mrr", "fee"),
    ),
    "the amount of another field": pair(
        {**STRIPE, "fields": {"seats": {"path": "items.data[0].quantity", "type": "decimal"}}},
        {**REST, "fields": {**PLAN, **MRR, **SEATS}},
        *("plan", "mrr", "seats"),
        amount={"field": "mrr"},
    ),
}
"""Pairs in which everything that is read has a place of its own, so that nothing may be left out."""

ALIKE: Final = {
    "a compared field in a key of two parts": pair(
        {**REST, "key": ["company", "plan"], "fields": {**PLAN, **IN_EUR}}, {**STRIPE}, "plan", CENT
    ),
    "the key is the id": pair(
        {**CSV, "source_id": "number", "fields": {**PLAN, **MRR}},
        {**SQL, **FOLDS, "source_id": "number", "fields": {**PLAN, **MRR}},
        *("plan", CENT),
    ),
    "the status is compared": pair(
        {**REST, **status("state", "active", "trial"), "fields": {"state": "state"}},
        {**CSV, **status("state", "trial", "late"), "fields": {"state": "state"}},
        "state",
    ),
    "statuses that no side shares are compared": pair(
        {**REST, **status("state", "on"), "fields": {"state": "state", **PLAN}},
        {**REST, **status("state", "running"), "fields": {"state": "state", **PLAN}},
        *("state", "plan"),
    ),
    "one side's status is the other's field": pair(
        {**REST, **status("state", "active"), "fields": {"state": "state"}}, {**REST, "fields": {"state": "s"}}, "state"
    ),
    "the id of one is a field of the other": pair(
        {**REST, "source_id": "id", "fields": {"crm_id": "id"}},
        {**STRIPE, "fields": {"crm_id": "metadata.crm_id"}},
        *("crm_id",),
    ),
    "the key is compared": pair(
        {**REST, "fields": {"number": "number", **MRR}}, {**CSV, "fields": {"number": "number", **MRR}}, "number", "mrr"
    ),
    "the key is a number": pair(
        {**REST, "fields": {"number": {"path": "number", "type": "decimal"}}},
        {**CSV, "fields": {"number": {"path": "n", "type": "decimal"}}},
        "number",
    ),
    "a time is compared": pair(
        {**REST, "created_at": {"field": "since"}, "fields": {"since": "since", **PLAN}},
        {**CSV, "created_at": {"field": "since", "format": "epoch_s"}, "fields": {"since": "since", **PLAN}},
        *("since", "plan"),
    ),
    "the same time is compared": pair(
        {**REST, **TIMED, "fields": {"since": "created"}}, {**CSV, **TIMED, "fields": {"since": "created"}}, "since"
    ),
    "the currency is compared": pair(
        {**REST, "fields": {**MRR, "currency": "currency"}},
        {**SQL, **FOLDS, "fields": {**MRR, "currency": "currency"}},
        *("currency", CENT),
    ),
    "the currency is compared with a fixed one": pair(
        {**REST, "fields": {**IN_EUR, "currency": "code"}},
        {**REST, "fields": {**MRR, "currency": "currency"}},
        "currency",
        CENT,
    ),
    "two fields at one place": pair(
        {**REST, "fields": {**MRR, "price": "mrr"}}, {**REST, "fields": {**MRR, "price": "price"}}, "price", CENT
    ),
    "two amounts at one place, two currencies": pair(
        {**REST, "fields": {**MRR, "fee": {**MRR["mrr"], "currency": {"path": "other"}}}},
        {**REST, "fields": {**MRR, "fee": {**MRR["mrr"], "path": "fee"}}},
        *("mrr", "fee"),
    ),
    "a currency in two ways at one place": pair(
        {**REST, "fields": {**IN_EUR, "fee": {**MRR["mrr"], "path": "fee", "currency": "USD"}}},
        {**REST, "fields": {**MRR, "fee": {**MRR["mrr"], "path": "fee"}}},
        *("mrr", "fee"),
    ),
    "the interval of a subscription": pair(
        {**STRIPE, "fields": {"interval": "items.data[0].price.recurring.interval"}},
        {**REST, "fields": {**PLAN, **MRR, "interval": "interval"}},
        *("interval", CENT),
    ),
    "the unit price of a subscription": pair(
        {**STRIPE, "fields": {"unit": {"path": "items.data[1].price.unit_amount", "type": "decimal"}}},
        {**STRIPE, "fields": {"unit": {"path": "items.data[0].price.unit_amount", "type": "decimal"}}},
        *("unit", CENT),
    ),
    "a time of a subscription that is computed": pair(
        {**STRIPE, "fields": {"changed": "last_change", "ended": "canceled_at"}},
        {**CSV, "fields": {"changed": "changed", "ended": "ended"}},
        *("changed", "ended"),
    ),
}
"""Pairs in which two things stand at the same place: what cannot be told apart is left out, and nothing is accused."""
