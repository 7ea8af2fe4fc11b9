"""`GET /api/v1/topics`: what the brands are talked about for, right now."""

from typing import Any

from fastapi import APIRouter

from app.service import Context
from dashboard.api.moment import brands_asked, present
from dashboard.api.query import BrandId, Limit, Window, seconds
from dashboard.api.shape import Items, Topic, answering


def router(context: Context) -> APIRouter:
    """Return the route of topics."""
    routes = APIRouter(prefix="/api/v1", tags=["topics"])

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

    return routes
