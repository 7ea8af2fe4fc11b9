"""Persons: who is told of a storm, by which ways, and when they want to be left alone."""

from datetime import time
from typing import get_args

import msgspec

from app.domain import address
from app.domain.address import WayKind
from app.domain.incident import Severity
from app.domain.wall import Language
from app.domain.week import Day, spells

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Rising."""
LONGEST_QUIET = 14
"""Quiet hours that follow each other without a break are taken as one, so many at most."""


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


def quiet_until(person: Person, at: float, severity: Severity) -> float | None:
    """Return when something of this severity may disturb a person at last, UTC seconds; None: it may now."""
    until = at
    for _ in range(LONGEST_QUIET):
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
