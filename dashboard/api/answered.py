"""`/api/v1/mentions/{key}/answered`: somebody has answered where we cannot see it, by phone or by letter."""

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.service import Context
from app.store.audit import Detail
from dashboard.api.shape import Shape, answering
from dashboard.api.watchlist import GONE, actor_of

VERB = "mention.answered"


class Answered(Shape):
    """A mention that is answered, as somebody said."""

    key: str
    answered: bool


def router(context: Context) -> APIRouter:
    """Return the routes of answers that are said."""
    routes = APIRouter(prefix="/api/v1", tags=["mentions"])

    def write(actor: Actor, key: str, *, answered: bool) -> None:
        authorise(actor, VERB)
        at = context.clock.now()
        with context.store.transaction() as tx:
            kept = tx.mentions.get(key)
            changed = tx.answers.say(kept.analysed.mention.key, at) if answered else tx.answers.unsay(key)
            if changed:
                detail: Detail = {"answered": answered}
                tx.audit.append(AuditEntry(at, actor.kind, actor.id, VERB, subject=key, detail=detail))

    @routes.put("/mentions/{key}/answered", **answering(Answered))
    async def put(key: str, request: Request) -> dict[str, Any]:
        """Say that a mention is answered: it waits no longer, on no list and for no alarm."""
        await anyio.to_thread.run_sync(lambda: write(actor_of(request), key, answered=True))
        return {"key": key, "answered": True}

    @routes.delete("/mentions/{key}/answered", **GONE)
    async def delete(key: str, request: Request) -> Response:
        """Take that back; a reply of ours that we can see counts all the same."""
        await anyio.to_thread.run_sync(lambda: write(actor_of(request), key, answered=False))
        return Response(status_code=204)

    return routes
