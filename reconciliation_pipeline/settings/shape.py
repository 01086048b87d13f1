"""Which keys belong at this place of the file?

Walks the classes of `model.py` beside the values, through short forms and alternatives (which
paging, which connector), so that a mistake can name the keys that fit exactly there.
"""

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reconciliation_pipeline.settings.mistakes import Keys, Step
from reconciliation_pipeline.settings.model import Reconciliation

Form = Any
"""An annotation of a model: a class, a list, a union."""


def ways(steps: Keys, data: object) -> Keys | None:
    """Turn the steps pydantic names into keys of the file.

    Pydantic also names the alternative it tried (`sides.crm.rest.key`); that step is left out. None
    when it tried an alternative that the value does not resemble, whose mistakes would mislead.
    """
    form: Form = Reconciliation
    keys: list[Step] = []
    for step in steps:
        if len(_alternatives(form)) > 1:
            chosen = _chosen(form, data)
            if not _tried(step, chosen, form):
                return None
            form = chosen
        elif step != "[key]":
            form, data = _below(form, data, step)
            keys.append(step)
    return tuple(keys)


def model_at(keys: Keys, data: object) -> type[BaseModel] | None:
    """Find the class whose keys belong at a place; None where any key may stand, or none."""
    form: Form = Reconciliation
    for step in keys:
        form, data = _below(_chosen(form, data), data, step)
    found = _chosen(form, data if isinstance(data, Mapping) else {})
    return found if _is_model(found) else None


def kinds_at(keys: Keys, data: object) -> tuple[str, ...]:
    """List the words that choose among the alternatives of a place, such as every connector."""
    form: Form = Reconciliation
    for step in keys:
        form, data = _below(_chosen(form, data), data, step)
    return tuple(kind for each in _alternatives(form) if _is_model(each) for kind in _kinds(each))


def keys_of(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """List the keys of a class as a file writes them; Python has other plans for the word `as`."""
    return {described.alias or name: described for name, described in model.model_fields.items()}


def _alternatives(form: Form) -> tuple[Form, ...]:
    """List what may stand here, without the wrapping and without None."""
    origin = _origin(form)
    if origin is Annotated:
        return _alternatives(get_args(form)[0])
    if origin in {Union, UnionType}:
        return tuple(inner for part in get_args(form) for inner in _alternatives(part))
    return () if form in {None, NoneType} else (form,)


def _origin(form: Form) -> Form:
    return get_origin(form)


def _is_model(form: Form) -> bool:
    return isinstance(form, type) and issubclass(form, BaseModel)


def _chosen(form: Form, data: object) -> Form:
    """Choose the alternative that the value means to be; None when it is none of them."""
    found = _alternatives(form)
    if len(found) == 1:
        return found[0]
    if isinstance(data, Mapping):
        models = [each for each in found if _is_model(each)]
        named = [each for each in models if data.get(_discriminator(each)) in _kinds(each)]
        return (named or (models if len(models) == 1 else []) or [None])[0]
    if isinstance(data, list):
        return next((each for each in found if _origin(each) is list), None)
    return None


def _tried(step: Step, chosen: Form, form: Form) -> bool:
    """Tell whether pydantic's step names the chosen alternative."""
    if chosen is None:
        return True
    if not _is_model(chosen):
        return str(step).startswith("list")
    return step == chosen.__name__ or any(step in _kinds(each) for each in _alternatives(form) if _is_model(each))


def _discriminator(model: type[BaseModel]) -> str:
    return "connector" if "connector" in model.model_fields else "type"


def _kinds(model: type[BaseModel]) -> tuple[Form, ...]:
    """List the words that choose this class, such as `cursor`."""
    described = model.model_fields.get(_discriminator(model))
    return get_args(described.annotation) if described and _origin(described.annotation) is Literal else ()


def _below(form: Form, data: object, step: Step) -> tuple[Form, object]:
    """Go one key or position down."""
    inner = None
    alternatives = _alternatives(form)
    only = alternatives[0] if len(alternatives) == 1 else None
    if only is not None and _is_model(only):
        described = keys_of(only).get(step) if isinstance(step, str) else None
        inner = described.annotation if described else None
    elif _origin(only) in {list, dict}:
        inner = get_args(only)[-1]
    if isinstance(data, Mapping):
        return inner, data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return inner, data[step]
    return inner, None


def every_model(form: Form = Reconciliation) -> Iterator[type[BaseModel]]:
    """Yield every class that a file can hold, outermost first."""
    for each in _alternatives(form):
        if _is_model(each):
            yield each
            for described in each.model_fields.values():
                yield from every_model(described.annotation)
        elif _origin(each) in {list, dict}:
            yield from every_model(get_args(each)[-1])
