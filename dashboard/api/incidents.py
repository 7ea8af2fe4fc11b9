"""`GET /api/v1/incidents`: storms, with their reason."""

from typing import Annotated, Any, Literal

import anyio.to_thread
import msgspec
from fastapi import APIRouter
from pydantic import BeforeValidator

from app.domain.incident import Incident, IncidentState, Resonance
from app.domain.instant import rfc3339
from app.service import Context
from app.store.page import Page
from dashboard.api import incident_shape
from dashboard.api.burst import told
from dashboard.api.query import BrandId, Cursor, Limit, brand_of, given
from dashboard.api.shape import Items, answering


def router(context: Context) -> APIRouter:
    """Return the routes of incidents."""
    routes = APIRouter(prefix="/api/v1", tags=["incidents"])

    @routes.get("/incidents", **answering(Items[incident_shape.Incident]))
    async def incidents(
        state: Annotated[IncidentState | Literal["open"] | None, BeforeValidator(given)] = None,
        brand: BrandId = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """List incidents, the latest first; `state=open` are all that are not resolved."""
        if brand is not None:
            brand_of(context.config, brand)

        def find() -> Page[Incident]:
            with context.store.reading() as tx:
                return tx.incidents.find(state, brand, cursor, limit)

        page = await anyio.to_thread.run_sync(find)
        return {"items": [_incident(one) for one in page.items], "next": page.next}

    @routes.get("/incidents/{incident}", **answering(incident_shape.Incident))
    async def incident(incident: str) -> dict[str, Any]:
        """Return one incident."""

        def get() -> Incident:
            with context.store.reading() as tx:
                return tx.incidents.get(incident)

        return _incident(await anyio.to_thread.run_sync(get))

    return routes


def _incident(one: Incident) -> dict[str, Any]:
    names = ("detector", "alarm", "actual", "expected", "low", "high", "risk", "window", "basis")
    signals = [{"at": rfc3339(s.at), **{name: getattr(s, name) for name in names}} for s in one.signals]
    shown = incident_shape.Incident.model_fields
    written: dict[str, Any] = {name: value for name, value in msgspec.to_builtins(one).items() if name in shown}
    return {
        **written,
        "opened_at": rfc3339(one.opened_at),
        "updated_at": rfc3339(one.updated_at),
        "resolved_at": rfc3339(one.resolved_at) if one.resolved_at is not None else None,
        "since": rfc3339(one.since) if one.since else None,
        "signals": signals,
        "resonance": _resonance(one.resonance) if one.resonance else None,
    }


def _resonance(one: Resonance) -> dict[str, Any]:
    return {
        "posts": one.posts,
        "voices": one.voices,
        "authors": one.authors,
        "reposts": one.reposts,
        "copies": one.copies,
        "bursts": [told(burst) for burst in one.bursts],
    }
