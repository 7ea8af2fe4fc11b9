"""An incident in a store with two persons, and a clock moved by hand."""

import pytest
from msgspec.structs import replace

from app.clock import ManualClock
from app.crisis import open_incident
from app.crisis.writing import By
from app.domain.actor import LOOPBACK, system
from app.domain.incident import Incident, Signal, read
from app.domain.level import Level
from app.domain.person import Person

ALERTS = system("alerts")
NOON = 1_795_000_020.0
SIGNAL = Signal("volume", "acme", NOON, alarm=True, actual=90, expected=10, low=5, high=20, risk=9.5, window=300)
STORM = Incident(
    "i1", "acme", 0.0, "firing", "warning", (SIGNAL,), peak=80, since=NOON - 60, reason={"de": "Sturm."}, level=Level(2)
)
ANNA, BEN = By(LOOPBACK, "anna"), By(LOOPBACK, "ben")


def signal(detector: str, scope: str = "acme") -> Signal:
    return replace(SIGNAL, detector=detector, brand=scope)


class Life:
    """What happened to incidents, as a test reads it."""

    def __init__(self, store, bus, clock):
        self.store, self.bus, self.clock = store, bus, clock
        self.all = store, bus, clock

    async def open(self, **changes) -> Incident:
        return await open_incident(self.store, self.bus, ALERTS, replace(STORM, **changes), self.clock.now())

    def kept(self, incident="i1") -> Incident:
        with self.store.reading() as tx:
            return tx.incidents.get(incident)

    async def shown(self, incident="i1") -> Incident:
        """Return it as it is on the bus, which lets go of what our clock resolved long ago."""
        return read(await self.bus._connection.client.hget("ew:incidents", incident))

    def log(self, incident="i1") -> list[str]:
        with self.store.reading() as tx:
            return [event.kind for event in tx.events.of(incident)]

    def details(self, kind, incident="i1") -> list[dict]:
        with self.store.reading() as tx:
            return [event.detail for event in tx.events.of(incident) if event.kind == kind]

    def audit(self) -> list[str]:
        with self.store.reading() as tx:
            return [row.verb for row in tx.audit.find(limit=100).items[::-1]]


@pytest.fixture
def clock():
    return ManualClock(NOON)


@pytest.fixture
def life(store, bus, clock) -> Life:
    with store.transaction() as tx:
        for name in ("anna", "ben"):
            tx.people.put(Person(name, name.title()))
    return Life(store, bus, clock)
