"""REDIS_URL: one server, or several nodes of a cluster to start from."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.connection import HiredisRespSerializer

CONNECTS_WITHIN = 2.0
ANSWERS_WITHIN = 2.5
"""Seconds a plain answer may take: a Redis that hangs is unavailable, and says so soon."""
WAITS_WITHIN = 15.0
"""Seconds an answer may take whose command waits for new entries, the longest wait included."""
MOST_CONNECTIONS = 4096
"""To one node; a bound so high that only a leak could reach it."""


class Address:
    """`redis://[user:password@]host:port[,host:port …][/0][?options]`, `rediss://…` or `unix://…`.

    Raises `ValueError` if it is none of these.
    """

    def __init__(self, url: str) -> None:
        for scheme in ("redis", "rediss"):
            url = url.replace(f",{scheme}://", ",")
        self._parts = urlsplit(url)
        self._user, _, places = self._parts.netloc.rpartition("@")
        self.starts = [self._with(place) for place in places.split(",")] if "," in places else [url]
        for start in self.starts:
            plain(start)

    def at(self, host: str, port: int) -> str:
        """Return the url of another node, with the same password and options."""
        return self._with(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

    def _with(self, place: str) -> str:
        return urlunsplit(self._parts._replace(netloc=f"{self._user}@{place}" if self._user else place))


def plain(url: str) -> Any:
    """Return a client whose answers come soon; Any, because redis-py types answers as unions of all its settings."""
    return _client(url, ANSWERS_WITHIN, 1)


def waiting(url: str) -> Any:
    """Return a client for commands that wait, and are never tried again silently.

    Reading a group again would leave entries with a consumer that never saw them.
    """
    return _client(url, WAITS_WITHIN, 0)


def _client(url: str, within: float, retries: int) -> Any:
    client: Any = Redis.from_url(
        url,
        protocol=2,
        socket_connect_timeout=CONNECTS_WITHIN,
        socket_timeout=within,
        max_connections=MOST_CONNECTIONS,
        retry=Retry(NoBackoff(), retries, (exceptions.ConnectionError,)),
    )
    client.connection_pool.connection_class = _plainspoken(client.connection_pool.connection_class)
    return client


@cache
def _plainspoken(kind: Any) -> Any:
    """Return a kind of connection that says of a broken line what redis-py expects, whatever the event loop says.

    It writes commands in C, as redis-py itself does when it is not asynchronous: a seventh of the time.
    """

    class Plainspoken(kind):  # type: ignore[misc] # its base is known only at run time
        def pack_command(self, *args: Any) -> list[bytes]:
            packed: list[bytes] = HiredisRespSerializer().pack(*args)
            return packed

        async def _send_packed_command(self, command: Any) -> None:
            try:
                await super()._send_packed_command(command)
            except RuntimeError as error:  # uvloop: the handler is closed
                raise ConnectionResetError(str(error)) from error

    return Plainspoken
