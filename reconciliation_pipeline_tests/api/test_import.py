"""Does it cost nothing to import the package, and is the call where the README says?"""

import subprocess
import sys

import pytest

import reconciliation_pipeline

HEAVY = {"dagster", "pandas", "duckdb", "httpx", "pyarrow", "pydantic"}
LOOK = "import sys; {}; print(*{{name.split('.')[0] for name in sys.modules}})"


def loaded_by(statement):
    shown = subprocess.run([sys.executable, "-c", LOOK.format(statement)], capture_output=True, text=True, check=True)
    return set(shown.stdout.split())


def test_importing_the_package_imports_nothing_heavy():
    assert set() == HEAVY & loaded_by("import reconciliation_pipeline")


def test_asking_for_reconcile_needs_neither_dagster_nor_a_network():
    loaded = loaded_by("from reconciliation_pipeline import reconcile")

    assert {"pandas", "duckdb"} <= loaded
    assert set() == {"dagster", "httpx", "sqlalchemy", "polars"} & loaded


def test_the_package_names_what_it_gives():
    assert {"reconcile", "Reconciled", "ReconcileError"} == set(reconciliation_pipeline.__all__)
    assert all(callable(getattr(reconciliation_pipeline, name)) for name in reconciliation_pipeline.__all__)


def test_a_name_it_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'reconcil'"):
        _ = reconciliation_pipeline.reconcil
