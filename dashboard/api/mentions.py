"""`GET /api/v1/mentions`: what was said, newest first."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query

from app.domain.analysis import Label
from app.domain.instant import from_rfc3339
from app.domain.query import parse
from app.domain.wire import write
from app.service import Context
from app.store.page import Page
from app.store.search import MentionFilter
from dashboard.api.query import Instant, Limit, brand_of


def router(context: Context) -> APIRouter:
    """Return the route that finds mentions."""
    routes = APIRouter(prefix="/api/v1", tags=["mentions"])

    @routes.get("/mentions")
    async def mentions(
        brand: str | None = None,
        q: Annotated[str | None, Query(max_length=2000)] = None,
        start: Annotated[Instant | None, Query(alias="from")] = None,
        end: Annotated[Instant | None, Query(alias="to")] = None,
        sentiment: Label | None = None,
        intent: str | None = None,
        channel: str | None = None,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """Find mentions by brand, query, time, sentiment, intent and channel."""
        if brand is not None:
            brand_of(context.config, brand)
        wanted = MentionFilter(
            brand=brand,
            q=parse(q) if q else None,
            start=from_rfc3339(start) if start else None,
            end=from_rfc3339(end) if end else None,
            sentiment=sentiment,
            intent=intent,
            channel=channel,
        )

        def find() -> Page[Any]:
            with context.store.reading() as tx:
                return tx.mentions.find(wanted, cursor, limit)

        page = await anyio.to_thread.run_sync(find)
        return {"items": [write(one.mention, one.analysis) for one in page.items], "next": page.next}

    return routes
