"""`/admin/people/board`: the page of people as nodes in one language."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request

from app.people import People
from app.service import Context
from dashboard.api.watchlist import actor_of
from dashboard.masthead import speaking
from dashboard.peopleboard import Asked, board


def router(context: Context) -> APIRouter:
    """Return the route; no part of the API, it changes with the page."""
    routes, people = APIRouter(), People(context.store, context.clock)

    @routes.get("/admin/people/board", include_in_schema=False)
    async def nodes(request: Request, lang: str = "", brand: str = "", person: str = "") -> dict[str, Any]:
        """Return what to paint, by part of the page; `person` is whose form is open."""
        config = context.config
        chosen = brand if any(one.id == brand for one in config.brands) else ""
        found = await people.roster(actor_of(request))
        asked = Asked(found, tuple(config.brands), context.clock.now(), config.site.zone, chosen)
        return dict(await to_thread.run_sync(board, asked, speaking(config, lang), person))

    return routes
