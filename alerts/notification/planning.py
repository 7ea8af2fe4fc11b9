"""Who is told what of an incident, and when: pure, from what is known to the deliveries that follow.

It looks at the incident as it stands, not at how it came there: asked twice, it plans nothing twice, and a change that
came while nobody looked is told all the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from alerts.notification.gate import SILENCED, Circle, gate
from alerts.notification.worse import gravity, worse
from app.domain.delivery import TOLD, WAITING, Delivery, Occasion, Progress, delivery_id
from app.domain.events import IncidentEvent
from app.domain.incident import SEVERITIES, Incident, raisers
from app.domain.person import at_least
from app.domain.roster import ALL, Step, chain_of, steps_due, told
from app.domain.silence import silenced

CHASED: frozenset[Occasion] = frozenset({"step", "passed_on"})
"""Told because nobody has acknowledged yet; somebody has, and they need not be disturbed any more."""
REACHING = frozenset({"planned", "sending", "failed", "delivered"})
UNREACHED = frozenset({"given_up", "unclear"})
PERHAPS = "It may have arrived; it is sent again because nobody else can be told."


class Pace(NamedTuple):
    """Seconds that messages wait for what else comes, and that lie between two on the same incident."""

    gather: float = 20.0
    pause: float = 300.0


class Plan(NamedTuple):
    """What follows: new deliveries, waiting ones that changed, and how far telling has come."""

    new: tuple[Delivery, ...]
    changed: tuple[Delivery, ...]
    progress: Progress


def plan(
    incident: Incident,
    events: Sequence[IncidentEvent],
    before: Sequence[Delivery],
    progress: Progress,
    circle: Circle,
    at: float,
    pace: Pace | None = None,
) -> Plan:
    """Return what is to be told of an incident at `at`, where `events` are new and `before` was planned already."""
    planner = Planner(incident, events, before, progress, circle.for_drill(incident.drill), at, pace or Pace())
    planner.plan()
    return Plan(tuple(planner.new.values()), tuple(planner.changed.values()), planner.progress)


class Planner:
    """Plans the messages of one incident at one instant."""

    def __init__(
        self,
        incident: Incident,
        events: Sequence[IncidentEvent],
        before: Sequence[Delivery],
        progress: Progress,
        circle: Circle,
        at: float,
        pace: Pace,
    ) -> None:
        self.incident, self.events, self.circle, self.at, self.pace = incident, events, circle, at, pace
        self.progress = progress
        self.new: dict[str, Delivery] = {}
        self.changed: dict[str, Delivery] = {}
        self._known = {one.id: one for one in before}
        self._persons = {person.id: person for person in circle.persons}
        self._cause = f"e{events[-1].number}" if events else f"t{at:.3f}"

    def plan(self) -> None:
        """Plan what the state of the incident asks for."""
        if self.incident.state == "resolved":
            self._over()
            return
        if self.incident.state != "firing":
            self._call_off()
        self._hand_over()
        if silenced(self.circle.silences, self.incident, self.at) is not None:
            return
        self._escalate()
        for step in self._due():
            self._take(step)
        if self.incident.state == "firing":
            self._pass_on()

    def _due(self) -> Iterator[Step]:
        """Yield the steps of the chain that have come and were not taken."""
        for step in self._steps(self.at):
            if _name(step) not in self.progress.done:
                yield step

    def _steps(self, until: float) -> tuple[Step, ...]:
        one = self.incident
        acknowledged = one.acknowledged_at if one.state == "firing" else (one.acknowledged_at or one.updated_at)
        chain = chain_of(self.circle.chains, one.brand)
        return steps_due(chain, one.opened_at, acknowledged, until, one.severity)

    def _take(self, step: Step, occasion: Occasion | None = None) -> bool:
        """Tell whom a step of the chain means, and note that it was taken; False if there is nobody (yet)."""
        first = not self.progress.done
        meant = tuple(self._first(step) if first else self._meant(step))
        if not meant:
            return False
        known = {one.person for one in self._all() if one.state in TOLD}
        known.update(self.progress.passed if occasion == "passed_on" else ())
        for person in meant:
            if person not in known:
                self._tell(person, occasion or ("opened" if first else "step"), f"s{_name(step)}")
        done = (*self.progress.done, _name(step))
        self.progress = msgspec.structs.replace(self.progress, done=done)
        return True

    def _meant(self, step: Step) -> tuple[str, ...]:
        brand = self.incident.brand
        return told(step, self.circle.persons, self.circle.shifts, self.at, brand).persons

    def _first(self, step: Step) -> Iterable[str]:
        """Return who hears of it first: whom its rules name, and who is on duty unless such rules alone raised it."""
        kinds = raisers(self.incident)
        named = [self.circle.named.get(name or "", ()) for kind, name in kinds if kind == "rule"]
        persons = dict.fromkeys(one for some in named for one in some if one in self._persons)
        if persons and all(kind == "rule" and self.circle.named.get(name or "") for kind, name in kinds):
            return persons
        return persons | dict.fromkeys(self._meant(step))

    def _escalate(self) -> None:
        """Tell those who know of it that it has become worse."""
        last = self._last()
        if not last:
            return
        graver = all(self._rank(one) < SEVERITIES.index(self.incident.severity) for one in last.values())
        audience = dict.fromkeys(last)
        if graver:
            audience |= dict.fromkeys(self._meant(Step(0, "duty")))
        if self.incident.owner in self._persons:
            audience |= dict.fromkeys([str(self.incident.owner)])
        if any(worse(one, self.incident) for one in last.values()):
            for person in audience:
                if person not in last or worse(last[person], self.incident):
                    self._tell(person, "escalated" if person in last else "opened")

    def _last(self) -> dict[str, Delivery]:
        """Return by person the gravest they were told, or are about to be."""
        found: dict[str, Delivery] = {}
        for one in self._all():
            if one.state in TOLD and one.occasion != "resolved":
                found[one.person] = max(found.get(one.person, one), one, key=gravity)
        return found

    def _hand_over(self) -> None:
        """Tell somebody that the incident was handed over to them."""
        owner = self.incident.owner
        if owner in self._persons and any(one.kind == "handed_over" and one.actor != owner for one in self.events):
            self._tell(str(owner), "handed_over")

    def _pass_on(self) -> None:
        """Give the turn of those who cannot be reached to the next in the chain at once, until somebody can be."""
        lost = [person for person in self._unreached() if person not in self.progress.passed]
        if lost:
            self.progress = msgspec.structs.replace(self.progress, passed=(*self.progress.passed, *lost))
            self._next()
        if self._all() and at_least(self.incident.severity, "warning"):
            while not self._reaching() and self._next():
                pass
            for one in [] if self._reaching() else self._all():
                if one.state == "unclear":
                    self._change(msgspec.structs.replace(one, state="failed", due_at=self.at, reason=PERHAPS))

    def _reaching(self) -> bool:
        return any(one.state in REACHING for one in self._all())

    def _unreached(self) -> list[str]:
        """Return persons of whom every message failed for good or was cut off."""
        states: dict[str, set[str]] = {}
        for one in self._all():
            states.setdefault(one.person, set()).add(one.state)
        return [person for person, seen in states.items() if seen <= UNREACHED | {"dropped"} and seen & UNREACHED]

    def _next(self) -> bool:
        """Take the next step of the chain before its time; False if there is none left."""
        step = next((one for one in self._steps(float("inf")) if _name(one) not in self.progress.done), None)
        step = step or (None if _name(LAST) in self.progress.done else LAST)
        return step is not None and self._take(step, "passed_on")

    def _over(self) -> None:
        """Tell those who know of it that it is over; what waits says so by itself."""
        self._call_off()
        if self.incident.folded_into is not None:
            return  # it goes on as part of another
        if not self._known and any(event.kind == "opened" for event in self.events):
            chain = chain_of(self.circle.chains, self.incident.brand)
            for step in steps_due(chain, self.incident.opened_at, None, self.at, self.incident.severity)[:1]:
                self._take(step, "resolved")
            return
        sent = {(one.person, one.way) for one in self._all() if one.state in {"sending", "delivered", "unclear"}}
        done = {(one.person, one.way) for one in self._all() if one.occasion == "resolved" and one.state in TOLD}
        waiting = {(one.person, one.way): one for one in self._all() if one.state in WAITING}
        for one in [one for one in waiting.values() if not one.reason.startswith(SILENCED)]:
            self._change(msgspec.structs.replace(one, occasion="resolved", events=self._told(one)))
        for person, way in sorted(sent - done - waiting.keys()):
            self._plan_way(person, way, "resolved")

    def _call_off(self) -> None:
        for one in self._all():
            if one.occasion in CHASED and one.state in WAITING:
                over = "It is over." if self.incident.state == "resolved" else "Somebody has acknowledged it."
                self._change(msgspec.structs.replace(one, state="dropped", reason=over))

    def _tell(self, person: str, occasion: Occasion, cause: str = "") -> None:
        """Plan a message to a person by every way that takes it; one that waits anyhow tells this, too."""
        for way in self._persons[person].ways:
            if not way.takes(self.incident.severity):
                continue
            waiting = self._waiting(person, way.id)
            if waiting is None:
                self._plan_way(person, way.id, self._fitting(person, way.id, occasion), cause)
            else:
                self._merge(waiting)

    def _fitting(self, person: str, way: str, occasion: Occasion) -> Occasion:
        """Return what a message is for by one way: what has told nothing of it yet begins with the opening."""
        heard = any((one.person, one.way) == (person, way) and one.state in TOLD for one in self._all())
        return "opened" if occasion == "escalated" and not heard else occasion

    def _merge(self, waiting: Delivery) -> None:
        """Let a message that waits tell what has come since; something graver waits no longer."""
        graver = self._rank(waiting) < SEVERITIES.index(self.incident.severity)
        due = min(waiting.due_at, self._due_at(waiting.person, waiting.way)) if graver else waiting.due_at
        self._change(msgspec.structs.replace(self._figured(waiting), due_at=due, events=self._told(waiting)))

    def _plan_way(self, person: str, way: str, occasion: Occasion, cause: str = "") -> None:
        kinds = {one.id: one.kind for one in self._persons[person].ways} if person in self._persons else {}
        if way not in kinds:
            return
        one = self.incident
        name = delivery_id(one.id, person, way, occasion, cause or self._cause)
        due = self.at + self.pace.gather if occasion == "handed_over" else self._due_at(person, way)
        made = Delivery(name, one.id, one.brand, person, way, kinds[way], occasion, one.severity, self.at, due)
        made = self._figured(msgspec.structs.replace(made, events=self._told(made), drill=one.drill))
        if name not in self._known:
            self.new[name] = gate(made, one, self.circle, self.at).applied(made)

    def _due_at(self, person: str, way: str) -> float:
        """Return when a message may go: a crisis at once, others when more may have gathered, and not too often."""
        sent = [one for one in self._all() if (one.person, one.way) == (person, way) and one.taken_at is not None]
        if self.incident.severity == "crisis" and all(one.severity != "crisis" for one in sent):
            return self.at
        pause = max((one.taken_at or 0.0) + self.pace.pause for one in sent) if sent else 0.0
        return max(self.at + self.pace.gather, pause)

    def _figured(self, one: Delivery) -> Delivery:
        """Return a delivery with the figures that the person will have been told."""
        level = self.incident.level.value if self.incident.level else 0
        return msgspec.structs.replace(
            one,
            severity=max(one.severity, self.incident.severity, key=SEVERITIES.index),
            level=max(one.level, level),
            peak=max(one.peak, self.incident.peak),
        )

    def _told(self, one: Delivery) -> tuple[int, ...]:
        return (*one.events, *(event.number for event in self.events if event.number not in one.events))

    def _waiting(self, person: str, way: str) -> Delivery | None:
        found = (one for one in self._all() if (one.person, one.way) == (person, way) and one.state in WAITING)
        return next(found, None)

    def _change(self, one: Delivery) -> None:
        (self.new if one.id in self.new else self.changed)[one.id] = one

    def _all(self) -> list[Delivery]:
        """Return every delivery of the incident as it is by now."""
        return list((self._known | self.changed | self.new).values())

    @staticmethod
    def _rank(one: Delivery) -> int:
        return SEVERITIES.index(one.severity)


LAST = Step(0, ALL)
"""What comes after the end of every chain when nobody could be reached: everybody."""


def _name(step: Step) -> str:
    return f"{step.after:g} {step.who}"
