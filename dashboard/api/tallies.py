"""How often brands are spoken of, and what part of the talk that is: `/api/v1/brands/{brand}/tally` and `/share`."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query

from app.config import Config
from app.domain.brand import EVERY, Brand
from app.domain.instant import rfc3339
from app.domain.tally import MinuteTally
from app.errors import WrongInput
from app.service import Context
from dashboard.api.query import DAY, CampaignId, From, To, TopicId, brand_of, scope_of
from dashboard.api.shape import Bucket, Items, Share, answering

MOST = 50_000
"""Buckets one answer may hold."""

USUAL = 10_000
"""Buckets an answer may reach over if nobody says from when."""


def router(context: Context) -> APIRouter:
    """Return the routes of tallies."""
    routes = APIRouter(prefix="/api/v1", tags=["brands"])

    @routes.get("/brands/{brand}/tally", **answering(Items[Bucket]))
    async def tally(
        brand: str,
        topic: TopicId = None,
        campaign: CampaignId = None,
        start: From = None,
        end: To = None,
        step: Annotated[int, Query(ge=1, le=31 * DAY, description="Seconds; see there if not whole minutes")] = 60,
    ) -> dict[str, Any]:
        """Return counts by `step`, of the brand or of one of its topics or campaigns; empty buckets are left out.

        Without `from` the last 24 h, or 10,000 steps if that is less. A step that is not whole minutes may reach over
        a day at most, and leaves out a past of which a source told only counts.
        """
        scope = scope_of(context.config, brand, topic, campaign)
        since, until = _span(context, start, end, min(DAY, USUAL * step))
        if (until - since) / step > MOST:
            raise WrongInput(f"step: {(until - since) / step:.0f} buckets are too many; at most {MOST} an answer.")

        def read() -> list[MinuteTally]:
            with context.store.reading() as tx:
                return tx.tallies.read(scope, since, until, step)

        found = await anyio.to_thread.run_sync(read)
        return {"items": [_bucket(one) for one in found], "next": None}

    @routes.get("/brands/{brand}/share", **answering(Share))
    async def share(brand: str, start: From = None, end: To = None) -> dict[str, Any]:
        """Return the share of voice: how many of the mentions of a brand and its competitors are whose.

        Without `from` the last 24 h. A mention of two of them counts for both; shares are null while there is none.
        """
        one = brand_of(context.config, brand)
        since, until = _span(context, start, end, DAY)
        beside = [one, *_rivals(context.config, one)]

        def read() -> dict[str, int]:
            with context.store.reading() as tx:
                return tx.tallies.counts([one.id for one in beside], since, until)

        counts = await anyio.to_thread.run_sync(read)
        total = sum(counts.values())
        items = [
            {
                "brand": one.id,
                "name": one.name,
                "competitor": bool(one.rivals),
                "count": counts[one.id],
                "share": counts[one.id] / total if total else None,
            }
            for one in beside
        ]
        return {"brand": brand, "from": rfc3339(since), "to": rfc3339(until), "total": total, "items": items}

    return routes


def _span(context: Context, start: float | None, end: float | None, usual: float) -> tuple[float, float]:
    until = context.clock.now() if end is None else end
    since = until - usual if start is None else start
    if since >= until:
        raise WrongInput("from: it has to be before to.")
    return since, until


def _rivals(config: Config, one: Brand) -> list[Brand]:
    """Return who competes with a brand of ours; of a competitor, our brands that it competes with."""
    if one.rivals:
        return [ours for ours in config.brands if EVERY in one.rivals or ours.id in one.rivals]
    return [rival for rival in config.competitors if EVERY in rival.rivals or one.id in rival.rivals]


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
