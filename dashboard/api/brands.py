"""`GET /api/v1/brands` and their tallies."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query

from app.domain.instant import rfc3339
from app.domain.tally import MinuteTally
from app.errors import WrongInput
from app.service import Context
from dashboard.api.query import DAY, From, To, brand_of
from dashboard.api.shape import Brand, Bucket, Items, answering

MOST = 50_000
"""Buckets one answer may hold."""

USUAL = 10_000
"""Buckets an answer may reach over if nobody says from when."""


def router(context: Context) -> APIRouter:
    """Return the routes of brands."""
    routes = APIRouter(prefix="/api/v1", tags=["brands"])

    @routes.get("/brands", **answering(Items[Brand]))
    async def brands() -> dict[str, Any]:
        """List the brands that are watched."""
        items = [
            {"id": one.id, "name": one.name, "query": one.query, "accounts": list(one.accounts), "demo": one.demo}
            for one in context.config.brands
        ]
        return {"items": items, "next": None}

    @routes.get("/brands/{brand}/tally", **answering(Items[Bucket]))
    async def tally(
        brand: str,
        start: From = None,
        end: To = None,
        step: Annotated[int, Query(ge=1, le=31 * DAY, description="Seconds; see there if not whole minutes")] = 60,
    ) -> dict[str, Any]:
        """Return counts by `step`; empty buckets are left out.

        Without `from` the last 24 h, or 10,000 steps if that is less. A step that is not whole minutes may reach over
        a day at most, and leaves out a past of which a source told only counts.
        """
        brand_of(context.config, brand)
        until = context.clock.now() if end is None else end
        since = until - min(DAY, USUAL * step) if start is None else start
        if since >= until:
            raise WrongInput("from: it has to be before to.")
        if (until - since) / step > MOST:
            raise WrongInput(f"step: {(until - since) / step:.0f} buckets are too many; at most {MOST} an answer.")

        def read() -> list[MinuteTally]:
            with context.store.reading() as tx:
                return tx.tallies.read(brand, since, until, step)

        found = await anyio.to_thread.run_sync(read)
        return {"items": [_bucket(one) for one in found], "next": None}

    return routes


def _bucket(one: MinuteTally) -> dict[str, Any]:
    return {
        "start": rfc3339(one.start),
        "count": one.count,
        "negative": one.negative,
        "neutral": one.neutral,
        "positive": one.positive,
        "uncertain": one.uncertain,
        "reach": one.reach,
        "authors": one.authors,
        "channels": one.channels,
    }
