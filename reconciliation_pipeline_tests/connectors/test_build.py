"""Which source reads which side."""

import pytest

from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.connectors.errors import SecretMissing
from reconciliation_pipeline.connectors.file import FileSource
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.sql import SqlSource
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.connectors.builders import ENVIRON, MORNING, a_file_side, a_rest_side, a_sql_side


def test_each_kind_of_side_gets_its_source():
    rest = build_source(a_rest_side(), side=Side.CRM, environ=ENVIRON, morning=MORNING)
    file = build_source(a_file_side("x.csv"), side=Side.BILLING, environ={}, morning=MORNING)
    database = {"A_DATABASE_URL": "sqlite:///x.db"}
    sql = build_source(a_sql_side(), side=Side.CRM, environ=database, morning=MORNING)

    assert (RestSource, FileSource, SqlSource) == (type(rest), type(file), type(sql))


def test_a_missing_secret_is_noticed_before_anything_is_asked():
    with pytest.raises(SecretMissing, match="TOKEN"):
        build_source(a_rest_side(), side=Side.CRM, environ={}, morning=MORNING)
    with pytest.raises(SecretMissing, match="A_DATABASE_URL"):
        build_source(a_sql_side(), side=Side.CRM, environ={}, morning=MORNING)
