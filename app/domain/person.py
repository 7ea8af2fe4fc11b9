"""Persons: who is told of a storm, by which ways, and when they want to be left alone."""

import re
from datetime import time
from typing import get_args

import msgspec

from app.domain import address
from app.domain.address import WayKind
from app.domain.incident import Severity
from app.domain.wall import Language
from app.domain.week import Day, assert_zone, spells
from app.errors import WrongInput

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Rising."""
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
RESERVED = ("duty", "backup", "all")
"""No ids of persons: a chain says them of whoever it is."""
LONGEST_NAME = 80
MOST_WAYS = 20
LONGEST_QUIET = 14 * 86_400.0
"""Seconds after which quiet hours without a break are taken to end."""


class Way(msgspec.Struct, frozen=True):
    """One way to reach a person; its address is personal and often a secret: only `shown` may leave the house."""

    id: str
    """Stays while the address changes."""
    kind: WayKind
    address: str
    least: Severity = "note"
    """What is less severe does not come this way."""
    label: str = ""
    """What the person calls it, such as "phone"."""

    @property
    def shown(self) -> str:
        """Return the address with its secret parts masked."""
        return address.masked(self.kind, self.address)

    def takes(self, severity: Severity) -> bool:
        """Tell whether something of this severity comes this way."""
        return at_least(severity, self.least)

    def __repr__(self) -> str:
        return f"Way(id={self.id!r}, kind={self.kind!r}, address={self.shown!r}, least={self.least!r})"


class Quiet(msgspec.Struct, frozen=True):
    """Hours of every week in which only what is severe enough may disturb, by the clock of the person's zone."""

    days: tuple[Day, ...]
    """On which they begin."""
    start: time
    end: time
    """On the next day if it is no later than `start`."""
    breaks_for: Severity = "crisis"
    """The least severity that breaks through; a crisis always does."""


class Person(msgspec.Struct, frozen=True):
    """Somebody of ours who can be told."""

    id: str
    name: str
    language: Language = "de"
    zone: str = "Europe/Berlin"
    ways: tuple[Way, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    brands: tuple[str, ...] = ()
    """What they are told of; empty means all brands."""
    active: bool = True
    """Otherwise nothing is sent to them, and they are never on duty."""

    def concerned(self, brand: str) -> bool:
        """Tell whether they are told of a brand; "" and "*" stand for all of them."""
        return not self.brands or brand in {"", "*", *self.brands}

    @property
    def reachable(self) -> bool:
        """Tell whether anything can be sent to them."""
        return self.active and bool(self.ways)


def at_least(severity: Severity, least: Severity) -> bool:
    """Tell whether something is as severe as `least`, or more."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)


def assert_person(person: Person) -> None:
    """Raise `WrongInput` with what to write instead, unless a person is as they can be; addresses included."""
    if not ID.fullmatch(person.id) or person.id in RESERVED:
        raise WrongInput("An id has 1 to 63 letters a-z, digits, '-', '_' or '.', and is not duty, backup or all.")
    if not person.name.strip() or len(person.name) > LONGEST_NAME or not person.name.isprintable():
        raise WrongInput(f"Write a name of 1 to {LONGEST_NAME} letters.")
    assert_zone(person.zone)
    if len(person.ways) > MOST_WAYS or len(person.quiet) > MOST_WAYS:
        raise WrongInput(f"A person has at most {MOST_WAYS} ways and as many quiet hours.")
    if len({way.id for way in person.ways}) < len(person.ways):
        raise WrongInput("Two ways have the same id; leave the id of a new way out.")
    for number, way in enumerate(person.ways, 1):
        if len(way.label) > LONGEST_NAME or not way.label.isprintable():
            raise WrongInput(f"Way {number}: call it something of at most {LONGEST_NAME} letters.")
        try:
            address.assert_usable(way.kind, way.address)
        except WrongInput as error:
            raise WrongInput(f"Way {number}: {error}") from None
    if not all(quiet.days for quiet in person.quiet):
        raise WrongInput("Say on which days quiet hours begin, or leave them out.")


def quiet_until(person: Person, at: float, severity: Severity) -> float | None:
    """Return when something of this severity may disturb a person at last, UTC seconds; None: it may now."""
    until = at
    while until < at + LONGEST_QUIET:
        ends = [
            end
            for quiet in person.quiet
            if not at_least(severity, quiet.breaks_for)
            for _, end in spells(quiet.days, quiet.start, quiet.end, person.zone, (until, until))
        ]
        if not ends:
            break
        until = max(ends)
    return until if until > at else None
