"""A world for the alerts service: speaks for channels, ingest and analysis on a real bus, its time moved by hand."""

import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alerts.service import AlertsService
from app.bus.port import Settled
from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import ManualClock
from app.config import Config
from app.domain.analysis import AnalysedMention, Analysis, Sentiment
from app.domain.brand import Brand
from app.domain.identity import Identity
from app.domain.mention import Author, Heartbeat, Mention
from app.domain.source import SourceState
from app.domain.tally import MinuteTally, TallyDelta, add, contribution, profile
from app.service import Context
from app.store.engine import Store, open_store

DAY = 86_400
MORNING = 9 * 3600
CALM = ("tarif rechnung", "zaehler ablesen", "danke service")
ANGER = ("abschlag verdoppelt", "hotline besetzt", "#nordlichtabzocke abschlag")


class World:
    """Speaks for channels, ingest and analysis: ten seconds at a time through the real bus."""

    def __init__(self, folder: Path, url: str) -> None:
        begin = time.time() // DAY * DAY + DAY + MORNING  # ahead of Redis, whose counts expire by its own clock
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

    def service(self, worker: str = "one") -> AlertsService:
        return AlertsService(
            Context(self.config, Path(), self.clock, self.bus, self.store, self.identity, worker=worker)
        )

    def seed(self, days: int = 3, pace: float = 20) -> None:
        now = int(self.clock.now())
        past = []
        for start in range(now - days * DAY, now, 60):
            count = max(0, round(self._chance.gauss(pace, pace**0.5)))
            past.append(MinuteTally(start, count, negative=count // 5, neutral=count - count // 5))
        with self.store.transaction() as tx:
            assert tx.tallies.seed("nordlicht", "demo", past, now)

    async def speak(
        self, seconds: int, pace: float, *services: AlertsService, angry: bool = False, step: int = 10
    ) -> None:
        mean = pace * step / 60
        for _ in range(0, seconds, step):
            self.clock.advance(step)
            await self.source("live")
            count = max(0, round(self._chance.gauss(mean, mean**0.5)))
            await self.bus.publish([self._mention(place, step, angry=angry) for place in range(count)])
            await self.beat(angry=angry)
            for service in services:
                await service.work()

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

    def _mention(self, place: int, step: int = 10, *, angry: bool = False) -> Mention:
        self._number += 1
        name = f"m{self._number}"
        author = Author(f"p{self._number % 40}", name=f"Person {self._number % 40}", followers=self._number % 40)
        text = self._chance.choice(ANGER if angry and place % 3 else CALM)
        return Mention(
            "chat",
            name,
            self.clock.now() - self._chance.random() * (step - 1),
            text,
            author,
            demo=True,
            key=self.identity.key("chat", name),
            brands=("nordlicht",),
        )

    def _analysed(self, mention: Mention, *, angry: bool) -> AnalysedMention:
        bad = mention.text in ANGER or (not angry and int(mention.id[1:]) % 5 == 0)
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
