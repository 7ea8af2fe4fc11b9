"""Persons, shifts, duty and chains as the API shows and takes them."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.domain import person as persons
from app.domain import roster
from app.domain.address import WayKind
from app.domain.incident import Severity
from app.domain.instant import rfc3339
from app.domain.person import Person, Quiet, Way
from app.domain.roster import Chain, Once, Shift, Step, Weekly
from app.domain.wall import Language
from app.domain.week import Day
from dashboard.api import shape


def _minute(written: object) -> object:
    if isinstance(written, str):
        try:
            return datetime.strptime(written, "%H:%M").time()  # noqa: DTZ007 - a time of the wall, of no day
        except ValueError:
            raise ValueError("write a time like 07:30") from None
    return written


Minute = Annotated[time, BeforeValidator(_minute), WithJsonSchema({"type": "string", "examples": ["07:30"]})]
Days = Annotated[list[Day], AfterValidator(lambda days: list(dict.fromkeys(days)))]
Id = Annotated[str, Field(max_length=63)]


class Shape(shape.Shape):
    """A JSON object whose `from` and `to` are called so."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class WayBody(Shape):
    """A way to reach somebody; without `address`, or with the masked one, a way that is known keeps what it has."""

    id: Id = ""
    kind: WayKind
    address: str = ""
    least: Severity = "note"
    label: str = ""


class ShownWay(shape.Shape):
    """A way; `address` is whole for admins and masked for everybody else, `shown` is masked for all."""

    id: str
    kind: WayKind
    address: str
    shown: str
    least: Severity
    label: str


class QuietBody(Shape):
    """Hours that begin on `days`; `to` no later than `from` is on the next day. A crisis always breaks through."""

    days: Days
    start: Minute = Field(alias="from")
    end: Minute = Field(alias="to")
    breaks_for: Severity = "crisis"


class PersonBody(Shape):
    """Somebody without their id; no `brands` means all."""

    name: str
    language: Language = "de"
    zone: str = ""
    ways: tuple[WayBody, ...] = ()
    quiet: tuple[QuietBody, ...] = ()
    brands: tuple[str, ...] = ()
    active: bool = True


class NewPerson(PersonBody):
    """Somebody new; without an id they get one made from the name."""

    id: Id = ""


class ShownPerson(shape.Shape):
    """Somebody who can be told; `quiet_until` is set while a note would have to wait."""

    id: str
    name: str
    language: Language
    zone: str
    ways: list[ShownWay]
    quiet: list[QuietBody]
    brands: list[str]
    active: bool
    quiet_until: AwareDatetime | None


class WeeklyBody(Shape):
    """Hours of every week by the clock of a zone; `to` no later than `from` is on the next day."""

    days: Days
    start: Minute = Field(alias="from")
    end: Minute = Field(alias="to")
    zone: str = ""
    first: date | None = None
    last: date | None = None


class OnceBody(Shape):
    """One time, its end excluded."""

    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")


class NewShift(Shape):
    """When somebody is on duty, or away: either `weekly` or `once`; no `brands` means all."""

    person: str
    role: roster.Role = "primary"
    brands: tuple[str, ...] = ()
    weekly: WeeklyBody | None = None
    once: OnceBody | None = None


class ShownShift(NewShift):
    """A shift that is kept."""

    id: str


class OnDuty(shape.Shape):
    """Somebody on duty."""

    id: str
    name: str
    role: Literal["primary", "backup"]


class Gap(shape.Shape):
    """Hours in which nobody is on duty: everybody would be told."""

    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")


class Duty(shape.Shape):
    """Who is on duty at an instant, in the order of telling; `told` are those whom an incident would reach first.

    `everybody`: nobody is on duty, so all who can be told are. `nobody`: not even that, no person can be told.
    """

    at: AwareDatetime
    brand: str | None
    on_duty: list[OnDuty]
    told: list[str]
    everybody: bool
    nobody: bool
    next_change: AwareDatetime | None
    gaps: list[Gap]


class StepBody(shape.Shape):
    """Whom to tell `after` so many seconds; `who` is duty, backup, all, or the id of a person."""

    after: float
    who: Id
    least: Severity = "note"


class ChainBody(shape.Shape):
    """A chain without its brand."""

    steps: list[StepBody]


class ShownChain(ChainBody):
    """The chain that counts for a brand; `source` says whose it is: its own, the common one, or the built-in one."""

    brand: str
    source: Literal["own", "common", "default"]


def person_of(name: str, body: PersonBody, zone: str) -> Person:
    """Return the person a body says, in the site's zone unless it names one."""
    ways = tuple(Way(one.id, one.kind, one.address.strip(), one.least, one.label.strip()) for one in body.ways)
    quiet = tuple(Quiet(tuple(one.days), one.start, one.end, one.breaks_for) for one in body.quiet)
    said = (body.name.strip(), body.language, body.zone or zone, ways, quiet, tuple(dict.fromkeys(body.brands)))
    return Person(name, *said, body.active)


def shift_of(body: NewShift, when: WeeklyBody | OnceBody, zone: str) -> Shift:
    """Return the shift a body says, without id."""
    made: Weekly | Once
    if isinstance(when, WeeklyBody):
        made = Weekly(tuple(when.days), when.start, when.end, when.zone or zone, when.first, when.last)
    else:
        made = Once(when.start.timestamp(), when.end.timestamp())
    return Shift("", body.person, made, body.role, tuple(dict.fromkeys(body.brands)))


def chain_of(brand: str, body: ChainBody) -> Chain:
    """Return the chain a body says."""
    return Chain(brand, tuple(Step(one.after, one.who.strip(), one.least) for one in body.steps))


def shown_person(one: Person, now: float, *, whole: bool) -> dict[str, Any]:
    """Return a person as the API shows them, with whole addresses or masked ones."""
    until = persons.quiet_until(one, now, "note")
    return {
        "id": one.id,
        "name": one.name,
        "language": one.language,
        "zone": one.zone,
        "ways": [_way(way, whole=whole) for way in one.ways],
        "quiet": [
            {"days": list(q.days), "from": f"{q.start:%H:%M}", "to": f"{q.end:%H:%M}", "breaks_for": q.breaks_for}
            for q in one.quiet
        ],
        "brands": list(one.brands),
        "active": one.active,
        "quiet_until": None if until is None else rfc3339(until),
    }


def shown_shift(one: Shift) -> dict[str, Any]:
    """Return a shift as the API shows it."""
    when, weekly, once = one.when, None, None
    if isinstance(when, Weekly):
        days = {"first": when.first and when.first.isoformat(), "last": when.last and when.last.isoformat()}
        hours = {"from": f"{when.start:%H:%M}", "to": f"{when.end:%H:%M}", "zone": when.zone}
        weekly = {"days": list(when.days), **hours, **days}
    else:
        once = {"from": rfc3339(when.start), "to": rfc3339(when.end)}
    who = {"id": one.id, "person": one.person, "role": one.role, "brands": list(one.brands)}
    return {**who, "weekly": weekly, "once": once}


def shown_chain(one: Chain, brand: str, source: str) -> dict[str, Any]:
    """Return a chain as the API shows it."""
    steps = [{"after": step.after, "who": step.who, "least": step.least} for step in one.steps]
    return {"brand": brand, "source": source, "steps": steps}


def _way(way: Way, *, whole: bool) -> dict[str, Any]:
    said = {"id": way.id, "kind": way.kind, "least": way.least, "label": way.label, "shown": way.shown}
    return {**said, "address": way.address if whole else way.shown}
