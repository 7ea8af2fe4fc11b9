"""Reading the streams as consumer groups: what is delivered, claimed, acknowledged, buried and trimmed."""

import time
from collections.abc import Mapping, Sequence

from redis import exceptions

from app.bus import keys
from app.bus.codec import CONTRIBUTION, EVENT, PAYLOAD, TALLY, UnreadableEntry, said
from app.bus.connection import Connection, guarded
from app.bus.port import Analysed, Entry
from app.bus.pressure import unread
from app.bus.readers import Raw, Readers
from app.domain.analysis import AnalysedMention
from app.domain.mention import Heartbeat
from app.errors import BusUnavailable

IDLE_MS = 30_000
"""Milliseconds after which another consumer's entries of `analysed:{p}` are taken over."""
LOOK_EVERY = 10.0
"""Seconds between two looks for them."""
COUNTED = 10_000
"""Entries that `lag` counts by hand where the server does not know."""


class Streams:
    """The consumers' side of `mentions:{p}` and `analysed:{p}`."""

    _connection: Connection
    _readers: Readers
    _recovered: dict[tuple[str, str], float]
    """Group and consumer → when it last looked for what was left behind; missing: its own are to be read first."""

    @guarded
    async def read(self, group: str, consumer: str, count: int = 500, block_ms: int = 1000) -> list[Entry]:
        """Deliver new entries of `mentions:{p}`, waiting up to `block_ms`."""
        delivered = await self._readers.read(keys.MENTIONS, group, consumer, count, block_ms)
        return await self._readable([(partition, raw, 1) for partition, raw in delivered], group)

    @guarded
    async def claim(self, group: str, consumer: str, idle_ms: int = IDLE_MS, count: int = 500) -> list[Entry]:
        """Take over entries another consumer left idle, and this consumer's own that it never settled."""
        claimed = await self._claimed(keys.MENTIONS, group, consumer, idle_ms, count)
        return await self._readable(claimed, group)

    async def _readable(self, delivered: Sequence[tuple[int, Raw, int]], group: str) -> list[Entry]:
        """Decode what was delivered; what no release of ours has written is buried at once."""
        entries: list[Entry] = []
        for partition, raw, deliveries in delivered:
            try:
                entries.append(_entry(partition, raw, deliveries))
            except UnreadableEntry as error:
                await self._bury(keys.MENTIONS, partition, group, raw[0].decode(), str(error))
        return entries

    @guarded
    async def bury(self, partition: int, entry: Entry, reason: str) -> None:
        """Move an entry to the dead-letter stream and acknowledge it, both or neither; a wiped one only the latter."""
        group = keys.GROUPS[keys.MENTIONS][0]
        await self._bury(keys.MENTIONS, partition, group, entry.id, reason if entry.event is not None else "")

    @guarded
    async def read_analysed(self, group: str, consumer: str, count: int = 500, block_ms: int = 1000) -> list[Analysed]:
        """Deliver entries of `analysed:{p}`; first what is pending: its own after a start or a break, and idle ones."""
        found = await self._left_behind(group, consumer, count)
        if not found:
            try:
                found = await self._readers.read(keys.ANALYSED, group, consumer, count, block_ms)
            except (exceptions.RedisError, OSError):
                self._recovered.pop((group, consumer), None)
                raise
        entries: list[Analysed] = []
        for partition, raw in found:
            try:
                if raw[1]:
                    entries += _analysed(partition, raw)
                    continue
                reason = ""
            except UnreadableEntry as error:
                if len(_packed(raw[1] or {})) > 1:
                    await self._unpack(partition, group, raw[0].decode())
                    continue
                reason = str(error)
            await self._bury(keys.ANALYSED, partition, group, raw[0].decode(), reason)
        return entries

    @guarded
    async def set_aside(self, group: str, entry: Analysed, reason: str) -> None:
        """Make a dead letter of an entry that cannot be kept; those of its pack come again first, one by one."""
        found = await self._connection.client.xrange(keys.stream(entry.partition, keys.ANALYSED), entry.id, entry.id)
        if found and _packed(found[0][1]):
            await self._unpack(entry.partition, group, entry.id)
            return
        payload = entry.payload.mention if isinstance(entry.payload, AnalysedMention) else entry.payload
        key = "" if payload is None or isinstance(payload, Heartbeat) else payload.key
        await self._bury(keys.ANALYSED, entry.partition, group, entry.id, reason, key)

    async def _unpack(self, partition: int, group: str, entry: str) -> None:
        """Let the mentions of a pack come again one by one."""
        stream = keys.stream(partition, keys.ANALYSED)
        await self._connection.scripts.unpack([stream], [keys.prefix(partition), group, entry])

    async def _left_behind(self, group: str, consumer: str, count: int) -> list[tuple[int, Raw]]:
        """Return pending entries: our own until there are none, later now and then what lay idle for long."""
        looked = self._recovered.get((group, consumer))
        now = time.monotonic()
        if looked is not None and now - looked < LOOK_EVERY:
            return []
        claimed = await self._claimed(keys.ANALYSED, group, consumer, IDLE_MS, count, own=looked is None)
        if not claimed:
            self._recovered[group, consumer] = now
        return [(partition, raw) for partition, raw, _ in claimed]

    async def _bury(self, name: str, partition: int, group: str, entry: str, reason: str, key: str = "") -> None:
        streams = [keys.stream(partition, name), keys.stream(partition, keys.DEAD)]
        arguments = [keys.prefix(partition), group, entry, reason, keys.DEAD_KEPT, key]
        if await self._connection.scripts.bury(streams, arguments) < 0:
            raise BusUnavailable(
                f"{keys.DEAD_KEPT:,} dead letters wait in partition {partition}, more are not set aside; "
                "look at `emberwatch deadletter list`, then retry or drop them."
            )

    @guarded
    async def acknowledge(self, group: str, entries: Sequence[Analysed]) -> None:
        """XACK entries of `analysed:{p}`, after what they caused is committed."""
        ids: dict[int, dict[str, None]] = {}
        for entry in entries:
            ids.setdefault(entry.partition, {})[entry.id] = None
        async with self._connection.client.pipeline(transaction=False) as pipe:
            for partition, share in ids.items():
                pipe.xack(keys.stream(partition, keys.ANALYSED), group, *share)
            await pipe.execute()

    @guarded
    async def trim(self) -> int:
        """Trim every stream below what its slowest group still needs; return how many entries went."""
        return sum([await self._connection.trim(partition) for partition in range(self._connection.partitions)])

    @guarded
    async def lag(self) -> dict[str, int]:
        """Return stream entries not yet settled by group: pending, and not yet delivered."""
        behind: dict[str, int] = {}
        for partition in range(self._connection.partitions):
            for name in keys.GROUPS:
                stream = keys.stream(partition, name)
                whole = await self._connection.client.xinfo_stream(stream)
                for group in await self._connection.client.xinfo_groups(stream):
                    title = group["name"].decode()
                    waiting = unread(group, whole)
                    if group.get("lag") is None:
                        last = group["last-delivered-id"].decode()
                        waiting = len(await self._connection.client.xrange(stream, f"({last}", count=COUNTED))
                    behind[title] = behind.get(title, 0) + int(group["pending"]) + waiting
        return behind

    async def _claimed(
        self, name: str, group: str, consumer: str, idle_ms: int, count: int, *, own: bool = True
    ) -> list[tuple[int, Raw, int]]:
        client, claimed = self._connection.client, list[tuple[int, Raw, int]]()
        for partition in range(self._connection.partitions):
            stream = keys.stream(partition, name)
            ours = await client.xpending_range(stream, group, "-", "+", count, consumername=consumer) if own else []
            others = await client.xpending_range(stream, group, "-", "+", count, idle=idle_ms)
            deliveries = {row["message_id"]: row["times_delivered"] + 1 for row in [*others, *ours]}
            mine = {row["message_id"] for row in ours}
            for wanted, idle in ((mine, 0), (deliveries.keys() - mine, idle_ms)):
                if wanted:
                    command = ["XCLAIM", stream, group, consumer, idle, *sorted(wanted, key=_order)]
                    given = await self._connection.confirmed(stream, command)
                    claimed += [(partition, raw, deliveries[raw[0]]) for raw in given if raw and raw[0] is not None]
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
    version, blob = said(fields)
    return Entry(partition, identifier.decode(), version, EVENT.decode(blob), deliveries)


def _packed(fields: Mapping[bytes, bytes]) -> list[bytes]:
    """Return the payloads of a pack; of an entry that is none, none."""
    return [] if b"p" in fields or b"m" in fields else [blob for name, blob in fields.items() if name != b"t"]


def _analysed(partition: int, raw: Raw) -> list[Analysed]:
    identifier, fields = raw
    assert fields is not None  # noqa: S101 - wiped entries were sorted out
    entry, at = identifier.decode(), float(fields[b"t"])
    if b"m" in fields:
        return [Analysed(partition, entry, at, delta=TALLY.decode(fields[b"m"]))]
    if packed := _packed(fields):
        return [Analysed(partition, entry, at, 1, PAYLOAD.decode(payload)) for payload in packed]
    before = CONTRIBUTION.decode(fields[b"b"]) if fields[b"b"] else None
    return [Analysed(partition, entry, at, int(fields[b"v"]), PAYLOAD.decode(fields[b"p"]), before)]
