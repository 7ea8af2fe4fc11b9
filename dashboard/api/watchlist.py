"""`/api/v1/watchlist`: everything that is listened for, read and changed without a restart."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.config.entry import stated
from app.config.merged import row_of
from app.domain.actor import Actor
from app.domain.brand import Brand
from app.domain.rule import Rule
from app.domain.saved import Kind, Row
from app.service import Context
from dashboard.api.body import BrandBody, CampaignBody, CompetitorBody, SpamBody, TopicBody
from dashboard.api.listed import (
    ListedBrand,
    ListedCampaign,
    ListedCompetitor,
    ListedTopic,
    Watchlist,
    listed,
    watchlist,
)
from dashboard.api.shape import Shape, answering

GONE: dict[str, Any] = {"status_code": 204, "response_class": Response, "responses": {204: {"description": "Gone"}}}
"""The arguments of a route that takes something away."""


def router(context: Context) -> APIRouter:
    """Return the routes of the watchlist."""
    routes = APIRouter(prefix="/api/v1/watchlist", tags=["watchlist"])

    @routes.get("", **answering(Watchlist))
    async def everything() -> dict[str, Any]:
        """Return everything that is listened for, from config.yaml and as it was saved."""
        return watchlist(context.watchlist.in_force)

    @routes.put("/brands/{name}", **answering(ListedBrand))
    async def put_brand(name: str, body: BrandBody, request: Request) -> dict[str, Any]:
        """Watch a brand, or watch it in another way; what was counted before stays counted."""
        return await save(context, request, "brands", name, body)

    @routes.put("/competitors/{name}", **answering(ListedCompetitor))
    async def put_competitor(name: str, body: CompetitorBody, request: Request) -> dict[str, Any]:
        """Count a competitor, or count it in another way."""
        return await save(context, request, "competitors", name, body)

    @routes.put("/topics/{name}", **answering(ListedTopic))
    async def put_topic(name: str, body: TopicBody, request: Request) -> dict[str, Any]:
        """Look for a topic, or look for it in another way."""
        return await save(context, request, "topics", name, body)

    @routes.put("/campaigns/{name}", **answering(ListedCampaign))
    async def put_campaign(name: str, body: CampaignBody, request: Request) -> dict[str, Any]:
        """Follow a campaign, or follow it in another way."""
        return await save(context, request, "campaigns", name, body)

    @routes.put("/spam", **answering(Watchlist))
    async def put_spam(body: SpamBody, request: Request) -> dict[str, Any]:
        """Say what nobody wants to hear, instead of what was said before."""
        row = stated("spam", body.model_dump(), context.config.site.zone)
        await context.watchlist.save(actor_of(request), row)
        return watchlist(context.watchlist.in_force)

    for kind in ("brands", "competitors", "topics", "campaigns"):
        routes.add_api_route(f"/{kind}/{{name}}", _removal(context, kind), methods=["DELETE"], **GONE)
    return routes


def _removal(context: Context, kind: Kind) -> Any:
    async def remove(name: str, request: Request) -> Response:
        await context.watchlist.remove(actor_of(request), kind, name)
        return Response(status_code=204)

    remove.__name__ = f"delete_{kind}"
    remove.__doc__ = "Take it off the watchlist; what was counted stays counted."
    return remove


async def save(context: Context, request: Request, kind: Kind, name: str, body: Shape) -> dict[str, Any]:
    """Save a row as a route took it, and return it as it is in force now."""
    before: Row | None = row_of(context.config, kind, name)
    said: dict[str, Any] = {"id": name, **body.model_dump()}
    if isinstance(before, Brand) and before.demo:
        said["demo"] = True  # what is fictional stays so
    row = stated(kind, said, context.config.site.zone)
    await context.watchlist.save(actor_of(request), row)
    assert not isinstance(row, tuple | Rule)  # noqa: S101 - spam has no id, rules have routes of their own
    return listed(row, context.watchlist.in_force)


def actor_of(request: Request) -> Actor:
    """Return who asks."""
    actor: Actor = request.state.actor
    return actor
