"""`GET /api/v1/topics` and `/api/v1/brands/{brand}/topics`: what the brands are talked about for, right now."""

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query
from pydantic import AfterValidator

from app.domain.instant import rfc3339
from app.domain.repertoire import REACH, Said
from app.domain.topics import Topic as Group
from app.domain.wall import Audience
from app.service import Context
from app.topics import Topics
from dashboard.api.moment import brands_asked, present
from dashboard.api.query import BrandId, Limit, Window, brand_of, seconds
from dashboard.api.shape import Items, Topic, answering
from dashboard.api.topic_shape import BrandTopic
from dashboard.topics import allowed


def _past(text: str) -> str:
    if not 0 < seconds(text) <= REACH:
        raise ValueError("write a baseline such as 24h or 7d, at most 7d")
    return text


Baseline = Annotated[str, AfterValidator(_past), Query(description="The time before the window it is held against")]


def router(context: Context) -> APIRouter:
    """Return the routes of topics."""
    routes = APIRouter(prefix="/api/v1", tags=["topics"])
    archive = Topics(context.store, context.clock)

    @routes.get("/topics", **answering(Items[Topic]))
    async def topics(brand: BrandId = None, window: Window = "3600", limit: Limit = 20) -> dict[str, Any]:
        """List terms by mentions over the last `window`, with how many of them are negative."""
        items: list[dict[str, Any]] = []
        for one in brands_asked(context.config, brand):
            state, now = await present(context, one, seconds(window))
            for term, measures in state.terms(now, seconds(window)).items():
                if measures.get("n", 0) > 0:
                    items.append(
                        {"brand": one, "term": term, "mentions": measures["n"], "negative": measures.get("-", 0)}
                    )
        items.sort(key=lambda item: (-item["mentions"], item["term"]))
        return {"items": items[:limit], "next": None}

    @routes.get("/brands/{brand}/topics", **answering(Items[BrandTopic]))
    async def standing_out(
        brand: str,
        window: Window = "3600",
        baseline: Baseline = "7d",
        limit: Limit = 20,
        audience: Annotated[
            Audience, Query(description="Whose eyes it is for; names are left out for others")
        ] = "control",
    ) -> dict[str, Any]:
        """List what stands out in the last `window` against the `baseline` before it, strongest first.

        Terms that mean one thing are one topic; people are counted, not posts. `emerging` are those that are hardly
        chance; there are none while the baseline holds less than 6 hours.
        """
        one, now = brand_of(context.config, brand), context.clock.now()
        read = partial(archive.read, one, now - seconds(window), now, seconds(baseline), limit)
        found = await anyio.to_thread.run_sync(read)
        return {"items": [_shown(brand, group, said) for group, said in allowed(found, audience)], "next": None}

    return routes


def _shown(brand: str, one: Group, said: Said | None) -> dict[str, Any]:
    example = {"key": said.key, "text": said.text, "published_at": rfc3339(said.at)} if said else None
    return {
        "brand": brand,
        "term": one.term,
        "forms": list(one.forms),
        "mentions": one.mentions,
        "negative": one.negative,
        "net": one.net,
        "people": one.people,
        "expected": one.expected,
        "growth": round(one.growth, 2),
        "score": one.score,
        "emerging": one.emerging,
        "since": rfc3339(one.since),
        "example": example,
        "leaders": list(one.leaders),
    }
