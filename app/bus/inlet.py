"""The way in: batches are accepted durably, known ids dropped, in one Lua call a partition."""

import asyncio
from collections.abc import Sequence
from secrets import token_hex

from app.bus import keys
from app.bus.codec import CONTRIBUTION, EVENT
from app.bus.connection import Connection, guarded
from app.bus.ending import end, every
from app.bus.memory import remembered, told
from app.bus.port import Accepted, Behind, Fence
from app.bus.pressure import RETRY_AFTER, Pressure
from app.domain.mention import Deletion, Heartbeat, Mention
from app.domain.tally import Contribution
from app.errors import Backpressure, LeaseLost

LARGEST_CALL = 250
"""Events in one Lua call: a larger one would keep Redis from everybody else."""
TOO_LONG, OUTDATED = -1, -2
"""What the script answers instead of counts."""
UNFENCED = Fence("", 0)


class Inlet:
    """Publishing, and the memory behind its deduplication."""

    _connection: Connection
    _pressure: Pressure

    @guarded
    async def publish(self, events: Sequence[Mention | Deletion], *, fence: Fence | None = None) -> Accepted:
        """Accept a batch durably.

        Raises `Backpressure` while a consumer is too far behind, `LeaseLost` if a newer token than that of `fence` was
        seen; a part of the events may be accepted then, and giving all of them again is safe.
        """
        shares = keys.partitioned(events, self._connection.partitions).items()
        if self._connection.cluster is None:
            said = [await self._share(partition, share, fence or UNFENCED) for partition, share in shares]
        else:  # each waits for a replica of another node
            said = await every(self._share(partition, share, fence or UNFENCED) for partition, share in shares)
        return Accepted(*map(sum, zip(*said, strict=True)))

    async def _share(self, partition: int, events: Sequence[Mention | Deletion], fence: Fence) -> list[int]:
        """Publish the events of a partition in order; the next call is made ready while the last is on its way."""
        counts = [0, 0, 0, 0, 0]
        under_way: asyncio.Task[list[int]] | None = None
        try:
            for start in range(0, len(events), LARGEST_CALL):
                words = _words(events[start : start + LARGEST_CALL], keys.remembered(partition, ""))
                if under_way is not None:
                    counts = _plus(counts, await under_way)
                under_way = asyncio.create_task(self._publish(partition, words, fence))
                await asyncio.sleep(0)
            return _plus(counts, await under_way) if under_way is not None else counts
        finally:
            if under_way is not None:
                await end([under_way])

    async def _publish(self, partition: int, arguments: Sequence[str | bytes], fence: Fence) -> list[int]:
        said = await self._ask(partition, fence, arguments)
        if said == [TOO_LONG]:
            await self._pressure.relieve(partition)
            said = await self._ask(partition, fence, arguments)
        if said == [TOO_LONG]:
            raise Backpressure(RETRY_AFTER)
        if said == [OUTDATED]:
            raise LeaseLost(f"A newer token than {fence.token} was seen for {fence.name}: another process has it now.")
        return said

    async def _ask(self, partition: int, fence: Fence, events: Sequence[str | bytes]) -> list[int]:
        streams = [keys.stream(partition, name) for name in keys.GROUPS]
        first = [keys.prefix(partition), *self._pressure.lengths(partition), fence.name, fence.token]
        call = token_hex(8)  # if the answer gets lost and the call is sent again, it is answered as it was
        said: list[int] = await self._connection.scripts.publish(streams, [*first, call, *events], confirmed=True)
        return said

    @guarded
    async def behind(self) -> list[Behind]:
        """Return the groups that hold publishing back, the furthest behind first."""
        return await self._pressure.behind()

    @guarded
    async def known(self, mention_keys: Sequence[str]) -> dict[str, tuple[str, ...] | None]:
        """Return what remembered mentions count for, None for deleted ones."""
        states = await remembered(self._connection, mention_keys)
        return {key: None if state.dead else state.brands for key, state in states.items()}

    @guarded
    async def remember(self, key: str, version: int, revision: int, contribution: Contribution | None) -> None:
        """Teach the deduplication a mention that only the archive still knows; None: a tombstone."""
        brands = ",".join(contribution.brands) if contribution else ""
        blob = CONTRIBUTION.encode(contribution) if contribution else b""
        arguments = [version, revision, brands, blob, "" if contribution else 1]
        name = keys.remembered(keys.of_key(key, self._connection.partitions), key)
        await self._connection.scripts.remember([name], arguments)

    @guarded
    async def beat(self, at: float) -> None:
        """Append a heartbeat to every partition."""
        blob = EVENT.encode(Heartbeat(at))
        async with self._connection.client.pipeline(transaction=False) as pipe:
            for partition in range(self._connection.partitions):
                pipe.xadd(keys.stream(partition, keys.MENTIONS), {"v": 1, "k": "", "e": blob})
            await pipe.execute()


def _words(events: Sequence[Mention | Deletion], where: str) -> list[str | bytes]:
    """Return what `publish.lua` wants to know of events; `where` begins the names of what is remembered."""
    words: list[str | bytes] = []
    for event in events:
        words += (where + event.key, told(event) if isinstance(event, Mention) else "d", EVENT.encode(event))
    return words


def _plus(counts: Sequence[int], more: Sequence[int]) -> list[int]:
    return [one + other for one, other in zip(counts, more, strict=True)]
