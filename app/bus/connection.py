"""The way to Redis, one server or a cluster of them; its scripts, and its troubles as errors of ours."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from redis import exceptions

from app.bus import keys
from app.bus.address import Address, plain, waiting
from app.bus.cluster import Cluster
from app.bus.conversion import convert
from app.bus.refusal import refusal
from app.bus.replicas import WAIT_MS, Replicas
from app.bus.router import Router
from app.bus.scripts import Scripts, register
from app.errors import WrongInput

P = ParamSpec("P")
R = TypeVar("R")
SHARDED = 7
"""From this version on a cluster carries messages only to the nodes of their partition."""


class Connection:
    """Clients with their scripts; safe to use from many tasks.

    `client` is redis-py's for one server. On a cluster, which `ready` finds out, it sends each command to the node that
    holds its key. `replicas` is how many have to have what is published, committed or leased; None: on a cluster one
    where there is one.
    """

    def __init__(self, url: str, partitions: int, replicas: int | None = None) -> None:
        self.partitions = partitions
        self.client = plain(Address(url).starts[0])
        self.cluster: Cluster | None = None
        self.sharded = False
        self.scripts: Scripts = register(self)
        self._address = Address(url)
        self._waiting = waiting(self._address.starts[0])
        self._wanted = replicas
        self._replicas = Replicas(replicas or 0)
        self._known = False
        self._asking = asyncio.Lock()

    async def ready(self) -> None:
        """Find out, once, what answers: one server or a cluster."""
        if self._known:
            return
        async with self._asking:
            if not self._known:
                info = await self._first()
                if info["cluster_enabled"]:
                    self._spread(int(info["redis_version"].partition(".")[0]) >= SHARDED)
                elif len(self._address.starts) > 1:
                    raise WrongInput("REDIS_URL names several servers that are no cluster; name one.")
                self._known = True

    async def _first(self) -> dict[str, Any]:
        """Return what the first node that answers says of itself."""
        for last, url in enumerate(self._address.starts, 1 - len(self._address.starts)):
            client = plain(url)
            try:
                return {**await client.info("server"), **await client.info("cluster")}
            except (exceptions.RedisError, OSError):
                if not last:
                    raise
            finally:
                await client.aclose()
        raise AssertionError("unreachable")

    def _spread(self, sharded: bool) -> None:  # noqa: FBT001 - told by the server's version alone
        self.cluster = Cluster(self._address)
        self.client = Router(self.cluster)
        self.sharded = sharded
        self._replicas = Replicas(1, adapts=True) if self._wanted is None else Replicas(self._wanted)

    async def on(self, key: str, work: Callable[[Any], Awaitable[R]], *, waits: bool = False) -> R:
        """Return what `work` makes of the client of the server that holds `key`."""
        if self.cluster is None:
            return await work(self._waiting if waits else self.client)
        return await self.cluster.on(key, work, waiting=waits)

    async def confirmed(self, key: str, command: Sequence[Any], *, waits: bool = False) -> Any:
        """Run a command and return its answer once enough replicas have what it wrote and all that was written before.

        Raises `BusUnavailable` if they do not say so in time: then it may be done or not, or be taken back.
        """
        return await self.on(key, functools.partial(self._confirmed, key, command), waits=waits)

    async def _confirmed(self, key: str, command: Sequence[Any], client: Any) -> Any:
        wanted = await self._replicas.wanted(client)
        if not wanted:
            return await client.execute_command(*command)
        async with client.pipeline(transaction=False) as pipe:
            pipe.execute_command(*command)
            pipe.set(keys.beside(key, "confirmed"), 1)  # WAIT looks at this connection's last write, and needs one
            pipe.execute_command("WAIT", wanted, WAIT_MS)
            said, *_, have = await pipe.execute(raise_on_error=False)
        if isinstance(said, Exception):
            raise said
        await self._replicas.check(client, wanted, have)
        return said

    async def servers(self) -> list[Any]:
        """Return a client of every server that holds keys of ours."""
        if self.cluster is None:
            return [self.client]
        prefixes = [keys.prefix(partition) for partition in range(self.partitions)]
        return [node.client for node in await self.cluster.group(prefixes)]

    async def listeners(self, channels: Sequence[str]) -> dict[Any, list[str]]:
        """Return channels by the client of the server where to listen to them."""
        if self.cluster is None:
            return {self._waiting: list(channels)}
        return {node.waiting: share for node, share in (await self.cluster.group(channels)).items()}

    def doubt(self) -> None:
        """Look again who holds what: something broke that the commands do not notice."""
        if self.cluster is not None:
            self.cluster.doubt()

    async def prepare(self) -> None:
        """Create every stream and consumer group that is not there yet.

        Raises `WrongInput` if what is there was spread over another number of partitions: mentions would be looked for
        where they are not, and counted again.
        """
        await self.client.setnx(keys.PARTITIONS, self.partitions)
        there = int(await self.client.get(keys.PARTITIONS) or self.partitions)
        if there != self.partitions:
            raise WrongInput(
                f"bus.partitions is {self.partitions}, but what Redis holds is spread over {there}; "
                f"set it back to {there}, or start anew with another --data folder (or another Redis)."
            )
        await convert(self)
        for partition in range(self.partitions):
            for name, groups in keys.GROUPS.items():
                for group in groups:
                    try:
                        await self.client.xgroup_create(keys.stream(partition, name), group, id="0", mkstream=True)
                    except exceptions.ResponseError as error:
                        if "BUSYGROUP" not in str(error):
                            raise
                for group in set(keys.RETIRED[name]).difference(groups):
                    await self.client.xgroup_destroy(keys.stream(partition, name), group)

    async def trim(self, partition: int) -> int:
        """Trim the streams of a partition below what their slowest group still needs; return how many entries went."""
        gone = 0
        for name, groups in keys.GROUPS.items():
            gone += await self.scripts.trim([keys.stream(partition, name)], list(groups))
        return gone

    async def close(self) -> None:
        """Disconnect."""
        if self.cluster is not None:
            await self.cluster.close()
        else:
            await self.client.aclose()
        await self._waiting.aclose()


class Connected(Protocol):
    """Whatever talks to Redis through a `Connection`."""

    _connection: Connection


S = TypeVar("S", bound=Connected)


def guarded(
    call: Callable[Concatenate[S, P], Awaitable[R]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, R]]:
    """Turn what redis-py raises into `BusUnavailable`; make lost consumer groups anew and try once more."""

    @functools.wraps(call)
    async def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            try:
                await self._connection.ready()
                return await call(self, *args, **kwargs)
            except exceptions.ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                await self._connection.prepare()
                return await call(self, *args, **kwargs)
        except (exceptions.RedisError, OSError) as error:
            raise refusal(error) from error

    return method
