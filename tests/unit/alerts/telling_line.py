"""A time line of one incident on our own clock: events come, the planner plans, and a post delivers."""

from collections.abc import Iterable

import msgspec

from alerts.notification.gate import Circle, gate
from alerts.notification.planning import Pace, plan
from alerts.notification.retry import cut_off, delivered
from app.domain.delivery import WAITING, Delivery, Progress
from app.domain.events import IncidentEvent
from app.domain.incident import Incident, Signal
from app.domain.level import Level
from app.domain.person import Person, Way
from app.domain.roster import Once, Shift

START = 1_795_010_400.0
"""A Wednesday in November 2026, 15:00 in Berlin."""
MAIL, PHONE = Way("m", "mail", "anna@example.org"), Way("p", "apprise", "ntfy://127.0.0.1/alarm", least="crisis")


def person(name: str, *ways: Way, **more) -> Person:
    return Person(name, name.title(), ways=ways or (MAIL,), **more)


def duty(name: str, role: str = "primary", since: float = 0.0, until: float = 86_400.0) -> Shift:
    return Shift(f"{name}-{role}", name, Once(START + since, START + until), role)


ANNA, BEN, CLEO = person("anna", MAIL, PHONE), person("ben"), person("cleo")
CIRCLE = Circle((ANNA, BEN, CLEO), (duty("anna"), duty("ben", "backup")))


class Line:
    """Steps ten seconds at a time; `broken` names ways that give up, as (person, way)."""

    def __init__(self, circle: Circle = CIRCLE, *, broken: Iterable[tuple[str, str]] = (), **incident) -> None:
        self.circle, self.broken = circle, set(broken)
        signal = Signal(
            "volume", "nordlicht", START, alarm=True, actual=50, expected=5, low=2, high=9, risk=9, window=300
        )
        made = Incident("i1", "nordlicht", START, "firing", "warning", (signal,), updated_at=START, peak=10.0)
        self.incident = msgspec.structs.replace(made, **incident)
        self.deliveries: dict[str, Delivery] = {}
        self.progress = Progress()
        self.now = START
        self.told: list[tuple[int, str, str, str]] = []
        """What was delivered: second, person, way, occasion."""
        self._events: list[IncidentEvent] = []
        self._number = 0

    def happens(self, kind: str, *, level: int | None = None, actor: str = "alerts", **changes) -> "Line":
        self._number += 1
        if level is not None:
            changes["level"] = Level(level)
        self.incident = msgspec.structs.replace(self.incident, updated_at=self.now, **changes)
        one = self.incident
        event = IncidentEvent(
            one.id, one.brand, self.now, kind, "system", actor, one.severity, level or 0, number=self._number
        )
        self._events.append(event)
        return self

    def run(self, seconds: float) -> "Line":
        end = START + seconds
        while self.now < end:
            self.now += 10
            self.step()
        return self

    def step(self) -> None:
        made = plan(
            self.incident, self._events, list(self.deliveries.values()), self.progress, self.circle, self.now,
            Pace(20.0, 300.0),
        )  # fmt: skip
        self._events = []
        assert not self.deliveries.keys() & {one.id for one in made.new}
        self.deliveries |= {one.id: one for one in (*made.new, *made.changed)}
        self.progress = made.progress
        for one in list(self.deliveries.values()):
            if one.state in WAITING and one.due_at <= self.now:
                self._send(one)

    def _send(self, one: Delivery) -> None:
        verdict = gate(one, self.incident, self.circle, self.now)
        if not verdict.open:
            self.deliveries[one.id] = verdict.applied(one)
            return
        level = self.incident.level.value if self.incident.level else 0
        sent = msgspec.structs.replace(
            one, taken_at=self.now, peak=self.incident.peak, level=level, severity=self.incident.severity
        )
        if (one.person, one.way) in self.broken:
            self.deliveries[one.id] = msgspec.structs.replace(sent, state="given_up", reason="550")
            return
        self.deliveries[one.id] = delivered(sent, self.now, "250", 0.1)
        self.told.append((int(self.now - START), one.person, one.way, one.occasion))

    def cut(self, delivery: Delivery, *, again_is_safe: bool) -> None:
        """Let the sender of a delivery die on the wire."""
        self.told.pop()
        taken = msgspec.structs.replace(delivery, state="sending", attempts=())
        self.deliveries[delivery.id] = cut_off(taken, self.now, again_is_safe=again_is_safe)

    def states(self) -> dict[str, str]:
        return {f"{one.person} {one.way} {one.occasion}": one.state for one in self.deliveries.values()}
