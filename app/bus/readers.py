"""Reading groups: waiting for new entries of all partitions at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from app.bus import keys
from app.bus.connection import Connection
from app.bus.ending import end

LONGEST_WAIT_MS = 10_000
ANSWERS = 2.0
"""Seconds a reader may take beyond the time it waits for entries; a slower one is left to the next call."""
GATHERS_MS = 5
"""Milliseconds the other partitions have to come up with entries, too, once one has."""
Raw = tuple[bytes, Mapping[bytes, bytes] | None]
Place = tuple[str, str, str]
"""Group, consumer, stream."""


class Readers:
    """Reads as consumers of groups.

    One server is asked for all streams in one command. On a cluster one reader waits for each stream. It is never
    broken off when others are answered, for what is just being delivered to it would get out of sight; the next call
    finds it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._readers: dict[Place, asyncio.Task[list[Raw]]] = {}
        self._failed: dict[Place, BaseException] = {}

    async def read(self, name: str, group: str, consumer: str, count: int, block_ms: int) -> list[tuple[int, Raw]]:
        """Deliver new entries by partition, waiting up to `block_ms`.

        What is read of `analysed` is on as many replicas as wanted: after a failover it is still there, under the same
        ids. Raises what redis-py raises if a partition does not answer; entries of others come first, then the error.
        """
        streams = [keys.stream(p, name) for p in range(self._connection.partitions)]
        block = min(max(block_ms, 1), LONGEST_WAIT_MS)
        if self._connection.cluster is None:
            numbers = {stream.encode(): p for p, stream in enumerate(streams)}
            said = await self._ask(name, ["GROUP", group, consumer, "COUNT", count, "BLOCK", block], streams)
            return [(numbers[stream], raw) for stream, entries in said for raw in entries]
        places = {(group, consumer, stream): partition for partition, stream in enumerate(streams)}
        if not any(place in self._failed for place in places):
            await self._wait(places, ["GROUP", group, consumer, "COUNT", count], name)
        found = self._taken(places)
        if not found and block > GATHERS_MS and not any(place in self._failed for place in places):
            await self._wait(places, ["GROUP", group, consumer, "COUNT", count, "BLOCK", block], name, block)
            found = self._taken(places)
        if not found and (failures := [self._failed.pop(place) for place in places if place in self._failed]):
            raise failures[0]
        return found

    async def _wait(self, places: Mapping[Place, int], words: Sequence[Any], name: str, block: int = 0) -> None:
        """Start a reader wherever none waits; return when all of them have ended or, if they wait, the first has."""
        fresh = [place for place in places if place not in self._readers]
        for place in fresh:
            self._readers[place] = asyncio.create_task(self._one(name, words, place[2]))
        if block:
            readers = [self._readers[place] for place in places]
            limit = block / 1000 + ANSWERS
            _, late = await asyncio.wait(readers, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if late:
                await asyncio.wait(late, timeout=GATHERS_MS / 1000)
        elif fresh:
            await asyncio.wait([self._readers[place] for place in fresh], timeout=ANSWERS)

    def _taken(self, places: Mapping[Place, int]) -> list[tuple[int, Raw]]:
        """Return what readers have that have ended."""
        found: list[tuple[int, Raw]] = []
        for place, partition in places.items():
            if place in self._readers and self._readers[place].done():
                reader = self._readers.pop(place)
                if failure := reader.exception():
                    self._failed[place] = failure
                else:
                    found += [(partition, raw) for raw in reader.result()]
        return found

    async def _one(self, name: str, words: Sequence[Any], stream: str) -> list[Raw]:
        return [raw for _, entries in await self._ask(name, words, [stream]) for raw in entries]

    async def _ask(self, name: str, words: Sequence[Any], streams: Sequence[str]) -> list[tuple[bytes, list[Raw]]]:
        command = ["XREADGROUP", *words, "STREAMS", *streams, *[">"] * len(streams)]
        if name == keys.ANALYSED:
            return await self._connection.confirmed(streams[0], command, waits=True) or []
        return await self._connection.on(streams[0], lambda client: client.execute_command(*command), waits=True) or []

    async def close(self) -> None:
        """Break off what still waits."""
        await end(self._readers.values())
        self._readers.clear()
