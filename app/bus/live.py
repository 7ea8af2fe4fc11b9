"""The live side: deltas by pub/sub, and the state that can be re-read at any time."""

import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from redis import exceptions

from app.bus import keys
from app.bus.codec import PAYLOAD, PROFILE, Codec, UnreadableEntry
from app.bus.connection import Connection, guarded
from app.bus.port import Delta, Snapshot
from app.clock import Clock
from app.domain.analysis import AnalysedMention
from app.domain.tally import Profile, TallyDelta

LIVE: Codec[Delta] = Codec(Delta)
AHEAD = 600
"""Seconds a mention may claim to be published in the future."""
KEY_LENGTH = 24
LISTEN_FOR = 5.0


class Live:
    """What the dashboard reads."""

    _connection: Connection
    _clock: Clock

    @guarded
    async def snapshot(self, brands: Sequence[str], since: float) -> Snapshot:
        """Read the state again; each partition is read in one transaction, so that seq and tallies agree."""
        names = keys.bucket_names(brands, since, self._clock.now() + AHEAD)
        seq: dict[int, int] = {}
        marks: list[float] = []
        tally: TallyDelta = {}
        newest: dict[str, list[AnalysedMention]] = {brand: [] for brand in brands}
        profiles: dict[str, Profile] = {}
        for partition in range(self._connection.partitions):
            said = await self._read(partition, names, brands)
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
        async with self._connection.client.pipeline(transaction=False) as pipe:
            for author in authors:
                pipe.hget(f"{keys.prefix(partition)}author:{author}", "p")
            found = await pipe.execute()
        return {author: PROFILE.decode(blob) for author, blob in zip(authors, found, strict=True) if blob}

    async def deltas(self) -> AsyncIterator[Delta | None]:
        """Yield live deltas for ever; None after each (re)subscription and before a delta that follows a gap."""
        channels = [keys.live(partition) for partition in range(self._connection.partitions)]
        while True:
            try:
                async with self._connection.client.pubsub(ignore_subscribe_messages=False) as pubsub:
                    await pubsub.subscribe(*channels)
                    heard: set[bytes] = set()
                    last: dict[int, int] = {}
                    while True:
                        message = await pubsub.get_message(timeout=LISTEN_FOR)
                        if message is None:
                            await pubsub.ping()
                        elif message["type"] == "subscribe":  # redis-py subscribes again by itself after a break
                            heard.add(message["channel"])
                            if len(heard) == len(channels):
                                heard.clear()
                                yield None
                        elif message["type"] == "message":
                            delta = _delta(message["data"])
                            if delta is None or delta.seq != last.get(delta.partition, delta.seq - 1) + 1:
                                yield None
                            if delta is not None:
                                last[delta.partition] = delta.seq
                                yield delta
            except (exceptions.RedisError, OSError):
                await self._clock.sleep(0.1 + random.random() / 2)


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
