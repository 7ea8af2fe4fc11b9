"""The gate before the wire: whether a message may go now, waits, or has become needless. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from app.domain.delivery import Delivery
from app.domain.incident import Incident
from app.domain.instant import rfc3339
from app.domain.person import Person, quiet_until
from app.domain.roster import Chain, Shift
from app.domain.silence import Silence, silenced

SILENCED = "Silenced by"
AGAIN = 60.0
"""Seconds after which what is held is looked at again: quiet hours may be changed, a silence ended."""


class Circle(NamedTuple):
    """Everybody who can be told, and what decides whether they are."""

    persons: Sequence[Person] = ()
    shifts: Sequence[Shift] = ()
    chains: Sequence[Chain] = ()
    silences: Sequence[Silence] = ()
    named: Mapping[str, tuple[str, ...]] = {}
    """Rule → ids of the persons whom it names."""
    drilled: Mapping[str, tuple[str, ...]] = {}
    """Drill → ids of those who take part; nobody else hears of it."""

    def for_drill(self, drill: str | None) -> "Circle":
        """Return the part of the circle that may hear of a drill; all of it where it is none."""
        if drill is None:
            return self
        part = self.drilled.get(drill, ())
        return self._replace(persons=[person for person in self.persons if person.id in part])


class Gate(NamedTuple):
    """What the gate says: `open`, or until when it is shut, or that a message is needless; and why."""

    open: bool
    until: float | None = None
    reason: str = ""
    at: float = 0.0

    def applied(self, one: Delivery) -> Delivery:
        """Return a delivery as the gate leaves it: as it is, held, or dropped."""
        if self.open:
            return one
        if self.until is None:
            return msgspec.structs.replace(one, state="dropped", reason=self.reason)
        due = min(self.until, self.at + AGAIN)
        return msgspec.structs.replace(one, state="held", due_at=due, held_until=self.until, reason=self.reason)


def gate(one: Delivery, incident: Incident | None, circle: Circle, at: float) -> Gate:
    """Return whether a delivery may go at `at`; a test always may, if its person is still there.

    A hand-over is for one person, who has to know: no silence holds it.
    """
    person = next((some for some in circle.for_drill(one.drill).persons if some.id == one.person), None)
    if person is None or not person.active:
        return Gate(open=False, reason="The person is not there any more, or takes no messages.")
    if all(way.id != one.way for way in person.ways):
        return Gate(open=False, reason="The person has taken this way off.")
    if one.occasion == "test":
        return Gate(open=True)
    silent = _silent(one, incident, circle, at) if incident and one.occasion != "handed_over" else None
    return silent or _quiet(one, person, at) or Gate(open=True)


def _silent(one: Delivery, incident: Incident, circle: Circle, at: float) -> Gate | None:
    silence = silenced(circle.silences, incident, at)
    if silence is not None:
        return Gate(open=False, until=silence.until, reason=f"{SILENCED} {silence.owner}.", at=at)
    was = one.state == "held" and one.reason.startswith(SILENCED) and one.occasion != "resolved"
    if was and incident.state == "resolved":
        return Gate(open=False, reason="It was over before the silence ended.")
    return None


def _quiet(one: Delivery, person: Person, at: float) -> Gate | None:
    until = quiet_until(person, at, one.severity)
    if until is None:
        return None
    return Gate(open=False, until=until, reason=f"Quiet hours until {rfc3339(until)}.", at=at)
