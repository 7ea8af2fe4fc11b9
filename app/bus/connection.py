"""One connection to Redis, its scripts, and its troubles as errors of ours."""

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.bus import keys
from app.bus.scripts import Scripts, register
from app.errors import BusUnavailable, WrongInput

P = ParamSpec("P")
R = TypeVar("R")
READS_WITHIN = 15.0
"""Seconds an answer may take, the longest wait for new entries included."""


class Connection:
    """A client with its scripts; safe to use from many tasks."""

    def __init__(self, url: str, partitions: int) -> None:
        self.partitions = partitions
        self.client = _client(url, retries=1)
        self.waiting = _client(url, retries=0)
        """For reading groups: one that is silently tried again leaves entries with a consumer that never saw them."""
        self.scripts: Scripts = register(self.client)

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
        for partition in range(self.partitions):
            for name, groups in keys.GROUPS.items():
                for group in groups:
                    try:
                        await self.client.xgroup_create(keys.stream(partition, name), group, id="0", mkstream=True)
                    except exceptions.ResponseError as error:
                        if "BUSYGROUP" not in str(error):
                            raise

    async def trim(self, partition: int) -> int:
        """Trim the streams of a partition below what their slowest group still needs; return how many entries went."""
        gone = 0
        for name, groups in keys.GROUPS.items():
            gone += await self.scripts.trim([keys.stream(partition, name)], list(groups))
        return gone

    async def close(self) -> None:
        """Disconnect."""
        await self.client.aclose()
        await self.waiting.aclose()


def _client(url: str, retries: int) -> Any:
    """Return a client; Any, because redis-py types answers as unions of all its settings."""
    return Redis.from_url(
        url,
        protocol=2,
        socket_connect_timeout=2.0,
        socket_timeout=READS_WITHIN,
        retry=Retry(NoBackoff(), retries),
        retry_on_error=[exceptions.ConnectionError] if retries else [],
    )


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
                return await call(self, *args, **kwargs)
            except exceptions.ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                await self._connection.prepare()
                return await call(self, *args, **kwargs)
        except exceptions.OutOfMemoryError as error:
            raise BusUnavailable(
                "Redis is out of memory; raise its maxmemory or let the consumers catch up."
            ) from error
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            said = str(error).rstrip(".") or type(error).__name__
            raise BusUnavailable(f"Redis does not answer: {said}.") from error
        except exceptions.RedisError as error:
            said = str(error).rstrip(".")
            raise BusUnavailable(f"Redis refuses: {said}.") from error

    return method
