"""Reading groups: waiting for new entries of all partitions at once."""

import asyncio
import time
from collections.abc import Mapping

from app.bus import keys
from app.bus.connection import Connection

LONGEST_WAIT_MS = 10_000
ANSWERS = 1.0
"""Seconds a reader may take beyond the time it waits for entries; a slower one is left to the next call."""
GATHERS_MS = 5
"""Milliseconds the other partitions have to come up with entries, too, once one has."""
Raw = tuple[bytes, Mapping[bytes, bytes] | None]
Place = tuple[str, str, str]


class Readers:
    """Reads as consumers of groups.

    One server is asked for all streams in one command. On a cluster one reader waits for each stream. It is never
    broken off when others are answered, for what is just being delivered to it would get out of sight; the next call
    finds it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[Place, asyncio.Task[list[Raw]]] = {}
        self._failed: dict[tuple[str, str], BaseException] = {}

    async def read(self, name: str, group: str, consumer: str, count: int, block_ms: int) -> list[tuple[int, Raw]]:
        """Deliver new entries by partition, waiting up to `block_ms`.

        What is read of `analysed` is on as many replicas as wanted: after a failover it is still there, under the same
        ids. Raises what redis-py raises if a partition does not answer; entries of others come first, then the error.
        """
        block = min(max(block_ms, 1), LONGEST_WAIT_MS)
        if self._connection.cluster is None:
            streams = [keys.stream(p, name) for p in range(self._connection.partitions)]
            said = await self._ask(name, group, consumer, count, block, streams)
            numbers = {stream.encode(): p for p, stream in enumerate(streams)}
            return [(numbers[stream], raw) for stream, entries in said for raw in entries]
        if failure := self._failed.pop((group, consumer), None):
            raise failure
        places = {self._start(name, group, consumer, count, block, p): p for p in range(self._connection.partitions)}
        return await self._gather(places, group, consumer, block)

    def _start(
        self, name: str, group: str, consumer: str, count: int, block: int, partition: int
    ) -> "asyncio.Task[list[Raw]]":
        """Return the reader of a partition, which may wait since an earlier call."""
        place = (group, consumer, keys.stream(partition, name))
        if place not in self._waiting:
            self._waiting[place] = asyncio.create_task(self._one(name, group, consumer, count, block, place[2]))
        return self._waiting[place]

    async def _one(self, name: str, group: str, consumer: str, count: int, block: int, stream: str) -> list[Raw]:
        said = await self._ask(name, group, consumer, count, block, [stream])
        return [raw for _, entries in said for raw in entries]

    async def _gather(
        self, places: "Mapping[asyncio.Task[list[Raw]], int]", group: str, consumer: str, block: int
    ) -> list[tuple[int, Raw]]:
        """Wait until one reader has something, or all have waited long enough."""
        pending = set(places)
        found: list[tuple[int, Raw]] = []
        deadline = time.monotonic() + block / 1000 + ANSWERS
        while pending and not found and (group, consumer) not in self._failed and time.monotonic() < deadline:
            left = deadline - time.monotonic()
            done, pending = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            found += self._take(done, places, group, consumer)
        if found and pending:
            done, _ = await asyncio.wait(pending, timeout=min(block, GATHERS_MS) / 1000)
            found += self._take(done, places, group, consumer)
        if not found and (failure := self._failed.pop((group, consumer), None)):
            raise failure
        return sorted(found, key=lambda row: row[0])

    def _take(
        self,
        done: "set[asyncio.Task[list[Raw]]]",
        places: "Mapping[asyncio.Task[list[Raw]], int]",
        group: str,
        consumer: str,
    ) -> list[tuple[int, Raw]]:
        found: list[tuple[int, Raw]] = []
        ended = {task: place for place, task in self._waiting.items() if task in done}
        for task, place in ended.items():
            del self._waiting[place]
            if failure := task.exception():
                self._failed[group, consumer] = failure
            else:
                found += [(places[task], raw) for raw in task.result()]
        return found

    async def _ask(
        self, name: str, group: str, consumer: str, count: int, block: int, streams: list[str]
    ) -> list[tuple[bytes, list[Raw]]]:
        command = ["XREADGROUP", "GROUP", group, consumer, "COUNT", count, "BLOCK", block, "STREAMS", *streams]
        command += [">"] * len(streams)
        if name == keys.ANALYSED:
            said = await self._connection.confirmed(streams[0], command, waits=True)
        else:
            said = await self._connection.on(streams[0], lambda client: client.execute_command(*command), waits=True)
        return said or []

    async def close(self) -> None:
        """Break off what still waits."""
        for task in self._waiting.values():
            task.cancel()
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)
        self._waiting.clear()
