"""`GET /api/v1/deliveries`, `POST /api/v1/people/{person}/test`: who was told what, with proof; and a trial of it."""

from typing import Annotated, Any, Literal
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BeforeValidator, Field

from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.delivery import Delivery, DeliveryState, Occasion, Outcome, delivery_id
from app.domain.incident import Severity
from app.domain.instant import rfc3339
from app.domain.person import Person
from app.domain.spoken import language_of
from app.errors import Conflict
from app.service import Context
from app.store.page import Page
from dashboard.api.query import Cursor, Limit, Word, given
from dashboard.api.shape import Items, Shape, answering
from dashboard.api.watchlist import actor_of
from dashboard.reason import retold_plainly

Lang = Annotated[Word, Query(description="de or en: the language of reasons and proofs; English if left out")]
PATIENCE = 40.0
"""Seconds that the answers of all ways are waited for."""
LOOK = 0.25
DONE = {"delivered", "given_up", "unclear", "dropped"}


class AttemptShape(Shape):
    """One try: what the other side answered, and how many seconds it took."""

    at: AwareDatetime
    outcome: Outcome
    proof: str
    seconds: float


class DeliveryShape(Shape):
    """One message to one person by one way; `incident` is null for the system and tests, addresses are masked."""

    id: str
    incident: str | None
    brand: str | None
    person: str
    way: str
    kind: Literal["mail", "webhook", "apprise"]
    address: str | None = Field(description="Masked; null if the person has taken the way off")
    occasion: Occasion
    severity: Severity
    state: DeliveryState
    planned_at: AwareDatetime
    due_at: AwareDatetime
    held_until: AwareDatetime | None
    reason: str
    events: list[int]
    about: list[str]
    drill: str | None
    attempts: list[AttemptShape]


class Trial(Shape):
    """What came of a test: a delivery by each way; `said` is what to do if something is missing."""

    works: bool
    said: str
    items: list[DeliveryShape]


def router(context: Context) -> APIRouter:
    """Return the routes of deliveries."""
    routes = APIRouter(prefix="/api/v1", tags=["people"])

    @routes.get("/deliveries", **answering(Items[DeliveryShape]))
    async def deliveries(
        request: Request,
        incident: Word = None,
        person: Word = None,
        state: Annotated[DeliveryState | None, BeforeValidator(given)] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
        lang: Lang = None,
    ) -> dict[str, Any]:
        """List messages and what came of them, the latest planned first."""
        authorise(actor_of(request), "person.read")

        def find() -> tuple[Page[Delivery], list[Person]]:
            with context.store.reading() as tx:
                return tx.deliveries.find(incident, person, state, cursor, limit), tx.people.all()

        page, people = await to_thread.run_sync(find)
        return {"items": [shown(one, people, lang) for one in page.items], "next": page.next}

    @routes.post("/people/{person}/test", **answering(Trial))
    async def test(person: str, request: Request, lang: Lang = None) -> dict[str, Any]:
        """Send a marked test message by every way of a person now, and return what each answered, within 40 s."""
        kept, sent = await to_thread.run_sync(_plan, context, actor_of(request), person)
        done = await _awaited(context, [one.id for one in sent])
        works = all(one.state == "delivered" for one in done)
        return {"works": works, "said": _said(done, lang), "items": [shown(one, [kept], lang) for one in done]}

    return routes


def shown(one: Delivery, people: list[Person], lang: str | None = None) -> dict[str, Any]:
    """Return a delivery as the API tells it, its address masked, its proofs in a language."""
    ways = {(person.id, way.id): way.shown for person in people for way in person.ways}
    plain = ("id", "person", "way", "kind", "occasion", "severity", "state", "drill")
    return {
        "reason": _told(one.reason, lang),
        **{name: getattr(one, name) for name in plain},
        "incident": one.incident or None,
        "brand": one.brand or None,
        "address": ways.get((one.person, one.way)),
        "planned_at": rfc3339(one.planned_at),
        "due_at": rfc3339(one.due_at),
        "held_until": rfc3339(one.held_until) if one.held_until is not None and one.state == "held" else None,
        "events": list(one.events),
        "about": list(one.about),
        "attempts": [
            {
                "at": rfc3339(tried.at),
                "outcome": tried.outcome,
                "proof": _told(tried.proof, lang),
                "seconds": tried.seconds,
            }
            for tried in one.attempts
        ],
    }


def _plan(context: Context, actor: Actor, person_id: str) -> tuple[Person, list[Delivery]]:
    authorise(actor, "person.test")
    now, trial = context.clock.now(), uuid4().hex
    with context.store.transaction() as tx:
        person = tx.people.get(person_id)
        if not person.reachable:
            raise Conflict(
                f"{person.name} has no way or takes no messages; add a way, or make the person active, first."
            )
        sent = [
            Delivery(
                delivery_id("test", person.id, way.id, trial),
                "",
                "",
                person.id,
                way.id,
                way.kind,
                "test",
                "note",
                now,
                now,
            )
            for way in person.ways
        ]
        for one in sent:
            tx.deliveries.plan(one)
        tx.audit.append(
            AuditEntry(now, actor.kind, actor.id, "person.test", subject=person.id, detail={"ways": len(sent)})
        )
    return person, sent


async def _awaited(context: Context, ids: list[str]) -> list[Delivery]:
    """Return the deliveries once each has come to its end, or after a while as they are."""

    def read() -> list[Delivery]:
        with context.store.reading() as tx:
            return [tx.deliveries.get(one) for one in ids]

    deadline = context.clock.monotonic() + PATIENCE
    while True:
        found = await to_thread.run_sync(read)
        if all(one.state in DONE for one in found) or context.clock.monotonic() >= deadline:
            return found
        await context.clock.sleep(LOOK)


def _told(said: str, lang: str | None) -> str:
    return retold_plainly(said, language_of(lang or "en"))


def _said(done: list[Delivery], lang: str | None) -> str:
    if any(one.state == "planned" for one in done):
        return _told("Nobody sends: is the alerts service running (`emberwatch run alerts`)?", lang)
    lost = [one for one in done if one.state != "delivered"]
    return " ".join(f"{one.kind}: {_told(one.reason, lang) or one.state}" for one in lost) or _told(
        "Every way works.", lang
    )
