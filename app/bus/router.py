"""Commands of redis-py on a cluster: each goes to the node that holds its key, a pipeline to several at once."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

from redis import exceptions
from redis.commands import AsyncCoreCommands

from app.bus.cluster import Cluster

KEY_AT = {"EVAL": 3, "EVALSHA": 3}
"""Which word of a command is its key, if not the one after its name."""
Queued = tuple[int, tuple[Any, ...], dict[str, Any]]


class Router(AsyncCoreCommands):
    """Stands in for a client: every command that names a key works; those for a whole server do not belong here."""

    _event_dispatcher: Any = None  # wanted by redis-py's protocol of a client, used by nothing we call

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def execute_command(self, *words: Any, **options: Any) -> Any:
        """Run one command where its key is."""
        return await self._cluster.on(_key(words), lambda client: client.execute_command(*words, **options))

    def pipeline(self, *, transaction: bool) -> "RoutedPipeline":
        """Return a pipeline; in a transaction all keys have to lie in one slot."""
        return RoutedPipeline(self._cluster, transaction=transaction)


class RoutedPipeline(AsyncCoreCommands):
    """Commands gathered first, then sent to all nodes concerned at once; the answers come in the order of the commands.

    A share whose node failed is sent once more as a whole: what is put in must bear being done twice.
    """

    _event_dispatcher: Any = None

    def __init__(self, cluster: Cluster, *, transaction: bool) -> None:
        self._cluster = cluster
        self._transaction = transaction
        self._queued: list[Queued] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._queued = []

    def execute_command(self, *words: Any, **options: Any) -> Self:
        """Put a command in."""
        self._queued.append((len(self._queued), words, options))
        return self

    async def execute(self) -> list[Any]:
        """Send all and return the answers; raise the first error there is."""
        queued, self._queued = self._queued, []
        answers: list[Any] = [None] * len(queued)
        shares: dict[Any, list[Queued]] = {}
        for node, keys in (await self._cluster.group({_key(words) for _, words, _ in queued})).items():
            there = set(keys)
            shares[node] = [command for command in queued if _key(command[1]) in there]
        said = await asyncio.gather(*map(self._share, shares.values()), return_exceptions=True)
        for share, found in zip(shares.values(), said, strict=True):
            if isinstance(found, BaseException):
                raise found
            for (place, _, _), answer in zip(share, found, strict=True):
                answers[place] = answer
        return answers

    async def _share(self, share: Sequence[Queued]) -> list[Any]:
        """Send what lies on one node; command by command if a slot has moved away from the others meanwhile."""

        async def send(client: Any) -> list[Any]:
            async with client.pipeline(transaction=self._transaction) as pipe:
                for _, words, options in share:
                    pipe.execute_command(*words, **options)
                found: list[Any] = await pipe.execute()
                return found

        try:
            return await self._cluster.on(_key(share[0][1]), send)
        except exceptions.MovedError:
            if self._transaction:
                raise
            alone = Router(self._cluster)
            return [await alone.execute_command(*words, **options) for _, words, options in share]


def _key(words: Sequence[Any]) -> str:
    key = words[KEY_AT.get(words[0], 1)]
    return key.decode() if isinstance(key, bytes) else str(key)
