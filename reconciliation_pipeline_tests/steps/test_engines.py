"""What compares a pair is what its settings say; Spark is not even imported for that."""

import pytest

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import Incomparable, SnapshotFiles
from reconciliation_pipeline.settings.rules import amount_field, rules
from reconciliation_pipeline.steps.engines import engine_of
from reconciliation_pipeline_tests.compare.sides import amounts, found, record, write
from reconciliation_pipeline_tests.settings.builders import VALID, load, told


def _engine(line: str) -> str:
    return f"{VALID}engine: {line}\n"


@pytest.mark.parametrize("engine", ["", "engine: {type: duckdb}\n", 'engine: {type: duckdb, memory: "256MB"}\n'])
def test_duckdb_compares_by_default_and_spills_where_it_is_told(tmp_path, engine):
    pair = load(VALID + engine)
    by = ComparisonRules(rules(pair), amount_field(pair), {})
    files = SnapshotFiles(
        write(tmp_path / "crm.parquet", amounts(C1="49.00 EUR"), by.carried),
        write(tmp_path / "billing.parquet", [record("C2", mrr="49.00 EUR")], by.carried),
    )

    comparison, places = engine_of(pair, temp_folder=tmp_path / "spill")(files, by)

    assert [("billing_only", "C2"), ("crm_only", "C1")] == found(comparison)
    assert () == places
    assert (tmp_path / "spill").is_dir()


def test_so_little_memory_that_nothing_fits_is_what_duckdb_is_given(tmp_path):
    pair = load(_engine("{type: duckdb, memory: 1KB}"))
    by = ComparisonRules(rules(pair), amount_field(pair), {})
    path = write(tmp_path / "crm.parquet", amounts(C1="49.00 EUR"), by.carried)

    with pytest.raises(Incomparable, match=r"1000 bytes|memory|Memory"):
        engine_of(pair)(SnapshotFiles(path, path), by)


def test_spark_compares_where_the_settings_name_one():
    compare = engine_of(load(_engine('{type: spark, master: "spark://host:7077"}')))

    assert "SparkEngine(master='spark://host:7077')" in repr(compare)


@pytest.mark.parametrize("memory", ["1KB", "512MB", "2 GB", "8GiB", "1TB"])
def test_a_size_as_duckdb_writes_it_is_taken(memory):
    assert [] == told(_engine(f'{{type: duckdb, memory: "{memory}"}}'))


@pytest.mark.parametrize("memory", ["0GB", "2", "2G", "-1GB", "1.5GB", "80%", "2GB ", "\u0662GB", "1000000GB"])
def test_anything_else_is_no_size_of_memory(memory):
    (mistake,) = told(_engine(f'{{type: duckdb, memory: "{memory}"}}'))

    assert "is not a size of memory; write it as 512MB or 2GB" in mistake


@pytest.mark.parametrize(
    "master", ["local[1]", "local[*]", "spark://a:7077,b:7077", "yarn", "k8s://https://host:6443", "sc://host:15002"]
)
def test_the_address_of_a_spark_is_taken(master):
    assert [] == told(_engine(f'{{type: spark, master: "{master}"}}'))


@pytest.mark.parametrize("master", ["local", "local[0]", "spark://", "https://host", "sc://host/;token=canary"])
def test_anything_else_is_no_spark_and_is_never_repeated(master):
    (mistake,) = told(_engine(f'{{type: spark, master: "{master}"}}'))

    assert "engine.master: this is not the address of a Spark alone; write local[2]" in mistake
    assert "canary" not in mistake


def test_a_password_inside_the_address_of_a_spark_is_refused_and_not_repeated():
    (mistake,) = told(_engine('{type: spark, master: "spark://me:canary@host:7077"}'))

    assert "a user or password stands inside this address" in mistake
    assert "canary" not in mistake
