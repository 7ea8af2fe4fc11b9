"""`POST /api/v1/mentions`: mentions from outside, as NDJSON, a JSON array or CloudEvents."""

import asyncio
from collections.abc import Iterator, Mapping

import msgspec
from fastapi import APIRouter, Request, Security
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer

from app.config import Source
from app.domain.actor import Actor, authorise
from app.domain.mention import Deletion, Mention
from app.metrics import MENTIONS
from app.service import Context
from ingest.parcel import Refused, answered, unpacked
from ingest.playback import COUNTS, Outcome
from ingest.reception import Reception
from ingest.recording import Line, lines
from ingest.wires import cloudevents

MOST = 100_000
"""Lines of a body; the shortest mention has about as many bytes as that allows."""

_LINE = {
    "type": "object",
    "description": "A mention, or a deletion with `deleted_at` instead of time, text and author",
    "required": ["channel", "id"],
    "properties": {
        "channel": {"type": "string"},
        "id": {"type": "string"},
        "published_at": {"type": "string", "format": "date-time"},
        "text": {"type": "string"},
        "author": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
        "deleted_at": {"type": "string", "format": "date-time"},
    },
}
_EVENT = {
    "type": "object",
    "description": "A CloudEvent 1.0; a `type` that ends in .deleted makes its data a deletion",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        **{name: {"type": "string", "minLength": 1} for name in ("id", "source", "type")},
        "time": {"type": "string", "format": "date-time"},
        "data": _LINE,
    },
}
BODY = {
    "required": True,
    "description": "One JSON object a line, a JSON array, or CloudEvents 1.0; gzip is read",
    "content": {
        "application/x-ndjson": {"schema": _LINE},
        "application/json": {"schema": {"type": "array", "items": _LINE}},
        cloudevents.STRUCTURED: {"schema": _EVENT},
        cloudevents.BATCH: {"schema": {"type": "array", "items": _EVENT}},
    },
}
ANSWER = {
    "type": "object",
    "required": [*COUNTS, "rejected"],
    "properties": {
        **{count: {"type": "integer"} for count in COUNTS},
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["line", "field", "error"],
                "properties": {
                    "line": {"type": "integer"},
                    "field": {"type": "string"},
                    "error": {"type": "string"},
                },
            },
        },
        "rejected_total": {"type": "integer", "description": "Only if more are rejected than are listed"},
    },
}
"""How the route describes itself."""


def router(context: Context) -> APIRouter:
    """Return the route of the inbox."""
    inbox = Inbox(context)
    routes = APIRouter()
    routes.add_api_route(
        "/api/v1/mentions",
        inbox.post,
        methods=["POST"],
        status_code=202,
        tags=["mentions"],
        dependencies=[Security(HTTPBearer(auto_error=False, description="From `emberwatch token add NAME`"))],
        responses={202: {"content": {"application/json": {"schema": ANSWER}}}},
        openapi_extra={"requestBody": BODY},
    )
    return routes


class Inbox:
    """Takes mentions from machines that hold a token; keeps the good lines and names the bad."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reception = Reception(context)

    async def post(self, request: Request, source: str | None = None) -> Response:
        """Accept mentions: NDJSON, a JSON array, or CloudEvents 1.0; the counts of the answer sum to the lines.

        At most 1,000 rejected lines are listed; if there are more, `rejected_total` says how many.
        """
        return await answered(lambda: self._post(request, source))

    async def _post(self, request: Request, source: str | None) -> Response:
        actor = _machine(request)
        row = self._source(source)
        authorise(actor, "mention.push", row.brand or "")
        body = await unpacked(request)
        found = await asyncio.to_thread(_found, request.headers, body, self._context.clock.now())
        outcome = await self._take(found, row, actor)
        answer = {count: getattr(outcome, count) for count in COUNTS}
        if outcome.rejected_total > len(outcome.rejected):
            answer["rejected_total"] = outcome.rejected_total
        return JSONResponse({**answer, "rejected": outcome.rejected}, 202)

    def _source(self, wanted: str | None) -> Source:
        sources = {source.id: source for source in self._context.config.sources if source.connector == "push"}
        if not sources:
            raise Refused(
                404,
                "No push source",
                "No source takes pushed mentions; add {id: push, connector: push} to config.yaml.",
            )
        if wanted is None:
            return next(iter(sources.values()))
        if wanted not in sources:
            choices = ", ".join(sources)
            raise Refused(404, "No such source", f"There is no push source {wanted!r}; choose one of {choices}.")
        return sources[wanted]

    async def _take(self, found: list[Line], source: Source, actor: Actor) -> Outcome:
        outcome = Outcome()
        events: list[Mention | Deletion] = []
        for line in found:
            if line.event is None:
                outcome.reject(line)
                MENTIONS.labels(source.id, "rejected").inc()
            else:
                events.append(line.event)
        outcome.add(await self._reception.take(events, source, actor, rejected=outcome.rejected_total))
        return outcome


def _machine(request: Request) -> Actor:
    """Return the machine that asks; a person's browser may not push, or any page it shows could."""
    actor = getattr(request.state, "actor", None)
    if not isinstance(actor, Actor) or actor.kind != "machine":
        raise Refused(
            401,
            "No token",
            "Send `Authorization: Bearer TOKEN`; `emberwatch token add NAME` makes one.",
            WWW_Authenticate='Bearer realm="emberwatch"',
        )
    return actor


def _found(headers: Mapping[str, str], body: bytes, now: float) -> list[Line]:
    """Read every line; refuse a body of which nothing can be read."""
    if cloudevents.wrapped(headers):
        return _events(headers, body, now)
    if body.count(b"\n") > MOST:
        raise Refused(413, "Too many lines", f"A body may have {MOST:,} lines; send it in parts.")
    found = list(_lines(body, now))
    if not found:
        raise Refused(400, "Nothing sent", "The body is empty; send NDJSON or an array of mentions.")
    if all(line.field == "line" for line in found):
        raise Refused(400, "Nothing readable", "No line of the body is a JSON object; send NDJSON or an array.")
    return found


def _events(headers: Mapping[str, str], body: bytes, now: float) -> list[Line]:
    """Read CloudEvents: who sends a single one looks only at the status, so a faulty one is refused."""
    found = list(cloudevents.lines(headers, body, now))
    if not found:
        raise Refused(400, "Nothing sent", "The batch is empty; send an array of CloudEvents.")
    faulty = found[0]
    if faulty.event is None and (len(found) == 1 or all(line.field == "line" for line in found)):
        raise Refused(400, "No CloudEvent", f"{faulty.field}: {faulty.error}")
    return found


def _lines(body: bytes, now: float) -> Iterator[Line]:
    """Read a body: elements of an array count as lines."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    if body.lstrip()[:1] != b"[":
        yield from lines(body.split(b"\n"), now)
        return
    try:
        elements = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused(400, "Broken array", f"The body starts with [ but is no JSON array: {error}.") from None
    yield from lines((bytes(element) for element in elements), now)
