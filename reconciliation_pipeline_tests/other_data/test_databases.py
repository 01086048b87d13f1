"""Do two databases, one of each system, agree? A CRM and a billing system in SQLite, by real commands."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciliation_pipeline_tests.other_data.company import Company

COUNT = 400
CRM = "CREATE TABLE customers (id INTEGER PRIMARY KEY, number TEXT, status TEXT, plan TEXT, mrr NUMERIC)"
BILLING = 'CREATE TABLE "Order" ("no." TEXT PRIMARY KEY, customer TEXT, running BOOLEAN, plan TEXT, cents INTEGER)'


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def keep(file: Path, table: str, rows: Sequence[Sequence[object]]) -> str:
    """Keep rows in a database of their own, and give its address."""
    name = table.split()[2]
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(table)
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", rows)
    return f"sqlite:///{file}"


def crm() -> dict[str, Any]:
    return {
        "connector": "sql",
        "url_env": "CRM_DATABASE_URL",
        "table": "customers",
        "key": "number",
        "status": {"field": "status", "active": ["active"]},
        "fields": {"plan": "plan", "mrr": {"path": "mrr", "type": "money", "currency": "EUR"}},
    }


def billing() -> dict[str, Any]:
    return {
        "connector": "sql",
        "url_env": "BILLING_DATABASE_URL",
        "table": "Order",
        "source_id": "no.",
        "key": "customer",
        "status": {"field": "running", "active": ["true"]},
        "fields": {"plan": "plan", "mrr": {"path": "cents", "type": "money", "currency": "EUR", "unit": "minor"}},
    }


def test_what_differs_between_two_databases_is_found_exactly(company, tmp_path):
    customers = [[number, f"K{number:04d}", "active", "SML"[number % 3], 19.9] for number in range(COUNT)]
    orders = [[f"o{number}", f"K{number:04d}", True, "SML"[number % 3], 1990] for number in range(COUNT)]
    customers[3][2] = "churned"
    del orders[7]
    orders[9][4] = 2490
    orders[11][3] = "XL"
    company.configure(crm(), billing())
    addresses = {
        "CRM_DATABASE_URL": keep(tmp_path / "crm.db", CRM, customers),
        "BILLING_DATABASE_URL": keep(tmp_path / "billing.db", BILLING, orders),
    }

    company.confirm(COUNT, COUNT - 1)

    answer = company.run(**addresses)

    assert (4, 4, 1, 1, 2) == answer.counts("total", "open", "crm_only", "billing_only", "value_conflict")
    assert (COUNT, COUNT - 1) == tuple(answer.data["sides"][side]["pulled"] for side in ("crm", "billing"))
    assert {"complete"} == {side["certificate"] for side in answer.data["sides"].values()}
    assert {
        ("crm_only", "K0007"),
        ("billing_only", "K0003"),
        ("value_conflict", "K0010"),
        ("value_conflict", "K0012"),
    } == {(one["kind"], one["key"]) for one in company.items()}


def test_a_database_that_is_not_there_is_a_morning_that_nobody_trusts(company, tmp_path):
    company.configure(crm(), billing())
    gone = f"sqlite:///{tmp_path}/canary.db"

    unset = company.run(CRM_DATABASE_URL=gone)
    answer = company.run(CRM_DATABASE_URL=gone, BILLING_DATABASE_URL=gone)

    assert (2, "BILLING_DATABASE_URL") == (unset.exit, unset.error["text"].split()[3])
    assert (3, {"refused"}) == (answer.exit, answer.codes)
    assert "canary" not in str(answer.data) + answer.talk + unset.talk
