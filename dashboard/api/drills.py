"""`/api/v1/drills`: practise a storm, follow it, stop it, and read how fast people were."""

from typing import Annotated, Any, Literal

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.domain.drill import TARGETS, Drill, Scorecard
from app.domain.instant import rfc3339
from app.scenarios import scenario, scenarios
from app.service import Context
from dashboard.api.query import brand_of
from dashboard.api.shape import Items, Shape, answering
from dashboard.api.watchlist import actor_of
from dashboard.drills import Drills, name_of, wanted_of


class NewDrill(BaseModel):
    """A storm to practise. Nobody outside is told but `recipients`; without any, nobody is."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(max_length=60)
    brand: str | None = Field(None, description="Whom it hits; the first brand without it")
    language: Literal["de", "en"] | None = None
    recipients: list[str] = Field(default=[], max_length=50)
    speed: Annotated[float, Field(ge=0.1, le=60)] = 1.0
    minutes: Annotated[float, Field(ge=0.1, le=600)] | None = None
    seed: Annotated[int, Field(ge=0, le=1_000_000)] = 7
    wall: str | None = Field(None, description="A wall of the room whose screens show it meanwhile")


class Score(Shape):
    """How fast people were, in seconds from the first post; null: they never did."""

    raised: float | None
    acknowledged: float | None
    owned: float | None
    statement: float | None
    resolved: float | None
    highest_level: int
    steps: int
    incidents: int
    mentions: int
    told: int
    would_tell: list[str]
    reached: dict[str, bool]


class Rehearsal(Shape):
    """One drill; `targets` are the seconds each should take at most."""

    id: str
    at: AwareDatetime
    scenario: str
    brand: str
    language: str
    state: Literal["starting", "running", "stopping", "done", "failed"]
    recipients: list[str]
    speed: float
    minutes: float
    seed: int
    wall: str | None
    address: str | None
    began: AwareDatetime | None
    over: AwareDatetime | None
    problem: str | None
    by: str
    targets: dict[str, float]
    score: Score | None


class Told(Shape):
    """A scenario that is shipped."""

    id: str
    name: dict[str, str]
    about: dict[str, str]
    minutes: int


def router(context: Context) -> APIRouter:
    """Return the routes of drills."""
    routes, drills = APIRouter(prefix="/api/v1/drills", tags=["drills"]), Drills(context)

    @routes.get("", **answering(Items[Rehearsal]))
    async def every() -> dict[str, Any]:
        """List the latest drills, newest first."""
        return {"items": [shown(one) for one in await drills.latest()], "next": None}

    @routes.post("", status_code=202, **answering(Rehearsal, status=202))
    async def begin(body: NewDrill, request: Request) -> dict[str, Any]:
        """Start a drill; it runs beside the real system, in a space of its own."""
        made = await to_thread.run_sync(_wanted, context, body)
        return shown(await drills.start(actor_of(request), made))

    @routes.get("/scenarios", **answering(Items[Told]))
    async def choices() -> dict[str, Any]:
        """List the scenarios that are shipped."""
        found = [{"id": one.id, "name": one.name, "about": one.about, "minutes": one.minutes} for one in scenarios()]
        return {"items": found, "next": None}

    @routes.get("/{drill}", **answering(Rehearsal))
    async def one(drill: str) -> dict[str, Any]:
        """Return a drill: how it stands, and its scorecard once it is over."""
        return shown(await drills.get(drill))

    @routes.post("/{drill}/stop", **answering(Rehearsal))
    async def stop(drill: str, request: Request) -> dict[str, Any]:
        """Ask a drill to end; its scorecard is kept."""
        return shown(await drills.stop(actor_of(request), drill))

    return routes


def shown(drill: Drill) -> dict[str, Any]:
    """Return a drill as the API tells it."""
    plain = ("id", "brand", "language", "state", "speed", "minutes", "seed", "wall", "address", "problem", "by")
    return {
        **{name: getattr(drill, name) for name in plain},
        "scenario": name_of(drill),
        "recipients": list(drill.recipients),
        "at": rfc3339(drill.at),
        "began": None if drill.began is None else rfc3339(drill.began),
        "over": None if drill.over is None else rfc3339(drill.over),
        "targets": TARGETS,
        "score": None if drill.score is None else _score(drill.score),
    }


def _score(card: Scorecard) -> dict[str, Any]:
    return {**msgspec.to_builtins(card), "reached": {name: bool(card.within(name)) for name in TARGETS}}


def _wanted(context: Context, body: NewDrill) -> Drill:
    brand = body.brand or context.config.brands[0].id
    brand_of(context.config, brand)
    with context.store.reading() as tx:
        people = [one.id for one in tx.people.all() if one.reachable]
    told = scenario(body.scenario)
    made = Drill(
        id="",
        at=0.0,
        scenario=told.id,
        brand=brand,
        language=body.language or context.config.site.language,
        recipients=tuple(dict.fromkeys(body.recipients)),
        speed=body.speed,
        minutes=body.minutes or told.minutes / body.speed,
        seed=body.seed,
        wall=body.wall,
    )
    return wanted_of(context, made, people)
