"""The alerts service on a real bus and a real archive, its time moved by hand."""

import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import pytest

from alerts.service import AlertsService
from app.bus.port import Settled
from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import ManualClock
from app.config import Config
from app.crisis import resolve_incident
from app.domain.actor import system
from app.domain.analysis import AnalysedMention, Analysis, Sentiment
from app.domain.brand import Brand
from app.domain.identity import Identity
from app.domain.mention import Author, Heartbeat, Mention
from app.domain.source import SourceState
from app.domain.tally import MinuteTally, TallyDelta, add, contribution, profile
from app.errors import BusUnavailable
from app.service import Context
from app.store.engine import Store, open_store

pytestmark = pytest.mark.anyio
DAY = 86_400
CALM = ("tarif rechnung", "zaehler ablesen", "danke service")
ANGER = ("abschlag verdoppelt", "hotline besetzt", "#nordlichtabzocke abschlag")


class World:
    """Speaks for channels, ingest and analysis: ten seconds at a time through the real bus."""

    def __init__(self, folder: Path, url: str) -> None:
        begin = time.time() // 3600 * 3600 - 3600
        self.clock = ManualClock(begin)
        self.bus = RedisBus(url, partitions=1, lag_limit=200_000, clock=self.clock)
        self.store: Store = open_store(f"sqlite:///{folder / 'emberwatch.sqlite'}", clock=self.clock)
        self.identity = Identity(self.store.secret())
        self.config = Config(
            brands=(Brand("nordlicht", "Nordlicht Strom", "nordlicht", demo=True),),
            sources=({"id": "demo", "connector": "demo"},),
        )
        self._chance = random.Random(1)
        self._number = 0

    def service(self) -> AlertsService:
        return AlertsService(Context(self.config, Path(), self.clock, self.bus, self.store, self.identity))

    def seed(self, days: int = 3, pace: float = 20) -> None:
        now = int(self.clock.now())
        past = []
        for start in range(now - days * DAY, now, 60):
            count = max(0, round(self._chance.gauss(pace, pace**0.5)))
            past.append(MinuteTally(start, count, negative=count // 5, neutral=count - count // 5))
        with self.store.transaction() as tx:
            assert tx.tallies.seed("nordlicht", "demo", past)

    async def speak(self, seconds: int, pace: float, *services: AlertsService, angry: bool = False) -> None:
        for _ in range(0, seconds, 10):
            await self.source("live")
            self.clock.advance(10)
            count = max(0, round(self._chance.gauss(pace / 6, (pace / 6) ** 0.5)))
            await self.bus.publish([self._mention(place, angry=angry) for place in range(count)])
            await self.beat(angry=angry)
            for service in services:
                await service.work(block_ms=1)

    async def beat(self, *, angry: bool = False) -> None:
        """Let analysis settle what is there, and a heartbeat."""
        await self.bus.beat(self.clock.now())
        entries = await self.bus.read("analysis", "a", count=5000, block_ms=1)
        tally: TallyDelta = {}
        profiles = {}
        settled = []
        for entry in entries:
            if isinstance(entry.event, Heartbeat):
                settled.append(Settled(entry.id, "", entry.version, 0, entry.event, None))
            elif isinstance(entry.event, Mention):
                analysed = self._analysed(entry.event, angry=angry)
                author = self.identity.author("chat", entry.event.author.id)
                profiles[author] = profile(entry.event.author, "chat")
                part = contribution(analysed, author)
                add(tally, part)
                settled.append(Settled(entry.id, entry.event.key, entry.version, 0, analysed, part))
        assert await self.bus.settle(0, "a", settled, tally, profiles, self.clock.now()) == []

    async def source(self, status: str) -> None:
        now = self.clock.now()
        await self.bus.report_source(SourceState("demo", "demo", status, now - 60, now, demo=True))

    async def incidents(self):
        with self.store.reading() as tx:
            return tx.incidents.find().items[::-1], [row.verb for row in tx.audit.find().items[::-1]]

    def _mention(self, place: int, *, angry: bool) -> Mention:
        self._number += 1
        name = f"m{self._number}"
        author = Author(f"p{self._number % 40}", name=f"Person {self._number % 40}", followers=self._number % 40)
        text = self._chance.choice(ANGER if angry and place % 3 else CALM)
        return Mention(
            "chat",
            name,
            self.clock.now() - self._chance.random() * 9,
            text,
            author,
            demo=True,
            key=self.identity.key("chat", name),
            brands=("nordlicht",),
        )

    def _analysed(self, mention: Mention, *, angry: bool) -> AnalysedMention:
        bad = mention.text in ANGER or (not angry and hash(mention.id) % 5 == 0)
        label = "negative" if bad else "neutral"
        return AnalysedMention(
            mention, Analysis("de", Sentiment(label, 0.5, 0.5, 0), terms=tuple(mention.text.split()))
        )


@pytest.fixture
async def world(tmp_path: Path, redis_server: EmbeddedServer) -> AsyncIterator[World]:
    made = World(tmp_path, redis_server.url)
    await made.bus._connection.client.flushall()
    await made.bus.open()
    yield made
    await made.bus.close()
    made.store.close()


async def until(reached: Callable[[], object]) -> None:
    while not reached():  # noqa: ASYNC110 - the service under test has no event for it
        await anyio.sleep(0.01)


async def stormy(world: World) -> AlertsService:
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(300, 20, service)
    assert await world.incidents() == ([], [])
    await world.speak(180, 140, service, angry=True)
    return service


async def test_a_storm_becomes_one_incident_with_reason_drivers_and_authors(world: World):
    began = world.clock.now() + 300
    service = await stormy(world)
    (incident,), audit = await world.incidents()
    assert audit[0] == "incident.open"
    assert incident.opened_at - began <= 180
    assert abs(incident.since - began) <= 60
    assert "abschlag" in incident.terms or "#nordlichtabzocke" in incident.terms
    assert incident.authors[0] == "Person 39"
    assert incident.demo
    assert "-mal so viele" in incident.reason["de"]
    assert "times as many" in incident.reason["en"]
    assert await world.bus.incidents() == [incident]
    await world.speak(300, 140, service, angry=True)
    (later,), audit = await world.incidents()
    assert (later.id, later.severity) == (incident.id, "crisis")
    assert {signal.detector for signal in later.signals} == {"negative", "volume"}
    assert later.peak > 100
    assert audit.count("incident.open") == 1
    assert 1 <= audit.count("incident.update") <= 6


async def test_after_half_an_hour_of_calm_it_is_resolved(world: World):
    service = await stormy(world)
    await world.speak(3600, 20, service)
    (incident,), audit = await world.incidents()
    assert incident.state == "resolved"
    assert audit[-1] == "incident.resolve"
    assert service._watches["nordlicht"].incident is None


async def test_the_usual_band_is_shown_at_the_start_and_every_minute(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    first = (await world.bus.usual())["nordlicht"]
    assert len(first.minutes) == 75
    assert first.basis > 2.9 * DAY
    assert first.minutes[0].expected == pytest.approx(20, rel=0.1)
    await world.speak(60, 20, service)
    assert (await world.bus.usual())["nordlicht"].at >= first.at + 50


async def test_a_past_that_arrives_late_is_learned_and_shown(world: World):
    service = world.service()
    await service.begin()
    assert (await world.bus.usual())["nordlicht"].minutes == ()
    world.seed()
    await world.speak(20, 20, service)
    assert (await world.bus.usual())["nordlicht"].basis > 2.9 * DAY
    await world.speak(330, 20, service)
    assert await world.incidents() == ([], [])


async def test_a_restart_in_the_middle_of_a_storm_keeps_its_incident(world: World):
    await stormy(world)
    (before,), _ = await world.incidents()
    await world.speak(120, 140, angry=True)
    await world.bus._connection.client.delete("ew:incidents")
    fresh = world.service()
    await fresh.begin()
    assert [one.id for one in await world.bus.incidents()] == [before.id]
    await world.speak(120, 140, fresh, angry=True)
    (after,), audit = await world.incidents()
    assert after.id == before.id
    assert audit.count("incident.open") == 1


async def test_nothing_counts_twice_after_a_restart(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(120, 20, service)
    await world.speak(600, 20)
    fresh = world.service()
    await fresh.begin()
    await world.speak(120, 20, fresh)
    kept = await world.bus.snapshot(["nordlicht"], world.clock.now() - 7200)
    counted = {name: fields for name, fields in kept.tally.items() if ":m:" in name}
    assert fresh._watches["nordlicht"].tally == counted
    assert await world.incidents() == ([], [])


async def test_an_outage_of_the_source_raises_nothing_and_teaches_nothing(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(180, 20, service)
    watch = service._watches["nordlicht"]
    basis = watch.basis
    for _ in range(0, 1800, 60):
        world.clock.advance(60)
        await world.source("unreachable")
        await world.beat()
        await service.work(block_ms=1)
    assert watch.basis - basis <= 180
    await world.speak(300, 20, service)
    assert await world.incidents() == ([], [])
    assert watch.usual(world.clock.now()).minutes[60].expected == pytest.approx(20, rel=0.1)


async def test_an_incident_somebody_else_resolved_is_taken_over(world: World):
    service = await stormy(world)
    (incident,), _ = await world.incidents()
    await resolve_incident(world.store, world.bus, system("alerts"), incident, world.clock.now())
    await world.speak(120, 140, service, angry=True)
    assert service._watches["nordlicht"].incident is None
    incidents, _ = await world.incidents()
    assert [one.state for one in incidents] == ["resolved"]


async def test_it_runs_gets_ready_and_comes_back_after_the_bus_was_away(world: World):
    world.seed()
    service = world.service()
    real, failures = service._bus, []

    class Away:
        """The bus, away once."""

        def __getattr__(self, name):
            return getattr(real, name)

        async def read_analysed(self, *given, **named):
            if service._context.ready.is_set() and not failures:
                failures.append(1)
                raise BusUnavailable("Redis is away.")
            return await real.read_analysed(*given, **named)

    service._bus = Away()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run)
        with anyio.fail_after(20):
            await service._context.ready.wait()
            await until(lambda: failures)
            await world.speak(20, 20)
            await until(lambda: service._stepped >= world.clock.now() - 20)
        group.cancel_scope.cancel()
    assert failures
