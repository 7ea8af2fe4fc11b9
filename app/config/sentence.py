"""Turns pydantic's errors into sentences that say what to write instead."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from app.config.nearest import close, listed, nearest
from app.config.quick import Path

_TYPES = {
    "string_type": "a text has to stand here; put it in quotes",
    "int_type": "a whole number has to stand here",
    "int_parsing": "a whole number has to stand here",
    "int_from_float": "a whole number has to stand here",
    "float_type": "a number has to stand here",
    "float_parsing": "a number has to stand here",
    "finite_number": "a number has to stand here, and not an endless one",
    "bool_type": "true or false has to stand here",
    "bool_parsing": "true or false has to stand here",
    "tuple_type": "a list has to stand here, as in [a, b]",
    "list_type": "a list has to stand here, as in [a, b]",
    "model_type": "a block of keys has to stand here, as in {key: value}",
    "dict_type": "a block of keys has to stand here, as in {key: value}",
    "too_short": "at least one entry is needed here",
    "string_too_short": "a text has to stand here; it is empty",
}

_BOUNDS = {
    "greater_than_equal": "it has to be at least {ge}",
    "greater_than": "it has to be more than {gt}",
    "less_than_equal": "it has to be at most {le}",
    "less_than": "it has to be less than {lt}",
    "string_too_long": "it has to be at most {max_length} characters long",
}


def mistakes_of(error: ValidationError, model: type[BaseModel]) -> list[tuple[Path, str]]:
    """Return every mistake pydantic found as (path, sentence)."""
    real = (dict(found) for found in error.errors() if not (found["type"] == "too_short" and found["input"]))
    mistakes = dict(_mistake(found, model) for found in real)
    misspelt = {_meant(path, model) for path in mistakes if mistakes[path].startswith("unknown key")}
    return [(path, said) for path, said in mistakes.items() if path not in misspelt or "is missing" not in said]


def unknown_key(key: str, choices: Mapping[str, object] | list[str]) -> str:
    """Return the sentence for a key nobody reads."""
    return f"unknown key `{key}`;{nearest(key, choices)} {listed(choices)}"


def _meant(path: Path, model: type[BaseModel]) -> Path:
    """Return the path that a misspelt key was probably meant to be."""
    word = close(str(path[-1]), _fields(model, path[:-1]))
    return (*path[:-1], word) if word else path


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
            choices = re.findall(r"'([^']*)'", context["expected"])
            if not isinstance(found["input"], str):
                return f"{listed(choices)} has to stand here"
            written = found["input"]
            return f"`{written}` is not known here;{nearest(written, choices)} {listed(choices)}"
        case "value_error":
            return str(context["error"])
        case kind if kind in _BOUNDS:
            return _BOUNDS[kind].format(**context)
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
