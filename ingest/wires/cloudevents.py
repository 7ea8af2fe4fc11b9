"""CloudEvents 1.0 as a wrapper of mentions: the data of an event is a line of NDJSON.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md, bindings/http-protocol-binding.md and
formats/json-format.md (read 2026-11-22).
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from app.domain.mention import Deletion, Mention
from app.domain.wire import read
from app.errors import MentionError
from ingest.recording import Line

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
DELETIONS = ("deleted", "deletion", "removed", "removal")
"""Last words of a `type` that make the data a deletion."""

_REQUIRED = ("id", "source", "type")


def wrapped(headers: Mapping[str, str]) -> bool:
    """Tell whether a request is one CloudEvent or a batch of them."""
    kind = content_type(headers)
    return kind.startswith("application/cloudevents") or "ce-specversion" in headers or "ce-id" in headers


def content_type(headers: Mapping[str, str]) -> str:
    """Return the media type of a request without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def lines(headers: Mapping[str, str], body: bytes, now: float) -> Iterator[Line]:
    """Read the events of a request; one that is none is a `Line` with the attribute and a sentence."""
    kind = content_type(headers)
    if kind == BATCH:
        return _each(_elements(body), now)
    if kind == STRUCTURED:
        return _each([body], now)
    if kind.startswith("application/cloudevents"):
        fault = f"CloudEvents in the format {kind[:60]!r} are not read; send {STRUCTURED} or {BATCH}."
        return iter([Line(1, field="content-type", error=fault)])
    return iter([_binary(headers, body, now)])


def _elements(body: bytes) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return [msgspec.Raw(body)]


def _each(raw: Iterable[bytes | msgspec.Raw], now: float) -> Iterator[Line]:
    for number, element in enumerate(raw, 1):
        try:
            yield Line(number, _structured(bytes(element), now))
        except MentionError as error:
            yield Line(number, field=error.field, error=str(error))


def _structured(raw: bytes, now: float) -> Mention | Deletion:
    try:
        event = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MentionError("line", f"This is not one CloudEvent in JSON: {error}.") from None
    if not isinstance(event, dict):
        raise MentionError("line", "A CloudEvent is a JSON object with specversion, id, source, type and data.")
    _check(event)
    data = event.get("data")
    if data is None and isinstance(event.get("data_base64"), str):
        try:
            data = base64.b64decode(event["data_base64"], validate=True).decode()
        except (binascii.Error, ValueError):
            raise MentionError("data_base64", "This is no Base64 of UTF-8 text; encode the mention anew.") from None
    return _unwrapped(event, data, now)


def _binary(headers: Mapping[str, str], body: bytes, now: float) -> Line:
    event: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    event.setdefault("datacontenttype", content_type(headers) or None)
    try:
        _check(event)
        return Line(1, _unwrapped(event, body.decode(), now))
    except UnicodeDecodeError:
        return Line(1, field="data", error="The data is not UTF-8; send the mention as JSON in UTF-8.")
    except MentionError as error:
        return Line(1, field=error.field, error=str(error))


def _check(event: Mapping[str, Any]) -> None:
    """Check the attributes that every event needs, and those it may have; raise `MentionError`."""
    version = event.get("specversion")
    if version != "1.0":
        said = "is missing" if version is None else f"{str(version)[:20]!r} is not known"
        raise MentionError("specversion", f"The version of CloudEvents {said}; send 1.0.")
    for name in _REQUIRED:
        if not isinstance(event.get(name), str) or not event[name].strip():
            raise MentionError(name, f"A CloudEvent needs `{name}`, a text that is not empty; add it.")
    try:
        urlsplit(event["source"])
    except ValueError:
        raise MentionError(
            "source", "This is no URI reference; write one such as /crm or https://example.org/crm."
        ) from None
    kind = event.get("datacontenttype")
    if kind is not None and not (isinstance(kind, str) and _json(kind)):
        raise MentionError("datacontenttype", "Only JSON is read here; send application/json.")
    time = event.get("time")
    if time is not None and not isinstance(time, str):
        raise MentionError("time", "This is no RFC 3339 instant; write it like 2026-11-21T18:00:00Z.")


def _json(kind: str) -> bool:
    plain = kind.partition(";")[0].strip().lower()
    return plain in {"application/json", "text/json"} or plain.endswith("+json")


def _unwrapped(event: Mapping[str, Any], data: Any, now: float) -> Mention | Deletion:
    """Read the data; where it does not say when, the time of the event counts."""
    if isinstance(data, str):
        try:
            data = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise MentionError("data", f"The data is not one JSON object: {error}.") from None
    if not isinstance(data, dict):
        raise MentionError("data", "The data has to be a mention or a deletion, a JSON object as in a line of NDJSON.")
    gone = event["type"].rpartition(".")[2].lower() in DELETIONS
    known = dict(data)
    if "time" in event:
        when = "deleted_at" if gone or known.get("deleted_at") is not None else "published_at"
        _time(event["time"], now)
        known.setdefault(when, event["time"])
    if gone and known.get("deleted_at") is None:
        raise MentionError("data.deleted_at", "A deletion says when; give `deleted_at`, or `time` beside `type`.")
    try:
        return read(json.dumps(known), now)
    except MentionError as error:
        raise MentionError(f"data.{error.field}", str(error)) from None


def _time(text: str, now: float) -> None:
    """Check an event's own time as every other instant is checked."""
    try:
        read(json.dumps({"channel": "x", "id": "x", "deleted_at": text}), now)
    except MentionError as error:
        raise MentionError("time", str(error)) from None
