"""`POST /api/v1/mentions`: mentions from outside, as NDJSON or a JSON array."""

import asyncio
import math
import zlib
from collections.abc import Iterator

import msgspec
import structlog
from fastapi import APIRouter, Request, Security
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from app.config import Source
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.mention import Deletion, Mention
from app.errors import Backpressure, EmberwatchError, Unavailable
from app.metrics import MENTIONS
from app.service import Context
from ingest.connector import topic
from ingest.playback import Outcome
from ingest.publish import Intake
from ingest.recording import Line, instant, lines

LIMIT = 10 * 2**20
"""Bytes of a body, before and after inflating."""

DRAINED = 8 * LIMIT
"""Bytes of a body that is too large which are still read, so that the sender hears why it is refused."""

MOST = 100_000
"""Lines of a body; the shortest mention has about as many bytes as that allows."""

COUNTS = ("accepted", "duplicates", "edited", "deleted", "unmatched")

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
BODY = {
    "required": True,
    "description": "One JSON object a line, or a JSON array; `Content-Encoding: gzip` is read",
    "content": {
        "application/x-ndjson": {"schema": _LINE},
        "application/json": {"schema": {"type": "array", "items": _LINE}},
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

AGAIN = "Send all of it again then: what is accepted already counts as a duplicate."

log = structlog.get_logger("inbox")


class Refused(EmberwatchError):
    """A request that is answered with a problem document of its own."""

    def __init__(self, status: int, title: str, detail: str, **headers: str) -> None:
        self.status, self.title = status, title
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(detail)


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
        self._intake = Intake(context.config, context.bus, context.store, context.identity, context.clock)
        self._sources = {source.id: source for source in context.config.sources if source.connector == "push"}

    async def post(self, request: Request, source: str | None = None) -> JSONResponse:
        """Accept mentions: NDJSON or a JSON array; the counts of the answer sum to the lines.

        At most 1,000 rejected lines are listed; if there are more, `rejected_total` says how many.
        """
        try:
            actor = _machine(request)
            row = self._source(source)
            authorise(actor, "mention.push", row.brand or "")
            body = await _body(request)
            found = await asyncio.to_thread(_found, body, self._context.clock.now())
            outcome = await self._take(found, row, actor)
        except Refused as refused:
            return _problem(refused.status, refused.title, str(refused), refused.headers)
        except Backpressure as behind:
            later = {"Retry-After": str(max(1, math.ceil(behind.retry_after)))}
            return _problem(429, "Too fast", f"{behind} {AGAIN}", later)
        except Unavailable as away:
            return _problem(503, "Not available", f"{away} {AGAIN}", _LATER)
        answer = {count: getattr(outcome, count) for count in COUNTS}
        if outcome.rejected_total > len(outcome.rejected):
            answer["rejected_total"] = outcome.rejected_total
        return JSONResponse({**answer, "rejected": outcome.rejected}, 202)

    def _source(self, wanted: str | None) -> Source:
        if not self._sources:
            raise Refused(
                404,
                "No push source",
                "No source takes pushed mentions; add {id: push, connector: push} to config.yaml.",
            )
        if wanted is None:
            return next(iter(self._sources.values()))
        if wanted not in self._sources:
            choices = ", ".join(self._sources)
            raise Refused(404, "No such source", f"There is no push source {wanted!r}; choose one of {choices}.")
        return self._sources[wanted]

    async def _take(self, found: list[Line], source: Source, actor: Actor) -> Outcome:
        outcome = Outcome()
        events: list[Mention | Deletion] = []
        for line in found:
            if line.event is None:
                outcome.reject(line)
                MENTIONS.labels(source.id, "rejected").inc()
            else:
                events.append(line.event)
        outcome.add(await self._intake.take(events, source.id))
        await asyncio.to_thread(self._audit, outcome, source, actor)
        await self._tell(outcome, events, source)
        return outcome

    def _audit(self, outcome: Outcome, source: Source, actor: Actor) -> None:
        counts = {count: getattr(outcome, count) for count in COUNTS}
        entry = AuditEntry(
            at=self._context.clock.now(),
            actor_kind=actor.kind,
            actor=actor.id,
            verb="mention.push",
            scope=source.brand or "",
            subject=source.id,
            detail={**counts, "rejected": outcome.rejected_total},
        )
        with self._context.store.transaction() as tx:
            tx.audit.append(entry)

    async def _tell(self, outcome: Outcome, events: list[Mention | Deletion], source: Source) -> None:
        """Tell the source's listener, which reports its health; a lost word changes nothing."""
        newest = max((instant(event) for event in events), default=0.0)
        told = {
            "received": str(len(events) + outcome.rejected_total),
            "matched": str(outcome.accepted + outcome.edited),
            "newest": str(newest),
        }
        try:
            await self._context.bus.command(topic(source.id), told)
        except Unavailable as away:
            log.warning("inbox.untold", source=source.id, reason=str(away))


_LATER = {"Retry-After": "2"}


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


async def _body(request: Request) -> bytes:
    """Read the body, inflated if it is gzip, at most `LIMIT` bytes of it."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip"}:
        raise Refused(415, "Unknown encoding", f"Content-Encoding {encoding!r} is not read; send gzip or none.")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body, read = bytearray(), 0
    async for part in request.stream():
        read += len(part)
        if read > DRAINED:
            break
        if len(body) > LIMIT or read > LIMIT:
            continue
        try:
            body += inflate.decompress(part, LIMIT + 1 - len(body)) if inflate and part else part
        except zlib.error:
            raise Refused(
                400, "Broken gzip", "The body says it is gzip but cannot be inflated; send it anew."
            ) from None
    if len(body) > LIMIT or read > LIMIT:
        raise Refused(413, "Too large", f"A body may have {LIMIT:,} bytes, also inflated; send it in parts.")
    if inflate and body and not inflate.eof:
        raise Refused(400, "Broken gzip", "The gzip body ends too early; send it anew.")
    return bytes(body)


def _found(body: bytes, now: float) -> list[Line]:
    """Read every line; refuse a body of which nothing can be read."""
    if body.count(b"\n") > MOST:
        raise Refused(413, "Too many lines", f"A body may have {MOST:,} lines; send it in parts.")
    found = list(_lines(body, now))
    if not found:
        raise Refused(400, "Nothing sent", "The body is empty; send NDJSON or an array of mentions.")
    if all(line.field == "line" for line in found):
        raise Refused(400, "Nothing readable", "No line of the body is a JSON object; send NDJSON or an array.")
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


def _problem(status: int, title: str, detail: str, headers: dict[str, str]) -> JSONResponse:
    """Answer with a problem document (RFC 9457)."""
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(problem, status, headers, "application/problem+json")
