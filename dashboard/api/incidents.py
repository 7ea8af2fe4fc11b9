"""`GET /api/v1/incidents`: storms, with their reason and all that happened to them."""

from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from app.domain.events import IncidentEvent
from app.domain.incident import Incident, IncidentState, Severity, Verdict
from app.service import Context
from app.store.page import Page
from dashboard.api import incident_shape
from dashboard.api.incident_told import deleted, shown, shown_event
from dashboard.api.query import BrandId, Cursor, Limit, Word, brand_of, given
from dashboard.api.shape import Items, answering

State = Annotated[
    IncidentState | Literal["open"] | None,
    BeforeValidator(given),
    Query(description="`open` are all that are not resolved"),
]
Topic = Annotated[Word, Query(description="The id of a topic or campaign")]
Owner = Annotated[Word, Query(description="The id of the person who has it in hand")]
Drill = Annotated[Word, Query(description="The id of a drill: only what belongs to it")]


def router(context: Context) -> APIRouter:
    """Return the routes that read incidents."""
    routes = APIRouter(prefix="/api/v1", tags=["incidents"])

    @routes.get("/incidents", **answering(Items[incident_shape.Incident]))
    async def incidents(
        state: State = None,
        brand: BrandId = None,
        topic: Topic = None,
        severity: Annotated[Severity | None, BeforeValidator(given)] = None,
        owner: Owner = None,
        verdict: Annotated[Verdict | None, BeforeValidator(given)] = None,
        drill: Drill = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """List incidents, the latest first; those under a silence are among them."""
        if brand is not None:
            brand_of(context.config, brand)
        figures = {"topic": topic, "severity": severity, "owner": owner, "verdict": verdict, "drill": drill}

        def find() -> tuple[Page[Incident], set[str]]:
            with context.store.reading() as tx:
                page = tx.incidents.find(state, brand, cursor, limit, **figures)
                return page, deleted(tx, page.items)

        page, gone = await anyio.to_thread.run_sync(find)
        return {"items": [shown(one, gone) for one in page.items], "next": page.next}

    @routes.get("/incidents/{incident}", **answering(incident_shape.Incident))
    async def incident(incident: str) -> dict[str, Any]:
        """Return one incident."""

        def get() -> tuple[Incident, set[str]]:
            with context.store.reading() as tx:
                found = tx.incidents.get(incident)
                return found, deleted(tx, [found])

        return shown(*await anyio.to_thread.run_sync(get))

    @routes.get("/incidents/{incident}/events", **answering(Items[incident_shape.Event]))
    async def events(incident: str) -> dict[str, Any]:
        """Return all that happened to an incident, in order: what detectors said and what persons did."""

        def read() -> list[IncidentEvent]:
            with context.store.reading() as tx:
                tx.incidents.get(incident)
                return tx.events.of(incident)

        found = await anyio.to_thread.run_sync(read)
        return {"items": [shown_event(one) for one in found], "next": None}

    return routes
