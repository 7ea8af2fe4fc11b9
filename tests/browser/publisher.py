"""Puts mentions, heartbeats and boards on a real bus, as ingest, analysis and alerts would."""

import asyncio
import hashlib
import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.bus.port import Entry, Settled
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.domain.analysis import AnalysedMention, Analysis, Label, Sentiment
from app.domain.burst import Burst
from app.domain.identity import Identity
from app.domain.incident import Incident, Resonance, Signal
from app.domain.mention import Author, Heartbeat, Mention
from app.domain.source import SourceState
from app.domain.tally import contribution, profile, reduce
from app.domain.usual import Usual, UsualMinute

IDENTITY = Identity(b"secret of the browser tests......")
CERTAIN = {
    "negative": (0.8, 0.1, 0.1),
    "neutral": (0.1, 0.8, 0.1),
    "positive": (0.1, 0.1, 0.8),
    "uncertain": (0.4, 0.3, 0.3),
}


@dataclass
class Said:
    """One line somebody says."""

    author: str
    followers: int
    channel: str
    label: Label
    text: str
    terms: tuple[str, ...] = ()


CALM = (
    Said("Karla aus Kiel", 48_200, "bluesky", "positive", "Bei mir hat der Rückruf geklappt, danke!", ("rückruf",)),
    Said(
        "Energie-Blog",
        31_400,
        "mastodon",
        "neutral",
        "Nordlicht Strom stellt neuen Tarif für Wärmepumpen vor.",
        ("tarif", "wärmepumpen"),
    ),
    Said("Jan P.", 212, "facebook", "uncertain", "Na das ist ja mal wieder ganz großes Kino.", ("kino",)),
    Said(
        "Stadtwerke-Watch",
        9_100,
        "bluesky",
        "neutral",
        "Wechselprämie bei Nordlicht Strom: lohnt sich das noch?",
        ("wechselprämie",),
    ),
    Said(
        "Mira", 640, "instagram", "positive", "Endlich Ökostrom, der Wechsel lief in drei Tagen durch.", ("ökostrom",)
    ),
    Said("Tom", 75, "forum", "negative", "Rechnung kam doppelt, Nordlicht Strom, bitte prüfen.", ("rechnung",)),
)
STORM = (
    Said(
        "Karla aus Kiel",
        48_200,
        "bluesky",
        "negative",
        "Abschlag verdoppelt und die Hotline legt auf. Ist das euer Ernst?",
        ("abschlag", "hotline"),
    ),
    Said(
        "Verbraucherzentrale N.",
        212_000,
        "mastodon",
        "negative",
        "Wir prüfen rechtliche Schritte gegen die Abschlagserhöhung bei Nordlicht Strom.",
        ("abschlag",),
    ),
    Said(
        "Jan P.",
        212,
        "facebook",
        "negative",
        "Von 96 auf 194 Euro, ohne Brief, ohne Mail. #nordlichtabzocke",
        ("#nordlichtabzocke", "abschlag"),
    ),
    Said("Tom", 75, "forum", "negative", "Bei uns im Haus alle vier Parteien betroffen, Hotline tot.", ("hotline",)),
)


class Publisher:
    """One voice on the bus; a group that nobody else reads from settles what it publishes."""

    def __init__(self, bus: RedisBus, seed: int = 7) -> None:
        self._bus = bus
        self._clock = SystemClock()
        self._ids = itertools.count()
        self._run = random.Random(self._clock.now()).getrandbits(48)
        self._random = random.Random(seed)
        self._turn = asyncio.Lock()

    def mention(self, said: Said, at: float, brand: str, *, demo: bool = True) -> AnalysedMention:
        native = f"{self._run}-{next(self._ids)}"
        author = Author(id=said.author, handle=None, name=said.author, followers=said.followers)
        mention = Mention(
            said.channel,
            native,
            at,
            said.text,
            author,
            demo=demo,
            brands=(brand,),
            source="demo",
            key=IDENTITY.key(said.channel, native),
        )
        sentiment = Sentiment(said.label, *CERTAIN[said.label])
        voice = hashlib.sha256(said.text.encode()).hexdigest()[:16]
        return AnalysedMention(mention, Analysis("de", sentiment, terms=said.terms, voice=voice))

    async def say(self, mentions: Sequence[AnalysedMention]) -> None:
        """Publish and settle them."""
        async with self._turn:  # else a heartbeat reads and loses mentions that it does not know
            await self._bus.publish([one.mention for one in mentions])
            await self._settle({one.mention.key: one for one in mentions})

    async def beat(self, at: float | None = None) -> None:
        """Send a heartbeat through analysis."""
        async with self._turn:
            await self._bus.beat(self._clock.now() if at is None else at)
            await self._settle({})

    async def _settle(self, known: dict[str, AnalysedMention]) -> None:
        entries = await self._bus.read("analysis", "publisher", 5000, 200)
        for partition in sorted({entry.partition for entry in entries}):
            await self._settle_in(partition, [entry for entry in entries if entry.partition == partition], known)

    async def _settle_in(self, partition: int, entries: Sequence[Entry], known: dict[str, AnalysedMention]) -> None:
        settled, parts, profiles = [], [], {}
        for entry in entries:
            event = entry.event
            if isinstance(event, Heartbeat):
                settled.append(Settled(entry.id, "", entry.version, 0, event, None))
            elif isinstance(event, Mention) and event.key in known:
                analysed = known[event.key]
                author = IDENTITY.author(event.channel, event.author.id)
                part = contribution(analysed, author)
                parts.append(part)
                profiles[author] = profile(event.author, event.channel, demo=event.demo)
                settled.append(Settled(entry.id, event.key, entry.version, 0, analysed, part))
        if settled:
            await self._bus.settle(partition, "publisher", settled, reduce(parts), profiles, self._clock.now())

    async def past(self, brand: str, *, storm_at: float | None = None, minutes: int = 60, usual: float = 44) -> None:
        """Fill the last hour: calm, and from `storm_at` on a rise."""
        now = self._clock.now()
        said_so: list[AnalysedMention] = []
        for minute in range(minutes, 0, -1):
            start = now - 60 * minute
            rate = self._rate(start, storm_at, usual)
            count = max(0, round(self._random.gauss(rate, math.sqrt(rate) * 0.6)))
            crowd = [self._one(start, storm_at) for _ in range(count)]
            times = sorted(start + self._random.random() * 60 for _ in crowd)
            said_so += [self.mention(said, at, brand) for said, at in zip(crowd, times, strict=True)]
        for first in range(0, len(said_so), 2000):
            await self.say(said_so[first : first + 2000])

    @staticmethod
    def _rate(at: float, storm_at: float | None, usual: float) -> float:
        if storm_at is None or at < storm_at:
            return usual
        return usual + min(130, (at - storm_at) / 60 * 7)

    def _one(self, at: float, storm_at: float | None) -> Said:
        stormy = storm_at is not None and at > storm_at and self._random.random() < 0.75
        return self._random.choice(STORM if stormy else CALM)

    async def usual(self, brand: str, middle: float = 44) -> None:
        """Say what is usual: a band that wanders slowly."""
        now = self._clock.now()
        first = int(now // 60 * 60) - 3600
        minutes = []
        for start in range(first, first + 4500, 60):
            expected = middle + 3 * math.sin(start / 1900)
            minutes.append(UsualMinute(start, expected - 6.4, expected, expected + 6.8))
        await self._bus.show_usual(Usual(brand, now, tuple(minutes), basis=14 * 86_400))

    async def sources(self, *, unreachable: bool = False) -> None:
        """Report three sources, one of them unreachable if asked."""
        now = self._clock.now()
        await self._bus.report_source(SourceState("demo", "demo", "live", now - 900, now, lag=0.4, demo=True))
        await self._bus.report_source(SourceState("push", "push", "idle", now - 900, now, passive=True))
        status = "unreachable" if unreachable else "live"
        reason = "the name cannot be resolved" if unreachable else ""
        await self._bus.report_source(SourceState("live", "bluesky", status, now - 420, now, reason, lag=0.6))

    async def storm(
        self, brand: str, opened_at: float, *, burst: int = 0, severity: str = "warning", **more: Any
    ) -> Incident:
        """Open an incident with its reason, with a marked burst of so many accounts, and with `more` of its fields."""
        now = self._clock.now()
        signal = Signal(
            "negative",
            brand,
            now,
            alarm=True,
            actual=312,
            expected=34,
            low=22,
            high=47,
            risk=9.2,
            window=600,
            basis=14 * 86_400,
        )
        hand = (Burst(0.94, (), now - 60, burst, burst),) if burst else ()
        reason = {
            "de": "Negative Erwähnungen 9,2-mal so viele wie üblich (312 statt 34 in 10 min); "
            "Treiber: Abschlag, Hotline; vorneweg Verbraucherzentrale N. und Karla aus Kiel.",
            "en": "Negative mentions 9.2 times the usual number (312 instead of 34 in 10 min); "
            "drivers: Abschlag, Hotline; led by Verbraucherzentrale N. and Karla aus Kiel.",
        }
        self._storm = Incident(
            f"storm-{self._run}",
            brand,
            opened_at,
            "firing",
            severity,
            (signal,),
            ("Abschlag", "Hotline"),
            ("Verbraucherzentrale N.",),
            now,
            None,
            164,
            demo=True,
            reason=reason,
            resonance=Resonance(2_122, 556, 334, 0.5, 0.74, hand),
        )
        return await self.change(**more)

    async def change(self, **more: Any) -> Incident:
        """Show the incident as it is from now on."""
        self._storm = msgspec.structs.replace(self._storm, updated_at=self._clock.now(), **more)
        await self._bus.show_incident(self._storm)
        return self._storm

    async def calm(self) -> None:
        """Resolve the incident."""
        now = self._clock.now()
        ended = msgspec.structs.replace(self._storm, state="resolved", resolved_at=now, updated_at=now)
        await self._bus.show_incident(ended)
