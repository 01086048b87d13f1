"""What shape do the two vendors publish? Read off the clients that they generate from their own specifications.

Runs in the clients' virtual environment and prints one JSON Schema for each file in `demo/published`:

    .peers/vendor-clients/bin/python reconciliation_pipeline_tests/peers/read_published.py

Names and types only. A field that the client types as never missing is required, and no field that
the client does not know is allowed. Whether what is committed is still what the clients say is a test
(`test_vendor_clients.py`).
"""

import json
import sys
import types
from types import SimpleNamespace
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import hubspot.crm.companies.models as companies  # type: ignore[import-not-found]
import stripe  # type: ignore[import-not-found]

Schema = dict[str, Any]

PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}

OURS = ("Account", "Customer", "ErrorObject", "Plan", "Price", "Subscription", "SubscriptionItem")
"""The classes of Stripe's that the demo shows. Of all others, an id or an object is as much as is said."""


def stripe_shapes() -> Schema:
    """Write the schema of every answer of Stripe's that the demo gives."""
    found = {name: _closed_class(_stripe_class(name), deep=name != "Account") for name in OURS}
    lists = {f"{name}List": _stripe_list({"$ref": f"#/$defs/{name}"}) for name in ("Subscription", "SubscriptionItem")}
    lists |= {"CustomerList": _stripe_list({"$ref": "#/$defs/Customer"}), "AccountList": _stripe_list({})}
    for name in ("Subscription", "Customer"):
        lists[f"{name}Search"] = _stripe_search({"$ref": f"#/$defs/{name}"})
    error = _closed({"error": {"$ref": "#/$defs/ErrorObject"}}, ["error"])
    return {
        "source": "https://pypi.org/project/stripe/12.3.0/, which Stripe generates from its OpenAPI specification",
        "version": stripe.api_version,
        "licence": "MIT, Copyright (c) 2010-2018 Stripe (http://stripe.com)",
        "$defs": {**found, **lists, "Error": error},
    }


def hubspot_shapes() -> Schema:
    """Write the schema of every answer of HubSpot's list of companies."""
    page = "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging"
    names = [page, "SimplePublicObjectWithAssociations", "ForwardPaging", "NextPage", "Error", "ErrorDetail"]
    return {
        "source": "https://pypi.org/project/hubspot-api-client/12.0.0/, which HubSpot generates from its specification",
        "version": "v3",
        "licence": "Apache-2.0, HubSpot",
        "$defs": {name: _hubspot_class(getattr(companies, name)) for name in names},
    }


def _stripe_class(name: str) -> type:
    return stripe._error_object.ErrorObject if name == "ErrorObject" else getattr(stripe, name)  # type: ignore[no-any-return]


def _closed_class(shape: type, *, deep: bool = True) -> Schema:
    fields = {name: kind for name, kind in shape.__annotations__.items() if name != "OBJECT_NAME"}
    required = [name for name, kind in fields.items() if type(None) not in get_args(kind)]
    return _closed({name: _schema(kind, deep=deep) for name, kind in fields.items()}, required)


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def _schema(kind: Any, *, deep: bool = True) -> Schema:
    origin, inner = get_origin(kind), get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin is Literal:
        return {"enum": sorted(inner, key=str)}
    if origin in {Union, types.UnionType}:
        return _either([_schema(one, deep=deep) for one in inner])
    holders = {list: _array, dict: _mapping, stripe.ListObject: _stripe_list}
    return holders[origin](_schema(inner[-1])) if origin in holders else _named(kind, deep=deep)


def _named(kind: Any, *, deep: bool) -> Schema:
    """Refer to a class the demo shows, write out one that stands inside another, and leave the rest open."""
    spelt = kind.__forward_arg__ if isinstance(kind, ForwardRef) else kind
    name = spelt if isinstance(spelt, str) else spelt.__qualname__
    if name in OURS:
        return {"$ref": f"#/$defs/{name}"}
    return _closed_class(kind) if deep and "." in name else {"type": "object"}


def _array(record: Schema) -> Schema:
    return {"type": "array", "items": record}


def _mapping(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _either(kinds: list[Schema]) -> Schema:
    """Join alternatives, simple types into one list of types."""
    simple = sorted({one["type"] for one in kinds if one.keys() == {"type"}})
    others = [one for one in kinds if one.keys() != {"type"}]
    if simple:
        others.append({"type": simple[0] if len(simple) == 1 else simple})
    return others[0] if len(others) == 1 else {"anyOf": others}


def _stripe_list(record: Schema) -> Schema:
    fields = {"object": {"enum": ["list"]}, "url": PLAIN[str]}
    return _stripe_page(fields, record, ["url"])


def _stripe_search(record: Schema) -> Schema:
    # The client types next_page as text; on the last page it is null: https://docs.stripe.com/api/pagination/search
    fields = {"object": {"enum": ["search_result"]}, "url": PLAIN[str], "next_page": {"type": ["null", "string"]}}
    return _stripe_page(fields, record, ["url", "next_page"])


def _stripe_page(fields: Schema, record: Schema, required: list[str]) -> Schema:
    page = {**fields, "data": _array(record), "has_more": PLAIN[bool]}
    return _closed(page, ["object", "data", "has_more", *required])


def _hubspot_class(shape: Any) -> Schema:
    fields = {spelt: _hubspot_type(shape.openapi_types[attribute]) for attribute, spelt in shape.attribute_map.items()}
    required = [spelt for attribute, spelt in shape.attribute_map.items() if _is_required(shape, attribute)]
    return _closed(fields, required)


def _is_required(shape: Any, attribute: str) -> bool:
    """Whether the client's own setter refuses to be given nothing."""
    strict = SimpleNamespace(local_vars_configuration=SimpleNamespace(client_side_validation=True))
    try:
        getattr(shape, attribute).fset(strict, None)
    except ValueError:
        return True
    return False


def _hubspot_type(spelt: str) -> Schema:
    plain: dict[str, Schema] = {"str": PLAIN[str], "bool": PLAIN[bool]}
    plain["datetime"] = {"type": "string", "format": "date-time"}
    if spelt in plain:
        return plain[spelt]
    if spelt.startswith("list["):
        return _array(_hubspot_type(spelt[5:-1]))
    if spelt.startswith("dict["):
        return _mapping(_hubspot_type(spelt[5:-1].partition(", ")[2]))
    known = {"ErrorDetail", "ForwardPaging", "NextPage", "SimplePublicObjectWithAssociations"}
    return {"$ref": f"#/$defs/{spelt}"} if spelt in known else {"type": "object"}


if __name__ == "__main__":
    json.dump({"stripe.json": stripe_shapes(), "hubspot.json": hubspot_shapes()}, sys.stdout)
