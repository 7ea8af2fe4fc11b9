"""Turns pydantic's errors into sentences that say what to write instead."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from app.config.lines import Path
from app.config.nearest import listed, nearest

_TYPES = {
    "string_type": "a text has to stand here; put it in quotes",
    "int_type": "a whole number has to stand here",
    "int_parsing": "a whole number has to stand here",
    "int_from_float": "a whole number has to stand here",
    "float_type": "a number has to stand here",
    "float_parsing": "a number has to stand here",
    "bool_type": "true or false has to stand here",
    "bool_parsing": "true or false has to stand here",
    "tuple_type": "a list has to stand here, as in [a, b]",
    "list_type": "a list has to stand here, as in [a, b]",
    "model_type": "a block of keys has to stand here, as in {key: value}",
    "dict_type": "a block of keys has to stand here, as in {key: value}",
    "too_short": "at least one entry is needed here",
    "string_too_short": "a text has to stand here; it is empty",
}


def mistakes_of(error: ValidationError, model: type[BaseModel]) -> list[tuple[Path, str]]:
    """Return every mistake pydantic found as (path, sentence)."""
    real = (dict(found) for found in error.errors() if not (found["type"] == "too_short" and found["input"]))
    return list(dict(_mistake(found, model) for found in real).items())


def unknown_key(key: str, choices: Mapping[str, object] | list[str]) -> str:
    """Return the sentence for a key nobody reads."""
    return f"unknown key `{key}`;{nearest(key, choices)} {listed(choices)}"


def _mistake(found: dict[str, Any], model: type[BaseModel]) -> tuple[Path, str]:
    path: Path = tuple(found["loc"])
    kind = found["type"]
    if kind == "extra_forbidden":
        return path, unknown_key(str(path[-1]), _fields(model, path[:-1]))
    if kind == "missing":
        return path, f"the key `{path[-1]}` is missing"
    if found["input"] is None:
        return path, f"nothing stands here; {_TYPES.get(kind, 'give it a value or leave the key out')}"
    return path, _value(found, found.get("ctx", {}))


def _value(found: dict[str, Any], context: dict[str, Any]) -> str:
    match found["type"]:
        case "literal_error":
            written, choices = str(found["input"]), re.findall(r"'([^']*)'", context["expected"])
            return f"`{written}` is not known here;{nearest(written, choices)} {listed(choices)}"
        case "value_error":
            return str(context["error"])
        case "greater_than_equal":
            return f"it has to be at least {context['ge']}"
        case "less_than_equal":
            return f"it has to be at most {context['le']}"
        case "string_too_long":
            return f"it has to be at most {context['max_length']} characters long"
        case kind:
            return str(_TYPES.get(kind, found["msg"]))


def _fields(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that may stand at `path` of `model`."""
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {tuple, list, Union, UnionType}:
        return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
    return None
