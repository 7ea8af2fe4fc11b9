"""What earlier releases remember of mention keys is turned into the form of today, once, before anybody publishes."""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

import structlog

from app.bus import keys

FORM = "2"
"""The form in which mention keys are remembered: 1 was a hash each."""
STEP = 500
_log = structlog.get_logger("bus")


class Converts(Protocol):
    """What is needed of a connection."""

    partitions: int
    client: Any
    scripts: Any

    def servers(self) -> Awaitable[Sequence[Any]]:
        """Return a client of every server that holds keys of ours."""


async def convert(connection: Converts) -> None:
    """Turn every mention key into the form of today, unless that is done; twice does no harm."""
    marks = {partition: f"{keys.prefix(partition)}form" for partition in range(connection.partitions)}
    old = {partition for partition, mark in marks.items() if await connection.client.get(mark) is None}
    turned = 0
    for server in await connection.servers() if old else ():
        at = -1
        while at:
            at, names = await server.scan(max(at, 0), match="ew:{p*}:id:*", count=2 * STEP)
            shares: dict[str, list[bytes]] = {}
            for name in names:
                shares.setdefault(keys.beside(name.decode(), keys.MENTIONS), []).append(name)
            for stream, share in shares.items():
                for start in range(0, len(share), STEP):
                    turned += await connection.scripts.convert([stream], share[start : start + STEP])
    for partition in old:
        await connection.client.set(marks[partition], FORM)
    if turned:
        _log.info("memory converted", mentions=turned)
