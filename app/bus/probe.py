"""Whether Redis takes writes: what only reads may still look well."""

from app.bus import keys
from app.bus.connection import Connection, guarded

KEPT = 60
"""Seconds the trace of a probe stays."""


class Probe:
    """Writes a word to every partition."""

    _connection: Connection

    @guarded
    async def probe(self) -> None:
        """Raise `BusUnavailable`, whose `kind` says why, while any partition takes no writes."""
        for partition in range(self._connection.partitions):
            await self._connection.client.set(f"{keys.prefix(partition)}probe", b"1", ex=KEPT)
