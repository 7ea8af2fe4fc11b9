"""`GET /api/v1/incidents`: storms, with their reason."""

from typing import Any

import anyio.to_thread
import msgspec
from fastapi import APIRouter

from app.domain.incident import Incident, IncidentState
from app.domain.instant import rfc3339
from app.service import Context
from app.store.page import Page
from dashboard.api.query import Limit, brand_of


def router(context: Context) -> APIRouter:
    """Return the routes of incidents."""
    routes = APIRouter(prefix="/api/v1", tags=["incidents"])

    @routes.get("/incidents")
    async def incidents(
        state: IncidentState | None = None, brand: str | None = None, cursor: str | None = None, limit: Limit = 50
    ) -> dict[str, Any]:
        """List incidents, the latest first."""
        if brand is not None:
            brand_of(context.config, brand)

        def find() -> Page[Incident]:
            with context.store.reading() as tx:
                return tx.incidents.find(state, brand, cursor, limit)

        page = await anyio.to_thread.run_sync(find)
        return {"items": [_incident(one) for one in page.items], "next": page.next}

    @routes.get("/incidents/{incident}")
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
    written: dict[str, Any] = msgspec.to_builtins(one)
    return {
        **written,
        "opened_at": rfc3339(one.opened_at),
        "updated_at": rfc3339(one.updated_at),
        "resolved_at": rfc3339(one.resolved_at) if one.resolved_at is not None else None,
        "signals": signals,
    }
