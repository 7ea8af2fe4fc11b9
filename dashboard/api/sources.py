"""`/api/v1/sources`: whether silence means "nothing said" or "not listening"; pause, resume, test."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request

from app.domain.alarm import Alarm
from app.domain.instant import rfc3339
from app.domain.source import SourceState
from app.errors import NotFound
from app.hold import Holds
from app.service import Context
from dashboard import connectors
from dashboard.api.alarms import written
from dashboard.api.shape import Items, answering
from dashboard.api.source_shape import Held, Proof, Source


def router(context: Context) -> APIRouter:
    """Return the routes of sources."""
    routes = APIRouter(prefix="/api/v1/sources", tags=["sources"])
    holds = Holds(context.bus, context.store, context.clock)

    @routes.get("", **answering(Items[Source]))
    async def sources() -> dict[str, Any]:
        """List the sources and how they are."""
        return {"items": await _found(context), "next": None}

    @routes.get("/{source}", **answering(Source))
    async def source(source: str) -> dict[str, Any]:
        """Return one source."""
        return await _one(context, source)

    @routes.post("/{source}/pause", **answering(Held))
    async def pause(source: str, request: Request) -> dict[str, Any]:
        """Pause a source on all machines, over every restart, until somebody resumes it.

        Where the channel can be asked again nothing is lost; pushes and webhooks are answered with 503 meanwhile and
        come again; of other channels the time of the pause is a known gap.
        """
        await _one(context, source)
        hold = await holds.pause(request.state.actor, source)
        return {"source": source, "paused": True, "at": rfc3339(hold.at), "actor": hold.actor}

    @routes.post("/{source}/resume", **answering(Held))
    async def resume(source: str, request: Request) -> dict[str, Any]:
        """Let a source listen again, from where it stopped if its channel allows."""
        await _one(context, source)
        await holds.resume(request.state.actor, source)
        return {"source": source, "paused": False, "at": None, "actor": None}

    @routes.post("/{source}/test", **answering(Proof))
    async def test(source: str, request: Request) -> dict[str, Any]:
        """Ask the channel one thing now and return what it answered, within 11 s."""
        await _one(context, source)
        proof = await holds.test(request.state.actor, source)
        return {**msgspec.to_builtins(proof), "source": source, "at": rfc3339(proof.at)}

    return routes


async def _one(context: Context, source: str) -> dict[str, Any]:
    found = {one["id"]: one for one in await _found(context)}
    if source not in found:
        choices = ", ".join(found) or "none is configured"
        raise NotFound(f"There is no source {source!r}; choose one of: {choices}.")
    return found[source]


async def _found(context: Context) -> list[dict[str, Any]]:
    """Return every source that is configured or reported, by id."""
    alarms = {one.source: one for one in await context.bus.alarms() if one.resolved_at is None}
    return [_source(one, alarms.get(one.id)) for one in await known(context)]


async def known(context: Context) -> list[SourceState]:
    """Return how every source is; one that is configured and was never reported is starting."""
    now = context.clock.now()
    states = {one.id: one for one in await context.bus.sources()}
    unheard = [one for one in context.config.sources if one.id not in states]
    states |= {one.id: SourceState(one.id, one.connector, "starting", now, now) for one in unheard}
    return [states[name] for name in sorted(states)]


def _source(one: SourceState, alarm: Alarm | None) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(one)
    instants = ("since", "reported_at", "last_item_at", "heard_at", "proved_at")
    return {
        **told,
        **{name: _written(told[name]) for name in instants},
        "quota": told["quota"] and {**told["quota"], "resets_at": _written(told["quota"]["resets_at"])},
        "gaps": [{**gap, "since": _written(gap["since"]), "until": _written(gap["until"])} for gap in told["gaps"]],
        "rewinds": connectors.rewinds(one.connector),
        "terms": connectors.terms_of(one.connector),
        "docs": connectors.page_of(one.connector),
        "alarm": written(alarm) if alarm else None,
    }


def _written(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)
