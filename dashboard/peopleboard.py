"""The board of people at a desk: who is told, who is on duty, where nobody is, and who after whom, in plain words."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import NamedTuple

from app.domain.brand import EVERY, Brand
from app.domain.person import RESERVED, Person
from app.domain.roster import (
    DEFAULT,
    Chain,
    Shift,
    Step,
    Turn,
    Weekly,
    chain_of,
    next_change,
    on_duty,
    told,
    turns,
    unheard,
    working,
)
from app.domain.week import DAYS, Day, day_of, instant
from app.people import Roster
from dashboard.i18n import HOUR, MINUTE, Words
from dashboard.masthead import address
from dashboard.panel import Node

PATH = "/admin/people"
SHOWN = 7
"""Days of the calendar."""
AHEAD = 14 * 86_400.0
"""Seconds that are looked at for gaps."""


class Asked(NamedTuple):
    """What a board is drawn of: everything of people, the brands, an instant and the site's zone."""

    found: Roster
    brands: tuple[Brand, ...]
    now: float
    zone: str
    brand: str = ""
    """For which brand duty is shown; "" for any."""

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Return the shifts of persons who can be told."""
        return working(self.found.shifts, self.found.persons, self.brand)

    def named(self, ids: Iterable[str]) -> str:
        """Return the names of persons."""
        known = {person.id: person.name for person in self.found.persons}
        return ", ".join(known.get(one, one) for one in ids)


def board(asked: Asked, say: Words, here: str = "") -> dict[str, list[Node]]:
    """Return the parts of the page by name; `here` is the person whose form is open."""
    return {
        "warning": warning(asked, say),
        "persons": _persons(asked, say, here),
        "now": _now(asked, say),
        "week": [_day(asked, say, offset) for offset in range(SHOWN)],
        "shifts": _shifts(asked, say),
        "chain": _chains(asked, say),
    }


def warning(asked: Asked, say: Words) -> list[Node]:
    """Return in plain words of which brands nobody would be told; nothing if somebody is told of each."""
    persons = asked.found.persons
    deaf = unheard(persons, [brand.id for brand in asked.brands])
    if not deaf:
        return []
    if not persons:
        said = [say.say("people.nobody_yet")]
    elif not any(person.reachable for person in persons):
        said = [say.say("people.nobody_reachable", n=len(persons))]
    else:
        said = [say.say("people.nobody_of_brand", brand=one.name) for one in asked.brands if one.id in deaf]
    return [("p", {"class": "alarmed"}, ("i", {"aria-hidden": "true"}, "⚠ "), sentence) for sentence in said]


def _persons(asked: Asked, say: Words, here: str) -> list[Node]:
    rows = [_person(one, say, here) for one in sorted(asked.found.persons, key=lambda one: one.name.casefold())]
    new: Node = ("li", {"class": "new"}, ("a", {"href": address(PATH, say, new="1")}, f"+ {say.say('people.new')}"))
    mine = "here" if not here else ""
    duty: Node = ("li", {"class": mine}, ("a", {"href": address(PATH, say)}, say.say("people.duty_link")))
    return [("ul", {}, duty), ("h2", {}, say.say("people.persons")), ("ul", {}, *rows, new)]


def _person(one: Person, say: Words, here: str) -> Node:
    lacks = say.say("people.inactive") if not one.active else "" if one.ways else say.say("people.no_way")
    more: tuple[Node, ...] = (" ", ("small", {}, f"({lacks})")) if lacks else ()
    link: Node = ("a", {"href": address(PATH, say, id=one.id)}, one.name, *more)
    return ("li", {"class": "here" if one.id == here else ""}, link)


def _now(asked: Asked, say: Words) -> list[Node]:
    first = told(Step(0, "duty"), asked.found.persons, asked.found.shifts, asked.now, asked.brand)
    if first.because == "nobody":
        return []
    shifts, now = asked.shifts, asked.now
    if first.because == "nobody_on_duty":
        key = "people.nobody_on_duty" if shifts else "people.no_shifts"
        return [("p", {"class": "gap"}, say.say(key, names=asked.named(first.persons))), *_gaps(asked, say)]
    said = say.say("people.on_duty", names=asked.named(first.persons))
    change = next_change(shifts, now, now + AHEAD, asked.brand)
    until = "" if change is None else f" ({say.say('people.until', time=say.when(change, now))})"
    backup = [one for one in on_duty(shifts, now, asked.brand, "backup") if one not in first.persons]
    second = f" {say.say('people.backup_is', names=asked.named(backup))}" if backup else ""
    return [("p", {"class": "duty"}, ("b", {}, said), f"{until}.{second}"), *_gaps(asked, say)]


def _gaps(asked: Asked, say: Words) -> list[Node]:
    if not asked.shifts:
        return []
    empty = [one for one in turns(asked.shifts, asked.now, asked.now + AHEAD, asked.brand) if not one.persons]
    if not empty:
        return [("p", {}, say.say("people.no_gaps"))]
    hours = say.figure(sum(one.end - one.start for one in empty) / HOUR)
    return [("p", {"class": "gap"}, say.count("people.gaps", len(empty), hours=hours))]


def _day(asked: Asked, say: Words, offset: int) -> Node:
    """Return one day with its turns in order, each as wide as it lasts."""
    day = day_of(asked.now, asked.zone) + timedelta(days=offset)
    start, end = instant(day, time(), asked.zone), instant(day + timedelta(days=1), time(), asked.zone)
    parts = [_turn(asked, one, end, say) for one in turns(asked.shifts, start, end, asked.brand)]
    which = f"{say.say(f'people.day.{DAYS[day.weekday()]}')} {say.date(start)}"
    mark = "day today" if offset == 0 else "day"
    return (
        "li",
        {"class": mark, "key": day.isoformat()},
        ("p", {"class": "which"}, which),
        ("ol", {"class": "turns"}, *parts),
    )


def _turn(asked: Asked, turn: Turn, midnight: float, say: Words) -> Node:
    hours = f"{say.clock(turn.start)}–{'24:00' if turn.end == midnight else say.clock(turn.end)}"  # noqa: RUF001 # from, to
    first = on_duty(asked.shifts, turn.start, asked.brand, "primary")
    second = [one for one in turn.persons if one not in first]
    names: list[Node] = [("b", {}, asked.named(first) if turn.persons else say.say("people.gap"))]
    if second:
        names += [
            " ",
            ("span", {"class": "second"}, say.say("people.backup_is", names=asked.named(second)).rstrip(".")),
        ]
    mark = "turn" if turn.persons else "turn gap"
    size = {"flexGrow": f"{(turn.end - turn.start) / HOUR:.3f}"}
    return ("li", {"class": mark, "style": size}, *names, " ", ("span", {"class": "time"}, hours))


def _shifts(asked: Asked, say: Words) -> list[Node]:
    if not asked.found.shifts:
        return [("p", {}, say.say("people.no_shift"))]
    rows = sorted(asked.found.shifts, key=lambda one: (asked.named([one.person]).casefold(), one.id))
    return [("ul", {"class": "plainly"}, *(_shift(asked, one, say) for one in rows))]


def _shift(asked: Asked, shift: Shift, say: Words) -> Node:
    brands = {brand.id: brand.name for brand in asked.brands}
    said = [asked.named([shift.person]), say.say(f"people.role.{shift.role}"), *_when(shift, say, asked.now)]
    if shift.brands:
        said.append(say.say("people.for_brands", brands=", ".join(brands.get(one, one) for one in shift.brands)))
    what = " · ".join(said)
    spoken = say.say("people.remove_shift", what=what)
    attributes = {"type": "button", "data-act": "remove-shift", "data-source": shift.id, "aria-label": spoken}
    return ("li", {"key": shift.id}, ("span", {}, what), " ", ("button", attributes, say.say("people.remove")))


def _when(shift: Shift, say: Words, now: float) -> list[str]:
    when = shift.when
    if not isinstance(when, Weekly):
        return [say.say("people.once", start=say.when(when.start, now), end=say.when(when.end, now))]
    hours = {"start": f"{when.start:%H:%M}", "end": f"{when.end:%H:%M}"}
    said = [say.say("people.weekly", days=days(when.days, say), **hours)]
    if when.first:
        said.append(say.say("people.from_day", day=_date(when.first, say)))
    if when.last:
        said.append(say.say("people.to_day", day=_date(when.last, say)))
    return said


def days(chosen: Sequence[Day], say: Words) -> str:
    """Return days in words: daily, working days, or one by one."""
    if set(chosen) == set(DAYS):
        return say.say("people.daily")
    if set(chosen) == set(DAYS[:5]):
        return say.say("people.weekdays")
    return ", ".join(say.say(f"people.day.{day}") for day in DAYS if day in chosen)


def _chains(asked: Asked, say: Words) -> list[Node]:
    chains = asked.found.chains
    own = [(brand.name, brand.id, chain_of(chains, brand.id)) for brand in asked.brands]
    shown = [(say.say("people.chain_common"), EVERY, chain_of(chains, EVERY))]
    return [_chain(asked, *one, say) for one in [*shown, *(one for one in own if one[2].brand == one[1])]]


def _chain(asked: Asked, name: str, brand: str, chain: Chain, say: Words) -> Node:
    builtin: tuple[Node, ...] = (" ", ("small", {}, f"({say.say('people.chain_default')})")) if chain is DEFAULT else ()
    steps: list[Node] = [("li", {}, step(asked, one, say)) for one in chain.steps]
    word = say.say("people.edit_chain")
    edit = {"type": "button", "data-act": "edit-chain", "data-source": brand, "aria-label": f"{name}: {word}"}
    button: Node = ("button", edit, word)
    return (
        "article",
        {"key": brand},
        ("p", {"class": "whose"}, ("b", {}, name), *builtin),
        ("ol", {"class": "ladder"}, *steps),
        button,
    )


def step(asked: Asked, one: Step, say: Words) -> str:
    """Return a step of a chain as a sentence."""
    who = say.say(f"people.who.{one.who}") if one.who in RESERVED else asked.named([one.who])
    whom = f"{who}{say.say(f'people.least.{one.least}')}"
    if one.after == 0:
        return say.say("people.step.now", who=whom)
    minutes = one.after / MINUTE
    key = "people.step.minutes.one" if minutes == 1 else "people.step.minutes.other"
    return say.say("people.step.after", time=say.say(key, n=say.figure(minutes)), who=whom)


def _date(day: date, say: Words) -> str:
    return f"{day:%d.%m.%Y}" if say.language == "de" else f"{day:%d/%m/%Y}"
