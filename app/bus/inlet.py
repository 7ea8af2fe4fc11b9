"""The way in: batches are accepted durably, known ids dropped, in one Lua call a partition."""

from collections.abc import Sequence
from hashlib import blake2b
from secrets import token_hex

from app.bus import keys
from app.bus.codec import CONTRIBUTION, EVENT
from app.bus.connection import Connection, guarded
from app.bus.ending import every
from app.bus.port import Accepted, Behind, Fence
from app.bus.pressure import RETRY_AFTER, Pressure
from app.domain.mention import Deletion, Heartbeat, Mention
from app.domain.tally import Contribution
from app.errors import Backpressure, LeaseLost

LARGEST_CALL = 500
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
        counts = [0, 0, 0, 0, 0]
        for start in range(0, len(events), LARGEST_CALL):
            said = await self._publish(partition, events[start : start + LARGEST_CALL], fence)
            counts = [have + more for have, more in zip(counts, said, strict=True)]
        return counts

    async def _publish(self, partition: int, events: Sequence[Mention | Deletion], fence: Fence) -> list[int]:
        arguments: list[str | int | bytes] = []
        for event in events:
            if isinstance(event, Mention):
                brands = ",".join(event.brands)
                arguments += ["m", event.key, event.revision, digest(event), brands, EVENT.encode(event)]
            else:
                arguments += ["d", event.key, 0, b"", "", EVENT.encode(event)]
        said = await self._ask(partition, fence, arguments)
        if said == [TOO_LONG]:
            await self._pressure.relieve(partition)
            said = await self._ask(partition, fence, arguments)
        if said == [TOO_LONG]:
            raise Backpressure(RETRY_AFTER)
        if said == [OUTDATED]:
            raise LeaseLost(f"A newer token than {fence.token} was seen for {fence.name}: another process has it now.")
        return said

    async def _ask(self, partition: int, fence: Fence, events: Sequence[str | int | bytes]) -> list[int]:
        streams = [keys.stream(partition, name) for name in keys.GROUPS]
        first = [keys.prefix(partition), keys.REMEMBERED, *self._pressure.lengths(partition), fence.name, fence.token]
        call = token_hex(8)  # if the answer gets lost and the call is sent again, it is answered as it was
        said: list[int] = await self._connection.scripts.publish(streams, [*first, call, *events], confirmed=True)
        return said

    @guarded
    async def behind(self) -> list[Behind]:
        """Return the groups that hold publishing back, the furthest behind first."""
        return await self._pressure.behind()

    @guarded
    async def known(self, mention_keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the brands of those mention keys that are known and alive."""
        shares: dict[int, list[str]] = {}
        for key in mention_keys:
            shares.setdefault(keys.of_key(key, self._connection.partitions), []).append(key)
        alive: dict[str, tuple[str, ...]] = {}
        for partition, share in shares.items():
            for start in range(0, len(share), LARGEST_CALL):
                asked = share[start : start + LARGEST_CALL]
                stream = keys.stream(partition, keys.MENTIONS)
                said = await self._connection.scripts.known([stream], [keys.prefix(partition), *asked])
                for key, brands in zip(asked, said, strict=True):
                    if brands is not None:
                        alive[key] = tuple(brands.decode().split(",")) if brands else ()
        return alive

    @guarded
    async def remember(self, key: str, version: int, revision: int, contribution: Contribution | None) -> None:
        """Teach the deduplication a mention that only the archive still knows; None: a tombstone."""
        brands = ",".join(contribution.brands) if contribution else ""
        blob = CONTRIBUTION.encode(contribution) if contribution else b""
        arguments: list[str | int | bytes] = [
            keys.REMEMBERED,
            version,
            revision,
            brands,
            blob,
            0 if contribution else 1,
        ]
        await self._connection.scripts.remember([self._hash(key)], arguments)

    @guarded
    async def beat(self, at: float) -> None:
        """Append a heartbeat to every partition."""
        blob = EVENT.encode(Heartbeat(at))
        async with self._connection.client.pipeline(transaction=False) as pipe:
            for partition in range(self._connection.partitions):
                pipe.xadd(keys.stream(partition, keys.MENTIONS), {"v": 1, "k": "", "e": blob})
            await pipe.execute()

    def _hash(self, key: str) -> str:
        return f"{keys.prefix(keys.of_key(key, self._connection.partitions))}id:{key}"


def digest(mention: Mention) -> bytes:
    """Return 8 bytes that change when what was said changes: text, rating and kind."""
    said = f"{mention.text}\0{mention.rating}\0{mention.kind}".encode()
    return blake2b(said, digest_size=8).digest()
