"""Pressure: how far each group is behind, and when that holds publishing back."""

import math
from collections.abc import Mapping
from typing import Any

from app.bus import keys
from app.bus.connection import Connection
from app.bus.port import Behind
from app.clock import Clock
from app.errors import Backpressure

RETRY_AFTER = 2.0
"""Seconds to wait where nobody knows how fast the group gets on."""
SHORTEST, LONGEST = 1.0, 30.0
LIFTED = 1.0
"""Seconds that one exact look is trusted."""
UNSERVED_MS = 60_000
"""Milliseconds without a consumer asking for more after which nobody serves a group."""


class Pressure:
    """Says how long the streams of a partition may get before somebody has to look who is behind, and looks.

    A stream is at most as long as its slowest group is behind or, while one old entry is still pending, longer. So its
    length (one XLEN in the script that publishes) decides nearly always, and only a long stream is looked at exactly:
    at most once a second then, unless publishing is held back.
    """

    def __init__(self, connection: Connection, limits: int | Mapping[str, int], clock: Clock) -> None:
        self._connection, self._clock = connection, clock
        self._limits: dict[str, int] = {
            group: limits if isinstance(limits, int) else limits[group]
            for groups in keys.GROUPS.values()
            for group in groups
        }
        self._least = tuple(min(self._limits[group] for group in groups) for groups in keys.GROUPS.values())
        self._lifted: dict[int, tuple[float, tuple[int, ...]]] = {}
        """Partition → until when its streams may be how long."""
        self._held: dict[tuple[int, str], tuple[float, int]] = {}
        """Partition and group that held us back → when it was looked at, and how far it was behind."""

    def lengths(self, partition: int) -> tuple[int, ...]:
        """Return how long `mentions` and `analysed` may get."""
        until, lengths = self._lifted.get(partition, (-math.inf, self._least))
        return lengths if self._clock.monotonic() < until else self._least

    async def relieve(self, partition: int) -> None:
        """Trim, and let the streams grow as far as every group allows; raise `Backpressure` if one is behind."""
        await self._connection.trim(partition)
        lengths: list[int] = []
        for name, least in zip(keys.GROUPS, self._least, strict=True):
            length, groups = await self._look(partition, name)
            slowest = max(groups, key=lambda group: group.entries / group.limit, default=None)
            if slowest is not None and slowest.entries >= slowest.limit:
                raise Backpressure(self._wait(slowest), slowest.group, slowest.sentence)
            room = min((group.limit - group.entries for group in groups), default=0)
            lengths.append(max(least, length + room))
        self._lifted[partition] = (self._clock.monotonic() + LIFTED, tuple(lengths))
        for held in [held for held in self._held if held[0] == partition]:
            del self._held[held]

    async def behind(self) -> list[Behind]:
        """Return the groups over their limit, in every partition; the furthest behind first."""
        found: list[Behind] = []
        for partition in range(self._connection.partitions):
            for name in keys.GROUPS:
                _, groups = await self._look(partition, name)
                found += [group for group in groups if group.entries >= group.limit]
        return sorted(found, key=lambda group: -group.entries)

    def _wait(self, group: Behind) -> float:
        """Return the seconds until a group is probably within its limit, from how it got on since the last look."""
        now, place = self._clock.monotonic(), (group.partition, group.group)
        at, entries = self._held.setdefault(place, (now, group.entries))
        if now - at >= LIFTED:
            self._held[place] = (now, group.entries)
        if now <= at or entries <= group.entries:
            return RETRY_AFTER
        rate = (entries - group.entries) / (now - at)
        return min(max((group.entries - group.limit + 1) / rate, SHORTEST), LONGEST)

    async def _look(self, partition: int, name: str) -> tuple[int, list[Behind]]:
        """Return the length of a stream and how far its groups are behind."""
        client, stream = self._connection.client, keys.stream(partition, name)
        whole = await client.xinfo_stream(stream)
        groups: list[Behind] = []
        for row in await client.xinfo_groups(stream):
            group = row["name"].decode()
            if group not in self._limits:
                continue
            entries = int(row["pending"]) + unread(row, whole)
            limit = self._limits[group]
            served = entries < limit or await self._served(stream, group)
            groups.append(Behind(group, partition, entries, limit, served))
        return int(whole["length"]), groups

    async def _served(self, stream: str, group: str) -> bool:
        consumers = await self._connection.client.xinfo_consumers(stream, group)
        return any(consumer["idle"] < UNSERVED_MS for consumer in consumers)


def unread(group: Mapping[str, Any], stream: Mapping[str, Any]) -> int:
    """Return how many entries a group has not been given.

    A server before 7.0, or one where entries were wiped meanwhile, does not know; then the times in the ids tell which
    share of the stream is still ahead, which is exact for a group that has everything or nothing of it ahead. Where
    entries were wiped and trimmed, Redis 7.0 may for ever tell of one that is not there.
    """
    if _place(group["last-delivered-id"]) >= _place(stream["last-generated-id"]):
        return 0
    if group.get("lag") is not None:
        return int(group["lag"])
    length = int(stream["length"])
    if not length:
        return 0
    first, last = _place(stream["first-entry"][0]), _place(stream["last-entry"][0])
    delivered = _place(group["last-delivered-id"])
    if delivered >= last:
        return 0
    if delivered <= first:
        return length
    return round(length * (last[0] - delivered[0] + 1) / (last[0] - first[0] + 1))


def _place(entry: bytes) -> tuple[int, int]:
    moment, _, number = entry.partition(b"-")
    return int(moment), int(number)
