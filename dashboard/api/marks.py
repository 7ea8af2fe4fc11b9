"""`/api/v1/authors/{key}/marks`, `POST /api/v1/marks`: what we know of authors, such as that they are customers."""

from collections import Counter
from typing import Any, Literal

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Request, Response

from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.errors import NotFound, WrongInput
from app.service import Context
from app.store.engine import Transaction
from app.store.marks import Mark, handle_key
from dashboard.api.shape import Shape, answering
from dashboard.api.watchlist import actor_of

VERB = "author.mark"
LARGEST = 16_000_000
"""Bytes of a list of marks."""
TOGETHER = 500
"""Lines of one transaction."""
SHOWN = 100
"""Lines that are told to be wrong; more are only counted."""
GONE: dict[str, Any] = {"status_code": 204, "response_class": Response}


class Marks(Shape):
    """The marks an author has now."""

    author: str
    marks: list[Mark]


class Wrong(Shape):
    """A line that could not be taken, and why."""

    line: int
    reason: str


class Taken(Shape):
    """How many lines changed something, how many said what was so already, and which were wrong."""

    changed: int
    unchanged: int
    wrong: int
    errors: list[Wrong]


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a list: an author of a channel, by id or handle."""

    channel: str
    mark: Mark = "customer"
    id: str = ""
    handle: str = ""
    remove: bool = False


_line = msgspec.json.Decoder(Line)


def router(context: Context) -> APIRouter:
    """Return the routes of marks."""
    routes = APIRouter(prefix="/api/v1", tags=["authors"])

    @routes.put("/authors/{key}/marks/{mark}", **answering(Marks))
    async def put(key: str, mark: Mark, request: Request) -> dict[str, Any]:
        """Mark an author whose mentions we have, for all their mentions, past and to come."""
        await anyio.to_thread.run_sync(_mark, context, actor_of(request), key, mark, "add")
        return {"author": key, "marks": [mark]}

    @routes.delete("/authors/{key}/marks/{mark}", **GONE)
    async def delete(key: str, mark: Mark, request: Request) -> Response:
        """Take a mark off an author."""
        await anyio.to_thread.run_sync(_mark, context, actor_of(request), key, mark, "clear")
        return Response(status_code=204)

    @routes.post(
        "/marks",
        **answering(Taken),
        openapi_extra={"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": {}}}}},
    )
    async def take(request: Request) -> dict[str, Any]:
        """Mark many: a line `{"channel": "bluesky", "handle": "anna.example"}` or with `id`; `"remove": true` unmarks.

        Good lines are kept whatever others say. Handles and ids are kept as digests only; an author never heard may
        be marked.
        """
        authorise(actor_of(request), VERB)
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                raise WrongInput(f"This list has more than {LARGEST:,} bytes; send it in parts.")
        return await anyio.to_thread.run_sync(_take, context, actor_of(request), bytes(body))

    return routes


def _mark(context: Context, actor: Actor, key: str, mark: Mark, what: Literal["add", "clear"]) -> None:
    authorise(actor, VERB)
    with context.store.transaction() as tx:
        if not tx.marks.known(key):
            raise NotFound(f"No author {key[:80]!r} has said anything; `author.key` of a mention names one.")
        now = context.clock.now()
        changed = tx.marks.add(key, mark, now) if what == "add" else tx.marks.clear(key, mark)
        tx.audit.append(_entry(now, actor, key, {"mark": mark, "set": what == "add", "changed": changed}))


def _take(context: Context, actor: Actor, body: bytes) -> dict[str, Any]:
    """Take lines in short transactions, so that the archive need not wait for a long list."""
    figures: dict[str, str | int | float | bool | None]
    counted: Counter[str] = Counter()
    wrong: list[dict[str, Any]] = []
    now = context.clock.now()
    numbered = [(number, raw) for number, raw in enumerate(body.splitlines(), 1) if raw.strip()]
    for start in range(0, len(numbered), TOGETHER):
        with context.store.transaction() as tx:
            for number, raw in numbered[start : start + TOGETHER]:
                try:
                    done = _do(context, tx, _line.decode(raw), now)
                except (msgspec.DecodeError, UnicodeError, WrongInput) as error:
                    wrong.append({"line": number, "reason": f"{str(error).rstrip('.')}."})
                else:
                    counted["changed" if done else "unchanged"] += 1
    figures = {"changed": counted["changed"], "unchanged": counted["unchanged"], "wrong": len(wrong)}
    with context.store.transaction() as tx:
        tx.audit.append(_entry(now, actor, "", figures))
    return {**figures, "errors": wrong[:SHOWN]}


def _do(context: Context, tx: Transaction, line: Line, now: float) -> bool:
    channel = line.channel.strip().lower()
    if not channel:
        raise WrongInput("`channel` is empty; name the channel, such as bluesky")
    if bool(line.id.strip()) == bool(line.handle.strip("@ ")):
        raise WrongInput("Give either `id` or `handle` of the author")
    identity = context.identity
    key = identity.author(channel, line.id) if line.id else handle_key(identity, channel, line.handle)
    return tx.marks.clear(key, line.mark) if line.remove else tx.marks.add(key, line.mark, now)


def _entry(at: float, actor: Actor, subject: str, detail: dict[str, str | int | float | bool | None]) -> AuditEntry:
    return AuditEntry(at, actor.kind, actor.id, VERB, "", subject, detail)
