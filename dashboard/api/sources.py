"""`GET /api/v1/sources`: whether silence means "nothing said" or "not listening"."""

from typing import Any

from fastapi import APIRouter

from app.domain.instant import rfc3339
from app.domain.source import SourceState
from app.service import Context
from dashboard.api.shape import Items, Source, answering


def router(context: Context) -> APIRouter:
    """Return the route of sources."""
    routes = APIRouter(prefix="/api/v1", tags=["sources"])

    @routes.get("/sources", **answering(Items[Source]))
    async def sources() -> dict[str, Any]:
        """List the sources and how they are."""
        return {"items": [_source(one) for one in await context.bus.sources()], "next": None}

    return routes


def _source(one: SourceState) -> dict[str, Any]:
    return {
        "id": one.id,
        "connector": one.connector,
        "status": one.status,
        "since": rfc3339(one.since),
        "reported_at": rfc3339(one.reported_at),
        "reason": one.reason,
        "last_item_at": rfc3339(one.last_item_at) if one.last_item_at is not None else None,
        "lag": one.lag,
        "received": one.received,
        "matched": one.matched,
        "demo": one.demo,
    }
