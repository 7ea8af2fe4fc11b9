"""The live side: deltas by pub/sub, and the state that can be re-read at any time."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from redis import exceptions

from app.bus import keys
from app.bus.codec import PAYLOAD, PROFILE, Codec, UnreadableEntry
from app.bus.connection import Connection, guarded
from app.bus.listening import Message, listen
from app.bus.port import Delta, Snapshot
from app.clock import Clock
from app.domain.analysis import AnalysedMention
from app.domain.tally import Profile, TallyDelta
from app.errors import BusUnavailable

LIVE: Codec[Delta] = Codec(Delta)
AHEAD = 600
"""Seconds a mention may claim to be published in the future."""
TOGETHER = 500
"""Brands in one round trip."""
KEY_LENGTH = 24
SILENT_AFTER = 10.0
"""Seconds without a delta of a partition, while others come, after which its subscription is made anew."""


class Live:
    """What the dashboard reads."""

    _connection: Connection
    _clock: Clock

    @guarded
    async def snapshot(self, brands: Sequence[str], since: float) -> Snapshot:
        """Read the state again; each partition is read in one transaction, so that seq and tallies agree."""
        until = self._clock.now() + AHEAD
        seq: dict[int, int] = {}
        marks: list[float] = []
        tally: TallyDelta = {}
        newest: dict[str, list[AnalysedMention]] = {brand: [] for brand in brands}
        profiles: dict[str, Profile] = {}
        for partition in range(self._connection.partitions):
            names, said = await self._agreeing(partition, brands, since, until)
            seq[partition] = int(said[0] or 0)
            marks.append(float(said[1] or 0))
            for brand, cards in zip(brands, said[2 : 2 + len(brands)], strict=True):
                newest[brand] += [_card(card) for card in cards]
            authors: set[str] = set()
            for name, fields in zip(names, said[2 + len(brands) :], strict=True):
                if fields:
                    _merge(tally.setdefault(name, {}), fields)
                    if ":a:" in name:
                        authors |= {field.partition(b":")[0].decode() for field in fields}
            profiles |= await self._profiles(partition, sorted(authors))
        order = {brand: sorted(cards, key=_newest_first) for brand, cards in newest.items()}
        cut = {brand: tuple(cards[:50]) for brand, cards in order.items()}
        return Snapshot(seq, min(marks, default=0.0), tally, cut, profiles)

    async def _agreeing(
        self, partition: int, brands: Sequence[str], since: float, until: float
    ) -> tuple[list[str], list[Any]]:
        """Return what a partition says, and of which buckets: of brands without a minute none are asked for.

        Who gets a first minute while it is read is asked for once more.
        """
        spoken = await self._spoken(partition, brands, since, until)
        while True:
            names = keys.bucket_names([brand for brand in brands if brand in spoken], since, until)
            said = await self._read(partition, names, brands)
            late = await self._spoken(partition, [brand for brand in brands if brand not in spoken], since, until)
            if not late:
                return names, said
            spoken |= late

    async def _spoken(self, partition: int, brands: Sequence[str], since: float, until: float) -> set[str]:
        """Return the brands of which there are minutes."""
        start, found = keys.prefix(partition), set[str]()
        for place in range(0, len(brands), TOGETHER):
            asked = brands[place : place + TOGETHER]
            async with self._connection.client.pipeline(transaction=False) as pipe:
                for brand in asked:
                    pipe.exists(*(f"{start}t:{name}" for name in keys.bucket_names([brand], since, until, "m")))
                found |= {brand for brand, some in zip(asked, await pipe.execute(), strict=True) if some}
        return found

    async def _read(self, partition: int, names: Sequence[str], brands: Sequence[str]) -> list[Any]:
        start = keys.prefix(partition)
        async with self._connection.client.pipeline(transaction=True) as pipe:
            pipe.get(f"{start}seq")
            pipe.get(f"{start}watermark")
            for brand in brands:
                pipe.zrevrange(f"{start}newest:{brand}", 0, -1)
            for name in names:
                pipe.hgetall(f"{start}t:{name}")
            said: list[Any] = await pipe.execute()
            return said

    async def _profiles(self, partition: int, authors: Sequence[str]) -> dict[str, Profile]:
        if not authors:
            return {}
        newest = keys.shelf(self._clock.now())
        async with self._connection.client.pipeline(transaction=False) as pipe:
            for shelf in (newest - 1, newest):
                pipe.hmget(f"{keys.prefix(partition)}who:{shelf}", authors)
            shelves = await pipe.execute()
        return {
            author: PROFILE.decode(blob)
            for found in shelves
            for author, blob in zip(authors, found, strict=True)
            if blob
        }

    async def deltas(self) -> AsyncIterator[Delta | None]:
        """Yield live deltas for ever; None after each (re)subscription and before a delta that follows a gap."""
        channels = [keys.live(partition) for partition in range(self._connection.partitions)]
        while True:
            try:
                async with aclosing(listen(self._connection, channels, sharded=True)) as messages:
                    follow = Follow(channels, self._clock)
                    async for message in messages:
                        for delta in follow.take(message):
                            yield delta
            except (exceptions.RedisError, OSError, BusUnavailable):
                await self._clock.sleep(0.1 + random.random() / 2)


class Follow:
    """Follows the deltas of one subscription: says where one is missing, and when a partition falls silent."""

    def __init__(self, channels: Sequence[str], clock: Clock) -> None:
        self._clock = clock
        self._last: dict[int, int] = {}
        self._heard = dict.fromkeys(channels, clock.monotonic())

    def take(self, message: Message | None) -> list[Delta | None]:
        """Return the delta of a message, after None if others are missing before it; None alone once subscribed.

        Raises `ConnectionError` if others are heard and one has not been for long, though a heartbeat goes through
        every partition each second.
        """
        if message is None:
            return [None]
        now = self._clock.monotonic()
        self._heard[message[0]] = now
        if now - min(self._heard.values()) > SILENT_AFTER:
            raise exceptions.ConnectionError("a partition has fallen silent")
        delta = _delta(message[1])
        if delta is None:
            return [None]
        gap = delta.seq != self._last.get(delta.partition, delta.seq - 1) + 1
        self._last[delta.partition] = delta.seq
        return [None, delta] if gap else [delta]


def _delta(data: bytes) -> Delta | None:
    """Return the delta of a message, None if it cannot be read: then the state is read again."""
    number, _, blob = data.partition(b"\n")
    try:
        return msgspec.structs.replace(LIVE.decode(blob), seq=int(number))
    except UnreadableEntry:
        return None


def _card(card: bytes) -> AnalysedMention:
    payload = PAYLOAD.decode(card[KEY_LENGTH:])
    assert isinstance(payload, AnalysedMention)  # noqa: S101 - settle.lua writes nothing else
    return payload


def _newest_first(card: AnalysedMention) -> float:
    return -card.mention.published_at


def _merge(into: dict[str, int], fields: dict[bytes, bytes]) -> None:
    for field, number in fields.items():
        name = field.decode()
        into[name] = into.get(name, 0) + int(number)
