"""`/api/v1/people`, `/shifts`, `/duty`, `/chains`: who is told, when they are on duty, and who after whom."""

from collections.abc import Sequence
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from app.domain.actor import Actor, may
from app.domain.brand import EVERY
from app.domain.instant import rfc3339
from app.domain.person import Person
from app.domain.roster import DEFAULT, Chain, chain_of, gaps, next_change, on_duty, told, working
from app.errors import NotFound, WrongInput
from app.people import People, Roster
from app.service import Context
from dashboard.api import people_shape as shape
from dashboard.api.people_shape import shown_chain, shown_person, shown_shift
from dashboard.api.query import BrandId, Instant, brand_of
from dashboard.api.shape import Items, answering
from dashboard.api.watchlist import GONE, actor_of
from dashboard.ics import calendar

AHEAD = 14 * 86_400.0
"""Seconds of duty that are looked at for gaps."""
SINCE, UNTIL = 946_684_800.0, 4_102_444_800.0
"""The years 2000 to 2100."""
WRITTEN = 90 * 86_400.0
"""Seconds of duty that a calendar file holds."""


def router(context: Context) -> APIRouter:
    """Return the routes of people."""
    routes = APIRouter(prefix="/api/v1", tags=["people"])
    people = People(context.store, context.clock)
    _persons(routes, context, people)
    _shifts(routes, context, people)
    _chains(routes, context, people)
    return routes


def _persons(routes: APIRouter, context: Context, people: People) -> None:
    zone = context.config.site.zone

    def shown(one: Person, actor: Actor) -> dict[str, Any]:
        return shown_person(one, context.clock.now(), whole=may(actor, "person.write"))

    @routes.get("/people", **answering(Items[shape.ShownPerson]))
    async def everybody(request: Request) -> dict[str, Any]:
        """List everybody; addresses are whole only for who may change them."""
        found = (await people.roster(actor_of(request))).persons
        return {"items": [shown(one, actor_of(request)) for one in found], "next": None}

    @routes.post("/people", status_code=201, **answering(shape.ShownPerson, status=201))
    async def post_person(body: shape.NewPerson, request: Request, response: Response) -> dict[str, Any]:
        """Add somebody; 409 if the id is taken."""
        _assert_brands(context, body.brands)
        kept = await people.add(actor_of(request), shape.person_of(body.id, body, zone))
        response.headers["Location"] = f"/api/v1/people/{kept.id}"
        return shown(kept, actor_of(request))

    @routes.get("/people/{person}", **answering(shape.ShownPerson))
    async def one_person(person: str, request: Request) -> dict[str, Any]:
        """Return one person."""
        found = (await people.roster(actor_of(request))).persons
        kept = next((one for one in found if one.id == person), None)
        if kept is None:
            raise NotFound(f"There is no person {person[:80]!r}; GET /api/v1/people lists them.")
        return shown(kept, actor_of(request))

    @routes.put("/people/{person}", **answering(shape.ShownPerson))
    async def put_person(person: str, body: shape.PersonBody, request: Request) -> dict[str, Any]:
        """Keep somebody as the body says, new or not; a way without `address` keeps the one it has."""
        _assert_brands(context, body.brands)
        kept = await people.save(actor_of(request), shape.person_of(person, body, zone))
        return shown(kept, actor_of(request))

    @routes.delete("/people/{person}", **GONE)
    async def delete_person(person: str, request: Request) -> Response:
        """Forget a person and their shifts; 409 while a chain names them."""
        await people.remove(actor_of(request), person)
        return Response(status_code=204)


def _shifts(routes: APIRouter, context: Context, people: People) -> None:
    @routes.get("/shifts", **answering(Items[shape.ShownShift]))
    async def shifts(request: Request) -> dict[str, Any]:
        """List all shifts and absences."""
        return {"items": [shown_shift(one) for one in (await people.roster(actor_of(request))).shifts], "next": None}

    @routes.post("/shifts", status_code=201, **answering(shape.ShownShift, status=201))
    async def post_shift(body: shape.NewShift, request: Request) -> dict[str, Any]:
        """Put somebody on duty, or mark them as away, every week or once."""
        when = body.weekly or body.once
        if when is None or (body.weekly and body.once):
            raise WrongInput("Give either `weekly` or `once`.")
        _assert_brands(context, body.brands)
        return shown_shift(
            await people.add_shift(actor_of(request), shape.shift_of(body, when, context.config.site.zone))
        )

    @routes.delete("/shifts/{shift}", **GONE)
    async def delete_shift(shift: str, request: Request) -> Response:
        """Forget a shift or an absence."""
        await people.remove_shift(actor_of(request), shift)
        return Response(status_code=204)

    @routes.get("/duty", **answering(shape.Duty))
    async def duty(request: Request, at: Instant = None, brand: BrandId = None) -> dict[str, Any]:
        """Tell who is on duty, until when, and in which of the next 14 days nobody is."""
        if brand is not None:
            brand_of(context.config, brand)
        when = context.clock.now() if at is None else at
        if not SINCE <= when < UNTIL:
            raise WrongInput("at: ask for an instant between 2000 and 2100.")
        return await to_thread.run_sync(_duty, await people.roster(actor_of(request)), when, brand)

    @routes.get("/duty.ics", include_in_schema=False)
    async def duty_calendar(request: Request) -> Response:
        """Return the duty of the next 90 days as a calendar file (RFC 5545)."""
        found, now = await people.roster(actor_of(request)), context.clock.now()
        site = context.config.site
        text = await to_thread.run_sync(calendar, found, now, now + WRITTEN, site.name, site.language)
        return Response(text, media_type="text/calendar; charset=utf-8")


def _chains(routes: APIRouter, context: Context, people: People) -> None:
    @routes.get("/chains/{brand}", **answering(shape.ShownChain))
    async def chain(brand: str, request: Request) -> dict[str, Any]:
        """Return the chain that counts for a brand; `*` is the common one."""
        _assert_brand(context, brand)
        return _shown_chain((await people.roster(actor_of(request))).chains, brand)

    @routes.put("/chains/{brand}", **answering(shape.ShownChain))
    async def put_chain(brand: str, body: shape.ChainBody, request: Request) -> dict[str, Any]:
        """Say who is told after whom about a brand, or with `*` about every brand without a chain of its own."""
        _assert_brand(context, brand)
        kept = await people.save_chain(actor_of(request), shape.chain_of(brand, body))
        return _shown_chain((kept,), brand)

    @routes.delete("/chains/{brand}", **GONE)
    async def delete_chain(brand: str, request: Request) -> Response:
        """Let the common chain count for a brand again, or the built-in one for all."""
        await people.remove_chain(actor_of(request), brand)
        return Response(status_code=204)


def _shown_chain(chains: Sequence[Chain], brand: str) -> dict[str, Any]:
    found = chain_of(chains, brand)
    source = "default" if found is DEFAULT else "own" if found.brand == brand else "common"
    return shown_chain(found, brand, source)


def _duty(found: Roster, at: float, brand: str | None) -> dict[str, Any]:
    persons, wanted = {one.id: one for one in found.persons}, brand or ""
    able = working(found.shifts, found.persons, wanted)
    first = on_duty(able, at, wanted, "primary")
    first_step = told(chain_of(found.chains, wanted).steps[0], found.persons, found.shifts, at, wanted)
    change = next_change(able, at, at + AHEAD, wanted)
    return {
        "at": rfc3339(at),
        "brand": brand,
        "on_duty": [
            {"id": one, "name": persons[one].name, "role": "primary" if one in first else "backup"}
            for one in on_duty(able, at, wanted)
        ],
        "told": list(first_step.persons),
        "everybody": first_step.because == "nobody_on_duty",
        "nobody": first_step.because == "nobody",
        "next_change": None if change is None else rfc3339(change),
        "gaps": [{"from": rfc3339(a), "to": rfc3339(b)} for a, b in gaps(able, at, at + AHEAD, wanted)],
    }


def _assert_brand(context: Context, brand: str) -> None:
    if brand != EVERY:
        brand_of(context.config, brand)


def _assert_brands(context: Context, brands: Sequence[str]) -> None:
    known = [one.id for one in context.config.brands]
    strange = next((one for one in brands if one not in known), None)
    if strange is not None:
        raise WrongInput(f"There is no brand {strange[:80]!r}; choose of: {', '.join(known[:50])}, or none for all.")
