"""`GET /api/v1/influencers`: who moves the brands now."""

from typing import Any

from fastapi import APIRouter

from app.service import Context
from dashboard.api.moment import brands_asked, present
from dashboard.api.query import BrandId, Limit, Window, seconds
from dashboard.api.shape import Influencer, Items, answering


def router(context: Context) -> APIRouter:
    """Return the route of influencers."""
    routes = APIRouter(prefix="/api/v1", tags=["influencers"])

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

    return routes
