"""Replicas: a write counts once as many of them as wanted have it, so that a failover cannot take it back."""

import time
from typing import Any

import structlog
from redis import exceptions

from app.errors import BusUnavailable

WAIT_MS = 1000
"""Milliseconds a replica has to say that it has a write."""
LONE_FOR = 1.0
"""Seconds before a master without replicas is asked for some again."""
_log = structlog.get_logger("bus")


class Replicas:
    """How many replicas have to have a write.

    Always that many, if a number is asked for. Without one (`adapts`) a master of a cluster that has lost its replica
    goes on alone, as far as the majority of the masters agrees that it has failed, or while it only copies the data: a
    write is then as safe as on a single server, unless that very replica comes back before it is lost, too. A master
    that is cut off from the others cannot know what they agree on, and refuses.
    """

    def __init__(self, wanted: int, *, adapts: bool = False) -> None:
        self._wanted, self._adapts = wanted, adapts
        self._lone: dict[Any, tuple[float, int]] = {}
        """Client → until when we believe that it has only so many."""

    async def wanted(self, client: Any) -> int:
        """Return how many replicas have to have a write to this server."""
        until, there = self._lone.get(client, (0.0, self._wanted))
        if there < self._wanted and time.monotonic() >= until:
            there = await self._look(client)
        return min(there, self._wanted)

    async def check(self, client: Any, wanted: int, have: Any) -> None:
        """Raise `BusUnavailable` unless enough replicas have what was written."""
        if isinstance(have, exceptions.RedisError):
            raise BusUnavailable(f"Redis takes back what it was given: {have}.") from have
        if have < wanted and (not self._adapts or have < await self._look(client)):
            raise BusUnavailable("Redis has it, but none of its replicas says so: it may be taken back; given again.")

    async def _look(self, client: Any) -> int:
        """Ask how many living replicas a master of a cluster has; those that only just copy its data do not count."""
        living = _living(await client.execute_command("CLUSTER NODES"))
        info = await client.info("replication")
        rows = [row for name, row in info.items() if name.startswith("slave") and isinstance(row, dict)]
        online = sum(row["state"] == "online" for row in rows)
        there: int = max(living - (len(rows) - online), online)
        if there < self._wanted:
            if client not in self._lone:
                _log.warning("a master has lost its replicas", replicas=there, wanted=self._wanted)
            self._lone[client] = (time.monotonic() + LONE_FOR, there)
        elif self._lone.pop(client, None):
            _log.info("a master has its replicas again", replicas=there)
        return there


def _living(nodes: dict[str, dict[str, Any]]) -> int:
    """Return how many replicas the asked node has that the majority does not hold for failed."""
    myself = next((node["node_id"] for node in nodes.values() if "myself" in node["flags"].split(",")), None)
    return sum(node["master_id"] == myself and "fail" not in node["flags"].split(",") for node in nodes.values())
