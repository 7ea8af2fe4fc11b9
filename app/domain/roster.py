"""Who is on duty when, and who is told after whom while nobody acknowledges."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Literal

import msgspec

from app.domain.brand import EVERY
from app.domain.incident import Severity
from app.domain.person import RESERVED, Person, at_least
from app.domain.week import Day, assert_zone, spells
from app.errors import WrongInput

Role = Literal["primary", "backup", "absent"]
"""Absent takes a person off duty, whatever other shifts say: holidays, illness."""
Because = Literal["duty", "backup", "named", "all", "nobody_on_duty", "nobody"]
"""Why persons are told. `nobody_on_duty`: those meant are not there, so everybody is told. `nobody`: no one is left."""
DUTY, BACKUP, ALL = RESERVED
"""Whom a step may name beside the id of a person."""
MOST_STEPS = 20
LONGEST_WAIT = 7 * 86_400.0
"""Seconds after which a step may come."""
YEARS = (2000, 2100)
"""Between which shifts may lie."""


class Weekly(msgspec.Struct, frozen=True, tag="weekly"):
    """Hours that come back every week, by the clock of a zone."""

    days: tuple[Day, ...]
    """On which they begin."""
    start: time
    end: time
    """On the next day if it is no later than `start`."""
    zone: str = "Europe/Berlin"
    first: date | None = None
    """The first day on which they may begin."""
    last: date | None = None
    """The last day on which they may begin."""


class Once(msgspec.Struct, frozen=True, tag="once"):
    """One time, in UTC seconds, its end excluded."""

    start: float
    end: float


class Shift(msgspec.Struct, frozen=True):
    """When one person is on duty, or away."""

    id: str
    person: str
    when: Weekly | Once
    role: Role = "primary"
    brands: tuple[str, ...] = ()
    """For which brands; empty means all."""


class Spell(msgspec.Struct, frozen=True):
    """One time of a shift, UTC seconds, its end excluded."""

    start: float
    end: float
    shift: Shift


class Turn(msgspec.Struct, frozen=True):
    """A time in which the same persons are on duty, in the order in which to tell them; none: a gap."""

    start: float
    end: float
    persons: tuple[str, ...]


class Step(msgspec.Struct, frozen=True):
    """Whom to tell when nobody has acknowledged for a while."""

    after: float
    """Seconds since the incident was opened."""
    who: str
    """`duty`, `backup`, `all`, or the id of a person."""
    least: Severity = "note"
    """What is less severe does not come so far."""


class Chain(msgspec.Struct, frozen=True):
    """Who is told after whom about a brand, or about every brand without a chain of its own (`*`)."""

    brand: str
    steps: tuple[Step, ...]
    """By rising `after`."""


class Told(msgspec.Struct, frozen=True):
    """Ids of the persons a step tells, and why them."""

    persons: tuple[str, ...]
    because: Because


DEFAULT = Chain(EVERY, (Step(0, DUTY), Step(600, BACKUP, "warning"), Step(1500, ALL, "crisis")))
"""Duty at once, the backup after ten minutes, everybody after 25 minutes of a crisis that nobody acknowledges."""


def assert_shift(shift: Shift) -> None:
    """Raise `WrongInput` with what to write instead, unless a shift could be some time."""
    when = shift.when
    if isinstance(when, Once):
        if not when.start < when.end:
            raise WrongInput("A shift ends after it begins; change `from` or `to`.")
        years = [datetime.fromtimestamp(at, UTC).year for at in (when.start, when.end)]
    else:
        assert_zone(when.zone)
        if not when.days:
            raise WrongInput("Say on which days the shift begins.")
        if when.first and when.last and when.last < when.first:
            raise WrongInput("The last day of a shift does not lie before its first; change `first` or `last`.")
        years = [day.year for day in (when.first, when.last) if day]
    if not all(YEARS[0] <= year < YEARS[1] for year in years):
        raise WrongInput(f"Shifts lie between {YEARS[0]} and {YEARS[1]}.")


def assert_chain(chain: Chain) -> None:
    """Raise `WrongInput` with what to write instead, unless a chain begins with somebody and ends some time."""
    if not chain.steps or len(chain.steps) > MOST_STEPS:
        raise WrongInput(f"A chain has 1 to {MOST_STEPS} steps.")
    if not all(0 <= step.after <= LONGEST_WAIT for step in chain.steps):
        raise WrongInput("A step comes 0 seconds to 7 days after the incident was opened.")
    if len({(step.after, step.who) for step in chain.steps}) < len(chain.steps):
        raise WrongInput("Two steps tell the same at the same time; leave one out.")


def spans(shifts: Iterable[Shift], start: float, end: float) -> list[Spell]:
    """Return every time of these shifts that touches the time from `start` to `end`, the earliest first."""
    found = [Spell(*one, shift) for shift in shifts for one in _times(shift, start, end)]
    return sorted(found, key=lambda spell: (spell.start, spell.end, spell.shift.id))


def on_duty(shifts: Sequence[Shift], at: float, brand: str = "", role: Role | None = None) -> tuple[str, ...]:
    """Return the ids of persons on duty for a brand at an instant, in the order in which to tell them.

    First primary, then backup, or only those of `role`; in each, one-off shifts before weekly ones, and who began
    first. Persons who are away are left out. "" asks for shifts of any brand.
    """
    return _at(spans(_of_brand(shifts, brand), at, at), at, role)


def next_change(shifts: Sequence[Shift], at: float, until: float, brand: str = "") -> float | None:
    """Return when others are on duty than at `at`; None if that stays so before `until`."""
    found = turns(shifts, at, until, brand)
    return found[0].end if len(found) > 1 else None


def turns(shifts: Sequence[Shift], start: float, end: float, brand: str = "") -> tuple[Turn, ...]:
    """Return who is on duty in which part of a time, without holes; times with the same persons are one."""
    coming = spans(_of_brand(shifts, brand), start, end)[::-1]
    there: list[Spell] = []
    found: list[Turn] = []
    for begin, over in pairwise(_edges(coming, start, end)):
        there = [one for one in there if one.end > begin]
        while coming and coming[-1].start <= begin:
            there.append(coming.pop())
        persons = _at(there, begin)
        if found and found[-1].persons == persons:
            found[-1] = Turn(found[-1].start, over, persons)
        else:
            found.append(Turn(begin, over, persons))
    return tuple(found)


def gaps(shifts: Sequence[Shift], start: float, end: float, brand: str = "") -> tuple[tuple[float, float], ...]:
    """Return the times from `start` to `end` in which nobody is on duty for a brand, neither primary nor backup.

    Times that touch are one. To leave out persons who cannot be told, hand in their shifts no more (`working`).
    """
    return tuple((turn.start, turn.end) for turn in turns(shifts, start, end, brand) if not turn.persons)


def working(shifts: Iterable[Shift], persons: Iterable[Person], brand: str = "") -> tuple[Shift, ...]:
    """Return the shifts of persons who can be told of a brand."""
    able = {person.id for person in persons if person.reachable and person.concerned(brand)}
    return tuple(shift for shift in shifts if shift.person in able)


def unheard(persons: Iterable[Person], brands: Iterable[str]) -> tuple[str, ...]:
    """Return the brands of whose crisis nobody could be told."""
    able = [person for person in persons if person.reachable]
    return tuple(brand for brand in brands if not any(person.concerned(brand) for person in able))


def chain_of(chains: Iterable[Chain], brand: str) -> Chain:
    """Return the chain of a brand: its own, else that of every brand, else the default."""
    by_brand = {chain.brand: chain for chain in chains}
    return by_brand.get(brand) or by_brand.get(EVERY) or DEFAULT


def steps_due(
    chain: Chain, opened_at: float, acknowledged_at: float | None, at: float, severity: Severity = "crisis"
) -> tuple[Step, ...]:
    """Return the steps that had come by `at`, in order: those before somebody acknowledged, severe enough."""
    return tuple(step for due, step in _timed(chain, opened_at, acknowledged_at, severity) if due <= at)


def told(step: Step, persons: Sequence[Person], shifts: Sequence[Shift], at: float, brand: str) -> Told:
    """Return whom a step tells at an instant: only persons who can be told of the brand, and never nobody.

    If those it means are not there, everybody who can be told is; persons who are away only when nobody else is left.
    """
    able = [person.id for person in persons if person.reachable and person.concerned(brand)]
    if not able:
        return Told((), "nobody")
    away = on_duty(shifts, at, brand, "absent")
    everybody = tuple(one for one in able if one not in away) or tuple(able)
    if step.who == ALL:
        return Told(everybody, "all")
    meant, because = _meant(step.who, working(shifts, persons, brand), at, brand)
    found = tuple(one for one in meant if one in everybody)
    return Told(found, because) if found else Told(everybody, "nobody_on_duty")


def _meant(who: str, shifts: Sequence[Shift], at: float, brand: str) -> tuple[tuple[str, ...], Because]:
    if who == DUTY:
        return on_duty(shifts, at, brand, "primary") or on_duty(shifts, at, brand, "backup"), "duty"
    if who == BACKUP:
        return on_duty(shifts, at, brand, "backup"), "backup"
    return (who,), "named"


def _timed(
    chain: Chain, opened_at: float, acknowledged_at: float | None, severity: Severity
) -> Iterator[tuple[float, Step]]:
    for step in sorted(chain.steps, key=lambda one: one.after):
        due = opened_at + step.after
        if at_least(severity, step.least) and (acknowledged_at is None or due < acknowledged_at):
            yield due, step


def _times(shift: Shift, start: float, end: float) -> Iterator[tuple[float, float]]:
    when = shift.when
    if isinstance(when, Weekly):
        yield from spells(when.days, when.start, when.end, when.zone, (start, end), (when.first, when.last))
    elif when.start <= end and start < when.end:
        yield when.start, when.end


def _at(times: Sequence[Spell], at: float, role: Role | None = None) -> tuple[str, ...]:
    """Return who is on duty at an instant by the times that touch it."""
    now = [one for one in times if one.start <= at < one.end]
    away = {one.shift.person for one in now if one.shift.role == "absent"}
    if role == "absent":
        return tuple(sorted(away))
    wanted = ("primary", "backup") if role is None else (role,)
    ranked = sorted(
        (one for one in now if one.shift.role in wanted and one.shift.person not in away),
        key=lambda one: (one.shift.role != "primary", isinstance(one.shift.when, Weekly), one.start, one.shift.id),
    )
    return tuple(dict.fromkeys(one.shift.person for one in ranked))


def _of_brand(shifts: Iterable[Shift], brand: str) -> list[Shift]:
    return [shift for shift in shifts if not brand or not shift.brands or brand in shift.brands]


def _edges(times: Iterable[Spell], start: float, end: float) -> list[float]:
    """Return the instants from `start` to `end` at which somebody comes or goes, both ends of the time included."""
    edges = {edge for one in times for edge in (one.start, one.end) if start < edge < end}
    return sorted({start, end, *edges})
