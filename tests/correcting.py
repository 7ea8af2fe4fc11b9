"""What tests of corrections share: a mention's whole way on a real bus and archive, step by step or all at once."""

import time
from collections.abc import Sequence
from types import SimpleNamespace

from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.config import AnalysisSection
from app.domain.actor import LOOPBACK
from app.domain.analysis import Analysis, Intent, Sentiment
from app.domain.identity import Identity
from app.domain.mention import Author, Deletion, Mention
from app.domain.tally import minutes
from app.judgement import Judged, Judgements
from app.service import Context
from app.store.corrections import Said
from app.store.engine import Store
from app.store.mentions import Archived
from ingest.analysis import AnalysisService
from ingest.archive import keep

AT = time.time() - 120


class Blunt:
    """An analyzer that calls what annoys negative and a complaint, what is good positive, and else is uncertain."""

    name = "blunt"

    def __init__(self, languages: tuple[str, ...] = (), brands: tuple[str, ...] = ()) -> None:
        self.seen = 0

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        self.seen += len(mentions)
        return [_blunt(mention.text) for mention in mentions]


def _blunt(text: str) -> Analysis:
    if "nervt" in text:
        return Analysis("de", Sentiment("negative", 0.8, 0.15, 0.05), (Intent("complaint", 0.9),), model="blunt-1")
    if "gut" in text:
        return Analysis("de", Sentiment("positive", 0.1, 0.2, 0.7), (Intent("praise", 0.8),), model="blunt-1")
    return Analysis("de", Sentiment("uncertain", 0.4, 0.35, 0.25), model="blunt-1")


class Way:
    """Publishes, analyses and archives; `judgements` is what is tried on it."""

    def __init__(self, bus: RedisBus, store: Store) -> None:
        self.bus, self.store = bus, store
        self.identity = Identity(store.secret())
        self.blunt = Blunt()
        self.judgements = Judgements(store, bus, SystemClock())

    def mention(self, name: str, text: str = "Das nervt nur noch", **more: object) -> Mention:
        row = {"published_at": AT, "author": Author(f"author of {name}", followers=7), "brands": ("nord",)} | more
        return Mention("x", name, text=text, key=self.identity.key("x", name), received_at=AT, **row)

    def gone(self, name: str) -> Deletion:
        return Deletion("x", name, AT + 60, key=self.identity.key("x", name))

    def worker(self, name: str = "one") -> AnalysisService:
        config = SimpleNamespace(brands=(), analysis=AnalysisSection())
        context = Context(config, None, SystemClock(), self.bus, None, self.identity, {"consumer": name})
        return AnalysisService(context, [self.blunt])

    async def analyse(self, name: str = "one") -> None:
        """Let a worker settle what is there."""
        await self.worker(name).take(await self.bus.read("analysis", name, 5000, 1))

    async def archive(self) -> None:
        """Let the archive keep what was settled."""
        entries = await self.bus.read_analysed("archive", "archivist", 5000, 1)
        with self.store.transaction() as tx:
            keep(tx, entries)
        await self.bus.acknowledge("archive", entries)

    async def say(self, *events: Mention | Deletion) -> None:
        """Publish, and let everything follow."""
        await self.bus.publish(events)
        await self.settle()

    async def settle(self) -> None:
        await self.analyse()
        await self.archive()

    async def judge(self, name: str, ticket: str = "", **values: object) -> Judged:
        """Say something of a mention as the admin, without waiting for anything."""
        said = [Said(field, value) for field, value in values.items()]
        return await self.judgements.judge(LOOPBACK, self.identity.key("x", name), said, ticket)

    def kept(self, name: str) -> Archived:
        with self.store.reading() as tx:
            return tx.mentions.get(self.identity.key("x", name))

    def kept_undelivered(self) -> list[str]:
        with self.store.reading() as tx:
            return tx.corrections.undelivered()

    async def labels(self, scope: str = "nord") -> tuple[int, int, int, int]:
        """Return what the walls count: all, negative, neutral and positive."""
        found = minutes((await self.bus.snapshot([scope], AT - 3600)).tally, scope).values()
        return tuple(sum(getattr(m, name) for m in found) for name in ("count", "negative", "neutral", "positive"))

    def archived_labels(self, scope: str = "nord") -> tuple[int, int, int, int]:
        """Return what the archive counts, from the sums of its minutes."""
        with self.store.reading() as tx:
            found = tx.tallies.read(scope, AT - 3600 * 24 * 30, AT + 3600)
        return tuple(sum(getattr(m, name) for m in found) for name in ("count", "negative", "neutral", "positive"))
