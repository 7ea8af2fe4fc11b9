"""`/incident/{id}/board` and `/incidents/board`: the pages of incidents as nodes, asked for every two seconds."""

from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query

from app.domain.incident import Incident
from app.service import Context
from dashboard.api.query import BrandId
from dashboard.masthead import speaking
from dashboard.room import case as cases
from dashboard.room.board import board
from dashboard.room.curve import figure
from dashboard.room.listing import listing

PAST = 50
"""Incidents of the past in the list."""


def router(context: Context) -> APIRouter:
    """Return the routes; no part of the API, they change with the pages."""
    routes = APIRouter()

    @routes.get("/incident/{incident}/board", include_in_schema=False)
    async def room(
        incident: str, lang: str = "", theme: Annotated[Literal["dark", "light"], Query()] = "dark"
    ) -> dict[str, Any]:
        """Return what to paint of one incident."""
        say = speaking(context.config, lang)
        case = await cases.read(context, incident, say.language)
        return {
            "nodes": board(case, say),
            "figure": figure(case, say, theme),
            "time": say.second(case.now),
            "drill": say.say("drill.word") if case.incident.drill else "",
        }

    @routes.get("/incidents/board", include_in_schema=False)
    async def incidents(lang: str = "", brand: BrandId = None) -> dict[str, Any]:
        """Return what to paint of all of them."""
        say, now = speaking(context.config, lang), context.clock.now()

        def find() -> tuple[list[Incident], list[Incident], dict[str, str]]:
            with context.store.reading() as tx:
                open_ = tx.incidents.find("open", brand, None, PAST).items
                past = tx.incidents.find("resolved", brand, None, PAST).items
                return open_, past, {person.id: person.name for person in tx.people.all()}

        open_, past, people = await to_thread.run_sync(find)
        inside = say.say("drill.word") if context.drill else ""
        names = {one.id: one.name for one in context.config.watched.brands}
        return {"nodes": listing(open_, past, names, people, say, now), "time": say.second(now), "drill": inside}

    return routes
