"""Who moves the brands: `GET /api/v1/influencers` by reach now, `/api/v1/brands/{brand}/influencers` by influence."""

from collections.abc import Sequence
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from app.domain.brand import Brand, parts_of
from app.domain.instant import rfc3339
from app.domain.stance import Side
from app.domain.tally import SIGN
from app.leading import Influencer as One
from app.leading import leading
from app.service import Context
from dashboard.api.influence_shape import Leader
from dashboard.api.moment import brands_asked, present
from dashboard.api.query import BrandId, CampaignId, Limit, TopicId, Window, brand_of, given, scope_of, seconds
from dashboard.api.shape import Influencer, Items, answering
from dashboard.influence import leaning
from dashboard.influence_words import reasons

CANDIDATES = 500
"""Authors with the highest scores among whom those of one side are looked for."""

StanceOf = Annotated[
    Side | None, BeforeValidator(given), Query(description="Only who is on this side; our own accounts are on none")
]


def router(context: Context) -> APIRouter:
    """Return the routes of influencers."""
    routes = APIRouter(prefix="/api/v1", tags=["influencers"])
    archive = leading(context.store, context.clock)

    @routes.get("/influencers", **answering(Items[Influencer]))
    async def influencers(brand: BrandId = None, window: Window = "3600", limit: Limit = 20) -> dict[str, Any]:
        """List authors by reach over the last `window`, with mentions and the side they lean to."""
        items: list[dict[str, Any]] = []
        for one in brands_asked(context.config, brand):
            state, now = await present(context, one, seconds(window))
            for found in state.influencers(now, limit, seconds(window)):
                profile = found.profile
                items.append(
                    {
                        "brand": one,
                        "author": found.key,
                        "name": profile.name,
                        "handle": profile.handle,
                        "channel": profile.channel,
                        "url": profile.url,
                        "reach": profile.followers,
                        "mentions": found.mentions,
                        "sentiment": found.label,
                        "demo": profile.demo,
                    }
                )
        items.sort(key=lambda item: (-item["reach"], -item["mentions"]))
        return {"items": items[:limit], "next": None}

    @routes.get("/brands/{brand}/influencers", **answering(Items[Leader]))
    async def leaders(
        brand: str,
        window: Window = "6h",
        topic: TopicId = None,
        campaign: CampaignId = None,
        stance: StanceOf = None,
        limit: Limit = 20,
    ) -> dict[str, Any]:
        """List whom the talk of the last `window` follows, the highest score first, each with the parts of it.

        With `topic` or `campaign` only that part of the talk counts; `stance` is always that towards the brand.
        """
        one = brand_of(context.config, brand)
        part = next(iter(parts_of((scope_of(context.config, brand, topic, campaign),), brand)), None)

        def read() -> list[dict[str, Any]]:
            found = archive.found(one, seconds(window), part, limit if stance is None else CANDIDATES)
            shown = [each for each in found if stance is None or (each.stance.label == stance and not each.ours)]
            return _answered(context, one, shown[:limit], seconds(window))

        return {"items": await anyio.to_thread.run_sync(read), "next": None}

    return routes


def _answered(context: Context, brand: Brand, found: Sequence[One], window: float) -> list[dict[str, Any]]:
    with context.store.reading() as tx:
        examples = {one.mention.key: one.mention for one in tx.mentions.alive([one.example for one in found])}
    zone = context.config.site.zone
    items = []
    for one in found:
        example, score = examples.get(one.example), one.score
        items.append(
            {
                "brand": brand.id,
                "author": one.key,
                "name": one.profile.name,
                "handle": one.profile.handle,
                "channel": one.profile.channel,
                "url": one.profile.url,
                "reach": one.reach,
                "mentions": one.mentions,
                "sentiment": leaning({SIGN[label]: number for label, number in one.labels.items()}),
                "demo": one.profile.demo,
                "score": score.total,
                "parts": [
                    {"name": part.name, "figure": part.figure, "share": round(part.share, 4), "points": part.points}
                    for part in score.parts
                ],
                "main": score.main.name,
                "share": round(score.share, 4),
                "following": score.following,
                "turns": score.turns,
                "term": score.term or None,
                "stance": _stance(one),
                "ours": one.ours,
                "first_at": _instant(one.first_at),
                "example": {
                    "key": example.key,
                    "text": example.text,
                    "url": example.url,
                    "published_at": rfc3339(example.published_at),
                }
                if example
                else None,
                "reasons": reasons(one, window, zone),
            }
        )
    return items


def _stance(one: One) -> dict[str, Any]:
    side, since = one.stance, _instant(one.stance.since)
    changed = {"before": side.before, "at": since} if side.before else None
    return {"label": side.label, "since": since, "posts": side.posts, "lean": side.lean, "changed": changed}


def _instant(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)
