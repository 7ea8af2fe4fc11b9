"""`/healthz`, `/readyz`, `/metrics`: is this process alive, is the whole system, and its figures."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from app import metrics, registry
from app.bus.port import Behind
from app.domain.fault import Fault, Report
from app.domain.instant import rfc3339
from app.errors import Unavailable
from app.service import Context
from dashboard.api.shape import Readiness, answering

GROUPS = ("analysis", "archive")
"""Who reads the streams."""

PATIENCE = 2.0
"""Seconds Redis has to answer: whoever asks how we are does not wait for long."""


def router(context: Context) -> APIRouter:
    """Return the health routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", response_class=PlainTextResponse)
    async def healthz() -> str:
        """Tell that this process answers."""
        return "ok"

    @routes.get("/readyz", **answering(Readiness, also=503))
    async def readyz() -> Response:
        """Tell which services work and how far they are behind; 503 while one is missing."""
        try:
            with anyio.fail_after(PATIENCE):
                reports, lag = await context.bus.reports(), await context.bus.lag()
                letters, behind = await context.bus.waiting_letters(), await context.bus.behind()
        except (Unavailable, TimeoutError) as error:
            faults = list(context.faults.values())
            said = str(error) or f"Redis has not answered for {PATIENCE:g} s."
            reason = " ".join([said, *(fault.reason for fault in faults if fault.part != "redis")])
            body = {"ready": False, "reason": reason, "services": {}, "lag": {}, "dead_letters": None}
            return JSONResponse({**body, "faults": [_fault(fault) for fault in faults]}, 503)
        faults = list(context.faults.values())
        notices = _notices(context.watchlist.faults, reports)
        services = {name: max(report.at for report in workers.values()) for name, workers in reports.items()}
        missing = [name for name in registry.names("services") if name not in services]
        body = {
            "ready": not missing and not faults,
            "reason": " ".join([*_reasons([*faults, *notices], missing, behind, letters), *_differing(reports)]),
            "services": {name: rfc3339(at) for name, at in sorted(services.items())},
            "lag": lag,
            "dead_letters": letters,
            "faults": [_fault(fault) for fault in [*faults, *notices]],
        }
        return JSONResponse(body, 200 if body["ready"] else 503)

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def figures() -> Response:
        """Return the figures in Prometheus' text format; what only Redis knows is NaN while Redis does not answer."""
        try:
            with anyio.fail_after(PATIENCE):
                lag: dict[str, float] = {**await context.bus.lag()}
                letters: float = await context.bus.waiting_letters()
        except (Unavailable, TimeoutError):
            letters = math.nan
            lag = dict.fromkeys(GROUPS, math.nan)
        for group, entries in lag.items():
            metrics.LAG.labels(group).set(entries)
        metrics.LETTERS.set(letters)
        return Response(await anyio.to_thread.run_sync(metrics.render), media_type="text/plain; version=0.0.4")

    return routes


def _notices(here: Iterable[Fault], reports: Mapping[str, Mapping[str, Report]]) -> list[Fault]:
    """Return what is wrong with config.yaml, an analyzer or telling people, once each: the system goes on without."""
    there = (report.fault for workers in reports.values() for report in workers.values() if report.fault)
    found: dict[str, Fault] = {}
    for fault in [*here, *there]:
        if fault.part in {"config", "analysis", "alerts"}:
            found.setdefault(fault.reason, fault)
    return list(found.values())


def _differing(reports: Mapping[str, Mapping[str, Report]]) -> Iterator[str]:
    """Yield who runs on which configuration, if that is not the same for all."""
    using: dict[str, set[str]] = {}
    for workers in reports.values():
        for worker, report in workers.items():
            if report.config:
                using.setdefault(report.config, set()).add(worker)
    if len(using) > 1:
        said = "; ".join(f"{word}: {', '.join(sorted(workers))}" for word, workers in sorted(using.items()))
        yield f"config.yaml is not the same everywhere ({said}); give every machine the same."


def _fault(fault: Fault) -> dict[str, Any]:
    return {"part": fault.part, "kind": fault.kind, "since": rfc3339(fault.since), "reason": fault.reason}


def _reasons(faults: Sequence[Fault], missing: Sequence[str], behind: Sequence[Behind], letters: int) -> Iterator[str]:
    """Yield what a person should know, a sentence each; without Redis no service can make itself heard."""
    yield from (fault.reason for fault in faults)
    if missing and not any(fault.part == "redis" for fault in faults):
        yield f"Not heard from: {', '.join(missing)}."
    if behind:
        yield f"Publishing is held back: {behind[0].sentence}."
    if letters:
        yield f"Dead letters wait: {letters:,}; look at `emberwatch deadletter list`."
