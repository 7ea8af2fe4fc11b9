"""A house that tells people: real Redis, SMTP and web receivers, its time moved by hand, its storms by use case."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec

from alerts.notification.dispatcher import Dispatcher
from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import ManualClock
from app.config import Config
from app.config.alerting import AlertsSection
from app.crisis import By, Handling, open_incident, resolve_incident, update_incident
from app.domain.actor import LOOPBACK, system
from app.domain.brand import Brand
from app.domain.delivery import Delivery
from app.domain.identity import Identity
from app.domain.incident import Incident, Signal
from app.domain.level import Level
from app.domain.person import Person, Way
from app.domain.roster import Once, Shift
from app.service import Context
from app.store.engine import Store
from tests.fixtures.bus import emptied
from tests.fixtures.store import NOON
from tests.peers.post_office import PostOffice
from tests.peers.receiver import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht")
SERVICE = system("alerts")
REASON = {
    "de": "Seit 15:00 Uhr viermal so viele Erwähnungen wie üblich.",
    "en": "Since 15:00 four times as many mentions as usual.",
}


def storm(name: str = "i1", **more) -> Incident:
    signal = Signal("volume", BRAND.id, NOON, alarm=True, actual=50, expected=5, low=2, high=9, risk=9, window=300)
    made = Incident(
        name,
        BRAND.id,
        NOON,
        "firing",
        "warning",
        (signal,),
        ("abschlag", "hotline"),
        reason=REASON,
        peak=10.0,
        since=NOON - 300,
    )
    return msgspec.structs.replace(made, **more)


class House:
    """What a test of telling needs."""

    def __init__(
        self, folder: Path, bus: RedisBus, store: Store, clock: ManualClock, receiver: Receiver, office: PostOffice
    ) -> None:
        self.folder, self.bus, self.store, self.clock = folder, bus, store, clock
        self.receiver, self.office = receiver, office
        mail = {"host": "127.0.0.1", "port": office.port, "sender": "leitstand@example.org", "encryption": "none"}
        self.section = AlertsSection(address="https://leitstand.example.org", mail=mail, webhook={"secret": SECRET})
        self.dispatcher = self.service()

    def context(self, worker: str = "alerts-1") -> Context:
        config = Config(brands=(BRAND,), alerts=self.section)
        return Context(
            config, self.folder, self.clock, self.bus, self.store, Identity(self.store.secret()), worker=worker
        )

    def service(self, worker: str = "alerts-1") -> Dispatcher:
        return Dispatcher(self.context(worker))

    def people(self, *persons: Person, duty: tuple[str, ...] = ()) -> None:
        with self.store.transaction() as tx:
            for person in persons:
                tx.people.put(person)
            for name in duty:
                tx.people.put_shift(Shift(name, name, Once(NOON - 3600, NOON + 864_000)))

    def anna(self, *, kind: str = "mail", **more) -> Person:
        address = {
            "mail": "anna@example.org",
            "webhook": f"{self.receiver.url}/anna",
            "apprise": f"json://127.0.0.1:{self.receiver.port}/anna",
        }
        return Person("anna", "Anna", ways=(Way("w1", kind, address[kind]),), **more)

    async def begin(self, incident: Incident | None = None) -> Incident:
        return await open_incident(self.store, self.bus, SERVICE, incident or storm(), self.clock.now())

    async def change(self, incident: Incident, **more) -> Incident:
        changed = msgspec.structs.replace(incident, **more)
        return await update_incident(self.store, self.bus, SERVICE, changed, self.clock.now())

    async def end(self, incident: Incident) -> Incident:
        return await resolve_incident(self.store, self.bus, SERVICE, incident, self.clock.now())

    async def acknowledge(self, incident: Incident) -> None:
        await Handling(self.store, self.bus, self.clock).acknowledge(By(LOOPBACK, "anna"), incident.id)

    async def run(self, seconds: float, *services: Dispatcher, step: float = 10.0) -> None:
        """Let time pass; what is sent comes through before the next step."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.clock.advance(step)
            for service in services or (self.dispatcher,):
                async with anyio.create_task_group() as group:
                    await service.look(group)

    def deliveries(self, **wanted) -> list[Delivery]:
        with self.store.reading() as tx:
            return tx.deliveries.find(**wanted).items[::-1]

    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.office.letters]


@asynccontextmanager
async def a_house(
    folder: Path, redis_server: EmbeddedServer, store: Store, clock: ManualClock, office: PostOffice
) -> AsyncIterator[House]:
    bus = RedisBus(redis_server.url, partitions=1, lag_limit=200_000, clock=clock)
    await emptied(bus)
    async with Receiver.running() as receiver:
        yield House(folder, bus, store, clock, receiver, office)
    await bus.close()


def level(value: int) -> Level:
    return Level(value)
