"""Secrets come from files or the environment, never from config.yaml, and are never shown."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel

from app.config.quick import Path

_SECRET = re.compile(
    r"(^|[^a-z])(token|secret|passw(or)?d|passphrase|pass|api[^a-z]?key|apikey|credentials?|authori[sz]ation|private[^a-z]?key)$",
    re.IGNORECASE,
)


def looks_secret(key: str) -> bool:
    """Return whether a key names a secret, such as `token`, `api_key` or `smtp-password`."""
    return bool(_SECRET.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key)))


def variable(source: str, key: str) -> str:
    """Return the environment variable that may hold a source's secret."""
    return "EMBERWATCH_" + re.sub(r"[^A-Z0-9]", "_", f"{source}_{key}".upper())


def planted(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every secret that stands in the file itself as (path, sentence); the sentence does not repeat it."""
    if isinstance(data, dict):
        for key, value in data.items():
            here = (*path, key)
            if looks_secret(key):
                yield here, _instead(key, path, data)
            else:
                yield from planted(value, here)
    elif isinstance(data, tuple):
        for index, value in enumerate(data):
            yield from planted(value, (*path, index))
    elif isinstance(data, str) and _in_address(data):
        yield path, "a secret stands in this address; take it out and keep it in a file or the environment"


def _instead(key: str, path: Path, row: Mapping[str, Any]) -> str:
    way = f"write `{key}_file: PATH` with the file that holds it"
    if path[:1] == ("sources",) and isinstance(row.get("id"), str):
        way += f", or set the environment variable {variable(row['id'], key)}"
    if path[:1] == ("alerts",) and len(path) > 1:
        way += f", or set the environment variable {variable(f'alerts_{path[1]}', key)}"
    return f"secrets never stand in this file; {way}"


def _in_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.scheme and parts.password) or any(looks_secret(key) for key, _ in parse_qsl(parts.query))
    except ValueError:
        return False


def without(data: Any) -> Any:
    """Return the data without its secrets, so that checking goes on and no other sentence can repeat them."""
    if isinstance(data, dict):
        return {key: without(value) for key, value in data.items() if not looks_secret(key)}
    if isinstance(data, tuple):
        return tuple(without(value) for value in data)
    return data


def fetched(
    source: str, rest: Mapping[str, Any], options: type[BaseModel], folder: FilePath
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return a source's keys with its secrets filled in, and the mistakes as (key, sentence).

    They are read from `<key>_file` or the environment. Relative files lie in `folder`, beside config.yaml.
    """
    keys, mistakes = dict(rest), []
    for key in options.model_fields:
        pointer = f"{key}_file"
        if not looks_secret(key) or pointer in options.model_fields:
            continue
        if pointer in keys:
            try:
                keys[key] = (folder / str(keys.pop(pointer))).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not text"
                mistakes.append((pointer, f"the file with the secret cannot be read: {reason}"))
        elif (value := os.environ.get(variable(source, key))) is not None:
            keys[key] = value
    return keys, mistakes
