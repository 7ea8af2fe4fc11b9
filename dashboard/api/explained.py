"""`GET /api/v1/incidents/{id}/explanation`, `/api/v1/brands/{brand}/level`: why, what speaks against it, how strong."""

from typing import Annotated, Any

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Query

from app.domain.incident import Incident
from app.domain.instant import rfc3339
from app.domain.level import level
from app.domain.spoken import language_of
from app.domain.strength import HOUR, strength
from app.errors import NotFound
from app.explained import Explained, explained, strong
from app.service import Context
from dashboard.api import explained_shape as shape
from dashboard.api.burst import told
from dashboard.api.query import Word, brand_of
from dashboard.api.shape import answering

UNKNOWN = float("inf")
"""Mentions a minute where nothing is usual yet: then nothing is more than that."""
Lang = Annotated[Word, Query(description="de or en; the site's language if left out")]


def router(context: Context) -> APIRouter:
    """Return the routes that explain incidents and levels."""
    routes = APIRouter(prefix="/api/v1", tags=["incidents"])

    @routes.get("/incidents/{incident}/explanation", **answering(shape.Explained))
    async def explanation(incident: str, lang: Lang = None, *, names: bool = True) -> dict[str, Any]:
        """Explain an incident with texts and names as the archive has them now; 404 while it has no explanation.

        With `names=false` no author, handle or address is told.
        """

        def read() -> Explained | None:
            with context.store.reading() as tx:
                found = tx.incidents.get(incident)
            return explained(context.store, found, _language(context, lang), names=names)

        found = await anyio.to_thread.run_sync(read)
        if found is None:
            raise NotFound(f"The incident {incident[:80]!r} has no explanation; it was opened by an earlier version.")
        return _shown(found)

    @routes.get("/brands/{brand}/level", **answering(shape.BrandLevel))
    async def brand_level(brand: str, lang: Lang = None) -> dict[str, Any]:
        """Tell how strong it blows about a brand now, with what is missing to the next level."""
        brand_of(context.config, brand)
        now = context.clock.now()
        snapshot = await context.bus.snapshot([brand], now - 2 * HOUR)
        at = min(snapshot.watermark or now, now)
        usual = (await context.bus.usual()).get(brand)
        band = usual.minutes if usual else ()
        expected = next((one.expected for one in band if one.start <= at < one.start + 60), UNKNOWN)

        def read() -> Incident | None:
            with context.store.reading() as tx:
                return next((one for one in tx.incidents.open(brand) if one.topic is None and one.drill is None), None)

        open_one = await anyio.to_thread.run_sync(read)
        since = open_one.since if open_one else None
        before = open_one.level.value if open_one and open_one.level else 0
        found = strength(snapshot.tally, brand, at, expected, since, snapshot.profiles)
        measured = level(found, before, incident=open_one is not None)
        return {
            "brand": brand,
            "at": rfc3339(at),
            "incident": open_one.id if open_one else None,
            "level": msgspec.to_builtins(strong(measured, _language(context, lang))),
        }

    return routes


def _language(context: Context, lang: str | None) -> str:
    return language_of(lang or context.config.site.language)


def _shown(found: Explained) -> dict[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(found)
    for post in (written["first"], *written["evidence"]):
        if post is not None:
            post["published_at"] = rfc3339(post["published_at"])
    if found.resonance is not None:
        written["resonance"]["bursts"] = [told(burst) for burst in found.resonance.bursts]
    return {**written, "at": rfc3339(found.at), "since": rfc3339(found.since)}
