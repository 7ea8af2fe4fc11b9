"""Reading the streams as consumer groups: what is delivered, claimed, acknowledged, buried and trimmed."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.bus import keys
from app.bus.codec import CONTRIBUTION, EVENT, PAYLOAD, TALLY, UnreadableEntry
from app.bus.connection import Connection, guarded
from app.bus.port import Analysed, Entry

IDLE_MS = 30_000
"""Milliseconds after which another consumer's entries of `analysed:{p}` are taken over."""
Raw = tuple[bytes, Mapping[bytes, bytes] | None]


class Streams:
    """The consumers' side of `mentions:{p}` and `analysed:{p}`."""

    _connection: Connection
    _recovered: set[tuple[str, str]]

    @guarded
    async def read(self, group: str, consumer: str, count: int = 500, block_ms: int = 1000) -> list[Entry]:
        """Deliver new entries of `mentions:{p}`, waiting up to `block_ms`."""
        delivered = await self._delivered(keys.MENTIONS, group, consumer, count, block_ms)
        return [_entry(partition, raw, 1) for partition, raw in delivered]

    @guarded
    async def claim(self, group: str, consumer: str, idle_ms: int = IDLE_MS, count: int = 500) -> list[Entry]:
        """Take over entries another consumer left idle, and this consumer's own that it never settled."""
        claimed = await self._claimed(keys.MENTIONS, group, consumer, idle_ms, count)
        return [_entry(partition, raw, deliveries) for partition, raw, deliveries in claimed]

    @guarded
    async def bury(self, partition: int, entry: Entry, reason: str) -> None:
        """Move an entry to the dead-letter stream and acknowledge it, both or neither."""
        async with self._connection.client.pipeline(transaction=True) as pipe:
            if entry.event is not None:
                fields: dict[str, str | int | bytes] = {
                    "v": entry.version,
                    "e": EVENT.encode(entry.event),
                    "reason": reason,
                    "id": entry.id,
                }
                pipe.xadd(keys.stream(partition, keys.DEAD), fields)
            pipe.xack(keys.stream(partition, keys.MENTIONS), keys.GROUPS[keys.MENTIONS][0], entry.id)
            await pipe.execute()

    @guarded
    async def read_analysed(self, group: str, consumer: str, count: int = 500, block_ms: int = 1000) -> list[Analysed]:
        """Deliver entries of `analysed:{p}`; the first call of a consumer brings what is still pending."""
        found: list[tuple[int, Raw]] = []
        if (group, consumer) not in self._recovered:
            claimed = await self._claimed(keys.ANALYSED, group, consumer, IDLE_MS, count)
            found = [(partition, raw) for partition, raw, _ in claimed]
            if not found:
                self._recovered.add((group, consumer))
        if not found:
            found = await self._delivered(keys.ANALYSED, group, consumer, count, block_ms)
        wiped = [(partition, raw[0]) for partition, raw in found if not raw[1]]
        for partition, entry in wiped:
            await self._connection.client.xack(keys.stream(partition, keys.ANALYSED), group, entry)
        return [_analysed(partition, raw) for partition, raw in found if raw[1]]

    @guarded
    async def acknowledge(self, group: str, entries: Sequence[Analysed]) -> None:
        """XACK entries of `analysed:{p}`, after what they caused is committed."""
        ids: dict[int, list[str]] = {}
        for entry in entries:
            ids.setdefault(entry.partition, []).append(entry.id)
        async with self._connection.client.pipeline(transaction=False) as pipe:
            for partition, share in ids.items():
                pipe.xack(keys.stream(partition, keys.ANALYSED), group, *share)
            await pipe.execute()

    @guarded
    async def trim(self) -> int:
        """Trim every stream below what its slowest group still needs; return how many entries went."""
        gone = 0
        for partition in range(self._connection.partitions):
            for name in keys.GROUPS:
                gone += await self._connection.scripts.trim([keys.stream(partition, name)])
        return gone

    @guarded
    async def lag(self) -> dict[str, int]:
        """Return stream entries not yet settled by group: pending, and not yet delivered."""
        behind: dict[str, int] = {}
        for partition in range(self._connection.partitions):
            for name in keys.GROUPS:
                stream = keys.stream(partition, name)
                for group in await self._connection.client.xinfo_groups(stream):
                    title = group["name"].decode()
                    waiting = group.get("lag")
                    if waiting is None:
                        last = group["last-delivered-id"].decode()
                        waiting = len(await self._connection.client.xrange(stream, f"({last}"))
                    behind[title] = behind.get(title, 0) + int(group["pending"]) + int(waiting)
        return behind

    async def _delivered(
        self, name: str, group: str, consumer: str, count: int, block_ms: int
    ) -> list[tuple[int, Raw]]:
        streams: dict[Any, Any] = {keys.stream(p, name): ">" for p in range(self._connection.partitions)}
        said = await self._connection.client.xreadgroup(group, consumer, streams, count=count, block=max(block_ms, 1))
        places = {keys.stream(p, name).encode(): p for p in range(self._connection.partitions)}
        return [(places[stream], raw) for stream, entries in said or [] for raw in entries]

    async def _claimed(
        self, name: str, group: str, consumer: str, idle_ms: int, count: int
    ) -> list[tuple[int, Raw, int]]:
        client, claimed = self._connection.client, list[tuple[int, Raw, int]]()
        for partition in range(self._connection.partitions):
            stream = keys.stream(partition, name)
            own = await client.xpending_range(stream, group, "-", "+", count, consumername=consumer)
            others = await client.xpending_range(stream, group, "-", "+", count, idle=idle_ms)
            deliveries = {row["message_id"]: row["times_delivered"] + 1 for row in [*others, *own]}
            mine = {row["message_id"] for row in own}
            for wanted, idle in ((mine, 0), (deliveries.keys() - mine, idle_ms)):
                if wanted:
                    said = await client.xclaim(stream, group, consumer, idle, sorted(wanted, key=_order))
                    claimed += [(partition, raw, deliveries[raw[0]]) for raw in said if raw and raw[0] is not None]
            await self._forget_wiped(stream, group, claimed, deliveries)
        return sorted(claimed, key=lambda row: (row[0], _order(row[1][0])))

    async def _forget_wiped(
        self, stream: str, group: str, claimed: Sequence[tuple[int, Raw, int]], wanted: Mapping[bytes, int]
    ) -> None:
        """Acknowledge pending entries that no longer exist: nobody can be given them."""
        got = {raw[0] for _, raw, _ in claimed}
        for entry in wanted.keys() - got:
            if not await self._connection.client.xrange(stream, entry, entry):
                await self._connection.client.xack(stream, group, entry)


def _order(entry: bytes) -> tuple[int, int]:
    moment, _, number = entry.partition(b"-")
    return int(moment), int(number)


def _entry(partition: int, raw: Raw, deliveries: int) -> Entry:
    identifier, fields = raw
    if not fields:
        return Entry(partition, identifier.decode(), 0, None, deliveries)
    try:
        event = EVENT.decode(fields[b"e"])
    except UnreadableEntry:
        return Entry(partition, identifier.decode(), int(fields[b"v"]), None, deliveries)
    return Entry(partition, identifier.decode(), int(fields[b"v"]), event, deliveries)


def _analysed(partition: int, raw: Raw) -> Analysed:
    identifier, fields = raw
    assert fields is not None  # noqa: S101 - wiped entries were sorted out
    at = float(fields[b"t"])
    if b"m" in fields:
        return Analysed(partition, identifier.decode(), at, delta=TALLY.decode(fields[b"m"]))
    before = CONTRIBUTION.decode(fields[b"b"]) if fields[b"b"] else None
    return Analysed(partition, identifier.decode(), at, int(fields[b"v"]), PAYLOAD.decode(fields[b"p"]), before)
