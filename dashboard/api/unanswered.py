"""`GET /api/v1/brands/{brand}/unanswered`: who waits for an answer, the most urgent first."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query

from app.domain.instant import rfc3339
from app.service import Context
from dashboard.api.query import brand_of
from dashboard.api.shape import answering
from dashboard.api.weighed import Unanswered, weighed
from dashboard.unanswered import unanswered
from dashboard.weighing import Weighing

MOST = 200
"""Mentions of one answer."""


def router(context: Context) -> APIRouter:
    """Return the route of what waits."""
    routes = APIRouter(prefix="/api/v1", tags=["mentions"])
    weighing = Weighing(context)

    @routes.get("/brands/{brand}/unanswered", **answering(Unanswered))
    async def waiting(brand: str, limit: Annotated[int, Query(ge=1, le=MOST)] = 20) -> dict[str, Any]:
        """List what wants an answer and has none, of the last 72 h, the most urgent first."""
        brand_of(context.config, brand)
        found = await anyio.to_thread.run_sync(unanswered, context, weighing, brand, limit)
        return {
            "brand": brand,
            "since": rfc3339(found.since),
            "looked_at": found.looked_at,
            "complete": found.complete,
            "items": [weighed(one) for one in found.items],
        }

    return routes
