"""Do the schema, the page of keys and the demo file say what the classes say?"""

import json
from pathlib import Path

import pytest

import reconciliation_pipeline
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings import schema
from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline.settings.rules import amount_field
from reconciliation_pipeline.settings.shape import every_model, keys_of

TOP = Path(reconciliation_pipeline.__path__[0]).parent
KEYS = sorted(
    {
        (model.__name__, name, field.description or "")
        for model in every_model()
        for name, field in keys_of(model).items()
    }
)


def test_the_schema_beside_the_files_is_the_one_the_classes_give():
    stale = "run python -m reconciliation_pipeline.settings.schema"

    assert schema.text() == (TOP / "reconciliations" / "schema.json").read_text("utf-8"), stale


def test_a_vendors_side_needs_only_what_its_preset_does_not_know():
    sides = schema.schema()["$defs"]

    assert ["key", "status", "connector", "auth"] == sides["HubspotSide"]["required"]
    assert ["key", "connector", "auth"] == sides["StripeSide"]["required"]
    assert {"key", "status", "connector", "base_url", "auth", "list", "paging"} == set(sides["RestSide"]["required"])


def test_every_reference_of_the_schema_leads_somewhere():
    made = schema.schema()
    referred = {part.split('"')[0] for part in json.dumps(made).split('"#/$defs/')[1:]}

    assert set() == referred - set(made["$defs"])


@pytest.mark.parametrize(("model", "name", "description"), KEYS)
def test_every_key_has_a_line_on_the_page_of_settings_in_its_own_words(model, name, description):
    page = (TOP / "docs" / "settings.md").read_text("utf-8")

    assert description
    assert any(line.startswith(f"| `{name}` |") and description in line for line in page.splitlines())


def test_the_demo_pair_is_valid_without_any_variable():
    demo = load_one(TOP / "reconciliations", "crm_billing", {})

    assert ("CRM", "Billing") == (demo.label(Side.CRM), demo.label(Side.BILLING))
    assert ("active", "running") == (demo.sides.crm.active_word, demo.sides.billing.active_word)
    assert demo.is_local
    assert "mrr" == amount_field(demo)


def test_the_demo_pair_moves_with_the_environment():
    demo = load_one(TOP / "reconciliations", "crm_billing", {"CRM_URL": "http://127.0.0.1:1"})

    assert "http://127.0.0.1:1" == demo.sides.crm.model_dump()["base_url"]


def test_the_demo_file_names_its_schema_in_the_first_line():
    first = (TOP / "reconciliations" / "crm_billing.yaml").read_text("utf-8").splitlines()[0]

    assert "# yaml-language-server: $schema=schema.json" == first
