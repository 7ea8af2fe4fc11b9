"""The bus on Redis or Valkey (6.2 commands suffice)."""

import asyncio
from collections.abc import Mapping

from app.bus.board import Board
from app.bus.connection import Connection, guarded
from app.bus.correcting import Correcting
from app.bus.inlet import Inlet
from app.bus.letters import Letters
from app.bus.live import Live
from app.bus.minutes import Minutes
from app.bus.pressure import Pressure
from app.bus.probe import Probe
from app.bus.readers import Readers
from app.bus.recent import Recent
from app.bus.settling import Settling
from app.bus.streams import Streams
from app.clock import Clock


class RedisBus(Inlet, Correcting, Streams, Settling, Letters, Recent, Live, Minutes, Probe, Board):
    """Implements `app.bus.port.Bus`: one room of this package for each part of the port."""

    def __init__(
        self,
        url: str,
        *,
        partitions: int,
        lag_limit: int | Mapping[str, int],
        clock: Clock,
        replicas: int | None = None,
    ) -> None:
        self._connection = Connection(url, partitions, replicas)
        self._pressure = Pressure(self._connection, lag_limit, clock)
        self._clock = clock
        self._readers = Readers(self._connection)
        self._recovered = {}
        self._followed, self._following = {}, asyncio.Lock()

    @guarded
    async def open(self) -> None:
        """Connect and create the consumer groups."""
        await self._connection.prepare()

    async def close(self) -> None:
        """Disconnect."""
        await self._readers.close()
        await self._connection.close()
