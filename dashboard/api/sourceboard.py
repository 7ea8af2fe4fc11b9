"""`/admin/sources/board`: the page of sources as nodes in one language, asked for every two seconds."""

from typing import Any

from fastapi import APIRouter

from app.domain.wall import Screen
from app.service import Context
from dashboard.api.sources import known
from dashboard.masthead import speaking
from dashboard.sourceboard import board
from dashboard.surroundings import Surroundings
from dashboard.verdict import answer


def router(context: Context) -> APIRouter:
    """Return the route; no part of the API, it changes with the page."""
    routes = APIRouter()

    @routes.get("/admin/sources/board", include_in_schema=False)
    async def nodes(lang: str = "") -> dict[str, Any]:
        """Return what to paint."""
        say = speaking(context.config, lang)
        now = context.clock.now()
        sources, alarms = tuple(await known(context)), tuple(await context.bus.alarms())
        around = Surroundings(sources=sources, alarms=alarms, server_time=now)
        screen = Screen("", say.language, context.config.site.zone)
        return {"nodes": board(sources, alarms, say, now), "answer": " ".join(answer(around, screen)[:2]).strip()}

    return routes
