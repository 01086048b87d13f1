"""Which JSON schema lets an editor complete and check a reconciliation while it is typed?

`python -m reconciliation_pipeline.settings.schema` writes it beside the files that name it in their
first line.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic.json_schema import GenerateJsonSchema

from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.presets import PRESETS, VENDORS
from reconciliation_pipeline.settings.values import CRON, CURRENCY, DURATION, as_text

Schema = dict[str, Any]
_DEFS = "#/$defs/"
_REFERENCE = r"\$\{"
_ALWAYS = ("connector", "key", "auth")
"""What no vendor's preset can know."""


class _Generator(GenerateJsonSchema):
    """Writes defaults the way a file does."""

    def encode_default(self, dft: object) -> object:
        return as_text(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def schema(presets: Path = PRESETS) -> Schema:
    """Describe a valid file: the classes of `model.py`, and what each vendor's preset makes optional."""
    made = Reconciliation.model_json_schema(schema_generator=_Generator)
    definitions = made["$defs"]
    rest = definitions["RestSide"]
    for vendor in VENDORS:
        preset = yaml.safe_load((presets / f"{vendor}.yaml").read_text("utf-8"))
        definitions[f"{vendor.capitalize()}Side"] = _vendor_side(rest, vendor, preset)
    # Below a preset a mapping may be written in part, so nothing inside it is required.
    definitions |= {f"{name}Part": _partly(each) for name, each in list(definitions.items()) if "Side" not in name}
    rest["properties"]["connector"] = {**rest["properties"]["connector"], "enum": ["rest"]}
    made["$defs"] = {name: _referenced_by_text(each) for name, each in sorted(definitions.items())}
    for side in made["$defs"]["Sides"]["properties"].values():
        _choose_by_connector(side)
    made["properties"] = _referenced_by_text(made["properties"])
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:reconciliation-pipeline:reconciliation",
    }
    return head | _without_unused(made)


def text() -> str:
    """Write the schema as the file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _vendor_side(rest: Schema, vendor: str, preset: Schema) -> Schema:
    required = [name for name in rest["required"] if name in _ALWAYS or name not in preset]
    properties = {
        name: _parts(each) if name in preset and name not in _ALWAYS else each
        for name, each in rest["properties"].items()
    }
    properties["connector"] = {
        "const": vendor,
        "description": f"Read with the defaults for {vendor}.",
        "type": "string",
    }
    description = f"A system read by the {vendor} preset, which fills in what is not written."
    return {**rest, "description": description, "properties": properties, "required": required, "title": vendor}


def _partly(definition: Schema) -> Schema:
    return {key: _parts(value) for key, value in definition.items() if key != "required"}


def _parts(value: object) -> object:
    """Refer to the definitions in which nothing is required; several of those can fit at once."""
    if isinstance(value, list):
        return [_parts(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        "anyOf" if key == "oneOf" else key: f"{each}Part" if key == "$ref" else _parts(each)
        for key, each in value.items()
        if key != "discriminator"
    }


def _referenced_by_text(value: object) -> object:
    """Let `${NAME}` stand where a number or a certain form is wanted: to an editor it is just text."""
    if isinstance(value, list):
        return [_referenced_by_text(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") in ("number", "integer"):  # a tuple: a property may itself be called type
        told = {key: value[key] for key in ("default", "description", "title") if key in value}
        number = {key: each for key, each in value.items() if key not in told}
        return {**told, "anyOf": [number, {"type": "string", "pattern": _REFERENCE}]}
    if value.get("pattern") in (DURATION, CRON, CURRENCY):
        return {**value, "pattern": rf"{value['pattern']}|{_REFERENCE}"}
    return {key: _referenced_by_text(each) for key, each in value.items()}


def _choose_by_connector(side: Schema) -> None:
    names = {"file": "FileSide", "rest": "RestSide", "sql": "SqlSide"}
    names |= {vendor: f"{vendor.capitalize()}Side" for vendor in VENDORS}
    side["discriminator"] = {
        "mapping": {kind: _DEFS + name for kind, name in names.items()},
        "propertyName": "connector",
    }
    side["oneOf"] = [{"$ref": _DEFS + name} for name in names.values()]


def _without_unused(made: Schema) -> Schema:
    while True:
        used = json.dumps(made)
        kept = {name: each for name, each in made["$defs"].items() if f'"{_DEFS}{name}"' in used}
        if len(kept) == len(made["$defs"]):
            return made
        made = {**made, "$defs": kept}


def main() -> None:
    """Write the schema to the path given, by default `reconciliations/schema.json`."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("reconciliations/schema.json")
    path.write_text(text(), "utf-8")


if __name__ == "__main__":
    main()
