"""Finds every mistake of a file at once."""

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from app import registry
from app.config import entry, secret
from app.config.across import across
from app.config.lines import Document
from app.config.model import Config, Source
from app.config.nearest import listed, nearest
from app.config.notifying import SECRETS
from app.config.quick import Path
from app.config.rows import Rows, SourceRow
from app.config.sentence import mistakes_of, unknown_key
from app.domain.wall import Wall
from app.errors import UnknownExtension

_SCHEMES = {"http", "https", "ws", "wss"}
Mistakes = list[tuple[Path, str]]


def check(document: Document, folder: FilePath) -> tuple[Config | None, Mistakes]:
    """Return the configuration, or None and every mistake as (path, sentence)."""
    if document.data is None:
        return None, [((), "the file is empty; it needs at least `brands`, see docs/configuration.md")]
    if not isinstance(document.data, dict):
        return None, [((), f"the file has to be a block of keys: {listed(Rows.model_fields)}")]
    mistakes: Mistakes = list(secret.planted(document.data))
    data = secret.without(document.data)
    data, unread = _alerts(data, folder)
    mistakes += unread
    sources, rest = _split(data.get("sources"))
    rows = None
    try:
        rows = Rows.model_validate({**data, "sources": sources} if "sources" in data else data)
    except ValidationError as error:
        mistakes += mistakes_of(error, Rows)
    options: list[BaseModel | None] = []
    for index, (row, keys) in enumerate(rest):
        made, found = _options(row, keys, folder)
        options.append(made)
        mistakes += [(("sources", index, *path), sentence) for path, sentence in found]
    mistakes += across(data)
    if mistakes or rows is None:
        return None, _first_per_path(mistakes)
    return _config(rows, options), []


def _config(rows: Rows, options: list[BaseModel | None]) -> Config:
    brands = tuple(entry.brand(row) for row in rows.brands)
    everything = tuple(brand.id for brand in brands)
    return Config(
        site=rows.site,
        brands=brands,
        competitors=tuple(entry.competitor(row) for row in rows.competitors),
        topics=tuple(entry.topic(row) for row in rows.topics),
        campaigns=tuple(entry.campaign(row, rows.site.zone) for row in rows.campaigns),
        rules=tuple(entry.rule(row) for row in rows.rules),
        spam=rows.spam,
        sources=tuple(
            Source(id=row.id, connector=row.connector, brand=row.brand, options=made)
            for row, made in zip(rows.sources, options, strict=True)
            if made is not None
        ),
        walls=tuple(
            Wall(
                row.id,
                row.name or row.id,
                row.brands or everything,
                tuple(row.scenes),
                float(row.dwell),
                every=not row.brands,
            )
            for row in rows.walls
        ),
        bus=rows.bus,
        ingest=rows.ingest,
        retention=rows.retention,
        analysis=rows.analysis,
        priority=rows.priority,
        alerts=rows.alerts,
    )


def _split(sources: Any) -> tuple[Any, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """Part each source row into what every source has and what its connector reads."""
    if not isinstance(sources, tuple):
        return sources, []
    own: list[Any] = []
    parts: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for row in sources:
        if not isinstance(row, dict):
            own.append(row)
            parts.append(({}, {}))
            continue
        own.append({key: value for key, value in row.items() if key in SourceRow.model_fields})
        parts.append((row, {key: value for key, value in row.items() if key not in SourceRow.model_fields}))
    return tuple(own), parts


def _alerts(data: dict[str, Any], folder: FilePath) -> tuple[dict[str, Any], Mistakes]:
    """Return the data with the secrets of `alerts` filled in, from files or the environment."""
    mistakes: Mistakes = []
    alerts = data.get("alerts", {})
    if not isinstance(alerts, dict):
        return data, []
    filled = dict(alerts)
    for name, model in SECRETS.items():
        block = alerts.get(name, {})
        if isinstance(block, dict):
            keys, unread = secret.fetched(f"alerts_{name}", block, model, folder)
            mistakes += [(("alerts", name, key), sentence) for key, sentence in unread]
            if keys and (name in alerts or name != "mail"):
                filled[name] = keys
    return ({**data, "alerts": filled} if filled else data), mistakes


def _options(row: Mapping[str, Any], keys: Mapping[str, Any], folder: FilePath) -> tuple[BaseModel | None, Mistakes]:
    """Check the keys a connector reads."""
    name = row.get("connector")
    if not isinstance(name, str):
        return None, [
            ((key,), unknown_key(key, list(SourceRow.model_fields)))
            for key in keys
            if nearest(key, SourceRow.model_fields)
        ]
    try:
        model: type[BaseModel] = registry.load("connectors", name).Options
    except UnknownExtension:
        choices = registry.names("connectors")
        return None, [(("connector",), f"there is no connector `{name}`;{nearest(name, choices)} {listed(choices)}")]
    except Exception as error:  # noqa: BLE001 # a stranger's extension may fail in any way; its name has to be told
        return None, [(("connector",), f"the connector `{name}` cannot be loaded ({error}); install what it needs")]
    known = [*SourceRow.model_fields, *model.model_fields]
    mistakes: Mistakes = [((key,), sentence) for key, value in keys.items() if (sentence := _address(key, value))]
    filled, unread = secret.fetched(str(row.get("id")), keys, model, folder)
    mistakes += [((key,), sentence) for key, sentence in unread]
    if model.model_config.get("extra") != "allow":
        unknown = [key for key in filled if key not in model.model_fields]
        mistakes += [((key,), unknown_key(key, known)) for key in unknown]
        filled = {key: value for key, value in filled.items() if key not in unknown}
    try:
        return model.model_validate(filled), mistakes
    except ValidationError as error:
        return None, mistakes + mistakes_of(error, model)


def _address(key: str, value: Any) -> str | None:
    if not (key == "url" or key.endswith("_url")) or not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value)
        good = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0 and " " not in value
    except ValueError:
        good = False
    return None if good else "this is not an address; write one such as wss://host/path, with ws, wss, http or https"


def _first_per_path(mistakes: Mistakes) -> Mistakes:
    found: dict[Path, str] = {}
    for path, sentence in mistakes:
        found.setdefault(path, sentence)
    return list(found.items())
