"""A Redis Cluster: which node holds a key just now, found out again whenever a node fails or a slot moves."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import structlog
from redis import exceptions
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from app.bus import address
from app.bus.ending import end
from app.errors import BusUnavailable

LOOKS_WITHIN = 1.0
"""Seconds the nodes have to say who holds what; one that hangs is not waited for."""
LOOK_AGAIN = 0.1
"""Seconds between two looks at least, however many commands fail."""
R = TypeVar("R")
Place = tuple[str, int]
_log = structlog.get_logger("bus")


class Node:
    """One server of the cluster and the two clients for it."""

    def __init__(self, url: str) -> None:
        self.client = address.plain(url)
        self.waiting = address.waiting(url)

    async def close(self) -> None:
        """Disconnect."""
        await self.client.aclose()
        await self.waiting.aclose()


class Cluster:
    """Runs work with the client of the node that holds a key, once more after a node failed or a slot moved."""

    def __init__(self, where: address.Address) -> None:
        self._where = where
        self._starts = [Node(url) for url in where.starts]
        self._nodes: dict[Place, Node] = {}
        self._holders: list[Place | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        self._looking = asyncio.Lock()
        self._looked = float("-inf")
        self._stale = True

    async def on(self, key: str, work: Callable[[Any], Awaitable[R]], *, waiting: bool = False) -> R:
        """Return what `work` makes of the client of the node that holds `key`.

        Raises what redis-py raises if it fails twice; work that waits is done again only if the key is elsewhere.
        """
        slot = key_slot(key.encode())
        for last in (False, True):
            node = await self._holder(slot)
            try:
                return await work(node.waiting if waiting else node.client)
            except exceptions.MovedError as moved:
                self._holders[slot] = (moved.host, moved.port)
                self._stale = True
                if last:
                    raise
            except exceptions.AskError as error:
                raise BusUnavailable(
                    "Redis is moving this partition to another node; it goes on after that."
                ) from error
            except (exceptions.ConnectionError, OSError):
                self._stale = True
                if last or waiting:
                    raise
            except (exceptions.TimeoutError, exceptions.ClusterDownError, exceptions.ReadOnlyError):
                self._stale = True
                raise
        raise AssertionError("unreachable")

    async def group(self, keys: Iterable[str]) -> dict[Node, list[str]]:
        """Return the keys by the node that holds them."""
        shares: dict[Node, list[str]] = {}
        for key in keys:
            shares.setdefault(await self._holder(key_slot(key.encode())), []).append(key)
        return shares

    def doubt(self) -> None:
        """Look again who holds what before the next command."""
        self._stale = True

    async def close(self) -> None:
        """Disconnect from every node."""
        for node in [*self._starts, *self._nodes.values()]:
            await node.close()

    async def _holder(self, slot: int) -> Node:
        if self._stale:
            await self._look()
        place = self._holders[slot]
        if place is None:
            raise BusUnavailable("No master of the Redis cluster holds this partition; bring its node back.")
        return self._node(place)

    def _node(self, place: Place) -> Node:
        if place not in self._nodes:
            self._nodes[place] = Node(self._where.at(*place))
        return self._nodes[place]

    async def _look(self) -> None:
        """Ask all nodes at once and believe the one that knows the latest election."""
        async with self._looking:
            if not self._stale or time.monotonic() - self._looked < LOOK_AGAIN:
                return
            asked = [asyncio.create_task(_view(node)) for node in [*self._starts, *self._nodes.values()]]
            done, late = await asyncio.wait(asked, timeout=LOOKS_WITHIN)
            await end(late)
            self._looked = time.monotonic()
            views = [task.result() for task in done if task.exception() is None]
            if not views:
                reasons = {str(task.exception()).rstrip(".") for task in done} or {"no node answers in time"}
                raise exceptions.ConnectionError("; ".join(sorted(reasons)))
            self._stale = False
            await self._believe(max(views, key=lambda view: view[0])[1])

    async def _believe(self, rows: list[Any]) -> None:
        holders: list[Place | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        there: set[Place] = set()
        for first, last, *places in rows:
            master, *_ = named = [(place[0].decode(), int(place[1])) for place in places if place[0]]
            there.update(named)
            holders[first : last + 1] = [master] * (last + 1 - first)
        if self._holders != holders:
            _log.info("cluster", masters=sorted({f"{h[0]}:{h[1]}" for h in holders if h}))
        self._holders = holders
        for place in there:
            self._node(place)
        for place in self._nodes.keys() - there:
            await self._nodes.pop(place).close()


async def _view(node: Node) -> tuple[tuple[bool, int], list[Any]]:
    """Return how much a node's view is worth, and who it says holds which slots."""
    async with node.client.pipeline(transaction=False) as pipe:
        pipe.execute_command("CLUSTER INFO")
        pipe.execute_command("CLUSTER SLOTS")
        info, rows = await pipe.execute()
    return (info.get("cluster_state") == "ok", int(info.get("cluster_current_epoch", 0))), rows
