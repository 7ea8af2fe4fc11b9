"""What Redis holds at one instant: taken while it goes on working, and put back key by key.

A server is asked for its data as a replica asks (PSYNC): it forks and streams what it held at that moment, without
stopping for anybody. `+FULLRESYNC` says that the fork is done; what is written afterwards is not in the stream.
"""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis, exceptions
from redis.cluster import RedisCluster

from app.bus.address import Address
from app.bus.server import EmbeddedServer
from app.errors import BusUnavailable, Conflict, WrongInput

OURS = "ew:*"
NOT_KEPT = (b":lease", b"ew:services")
"""Ends of names that mean something only to the processes of that moment."""
ANSWERS_WITHIN = 30.0
"""Seconds a server may be silent while it hands out its data."""
FORKS_WITHIN = 2.0
"""Seconds a server may take to fork: so long whoever writes to the archive is held back at most."""
CALM_WITHIN = 600.0
BESIDE = ("rdb_bgsave_in_progress", "aof_rewrite_in_progress")
REACHED_WITHIN = 2.0
BLOCK = 1 << 20
CHUNK = 200
"""Keys put back in one round trip."""

Told = Callable[[int], None]
"""Is told how many bytes or keys there are more."""


def masters(url: str) -> list[Any]:
    """Return a client for each server that holds a part of the data; raise `BusUnavailable` if none answers."""
    client = _target(url)
    if isinstance(client, Redis):
        return [client]
    nodes = list[Any](client.nodes_manager.get_nodes_by_server_type("primary"))
    return [client.get_redis_connection(node) for node in nodes]


def cursors(url: str) -> dict[str, str]:
    """Return how far every source was heard, by the name of its key."""
    found: dict[str, str] = {}
    for client in masters(url):
        for name in client.scan_iter("ew:{source:*}:cursor", count=1_000):
            if (value := client.get(name)) is not None:
                found[name.decode()] = value.decode()
    return found


class NotNow(BusUnavailable):
    """A server cannot fork right now; ask again once `await_calm` has returned."""


def await_calm(clients: Sequence[Any]) -> None:
    """Wait until no server saves or rewrites anything in a process beside: it would not fork for us before."""
    give_up = time.monotonic() + CALM_WITHIN
    try:
        while any(any(int(client.info("persistence")[name]) for name in BESIDE) for client in clients):
            if time.monotonic() > give_up:
                raise BusUnavailable("Redis has been saving for ten minutes; try again when it is done.")
            time.sleep(0.05)
    except (exceptions.RedisError, OSError) as error:
        raise BusUnavailable(f"Redis does not answer: {error}.") from error


class Stream:
    """The data of one server as it was when this was made; read it once, then close it.

    Raises `NotNow`, soon, if the server does not fork at once.
    """

    def __init__(self, client: Any) -> None:
        self._client = client  # a client that nobody holds closes its connections
        try:
            self._connection = client.connection_pool.get_connection()
            self.expected = int(client.info("memory")["used_memory_dataset"])
            """Bytes, roughly: the stream does not say how long it will be."""
            before = int(client.info("replication")["master_repl_offset"])
            if self._begin() >= before:
                return
        except TimeoutError:
            pass
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            raise BusUnavailable(f"Redis does not hand out its data: {error}.") from error
        self.close()  # perhaps we were given the fork made for another replica, older than our asking
        raise NotNow("Redis is busy with other replicas; try again in a while.")

    def _begin(self) -> int:
        """Ask for the data and return the offset at which the server forked."""
        if self._at_once():
            self._connection.send_command("REPLCONF", "capa", "eof", "capa", "psync2")
        else:
            self._connection.send_command("REPLCONF", "capa", "psync2")
        try:
            self._connection.read_response()
        except exceptions.ResponseError as error:
            raise WrongInput(
                f"Redis refuses ({error}); give the user of REDIS_URL the rights +psync and +replconf."
            ) from None
        self._connection.send_command("PSYNC", "?", "-1")
        self._line: socket.socket = self._connection._sock  # noqa: SLF001 - what follows is no answer redis-py knows
        self._line.settimeout(FORKS_WITHIN)
        self._rest = b""
        said = self._next_line()
        self._line.settimeout(ANSWERS_WITHIN)
        if not said.startswith(b"+FULLRESYNC"):
            raise WrongInput(
                f"Redis refuses ({said.decode(errors='replace')[1:]}); "
                "name a server that is no replica and give the user of REDIS_URL the rights +psync and +replconf."
            )
        return int(said.split()[2])

    def _at_once(self) -> bool:
        """Tell whether the server forks at once for who takes a stream; by default it waits 5 s for other replicas.

        For who does not, it forks at once into a file of its own first.
        """
        try:
            return bool(self._client.config_get("repl-diskless-sync-delay") == {"repl-diskless-sync-delay": "0"})
        except exceptions.ResponseError:
            return False

    def write_to(self, write: Callable[[bytes], Any], told: Told) -> None:
        """Write the whole RDB; raise `BusUnavailable` if the server breaks off."""
        try:
            header = self._next_line()
            if header.startswith(b"$EOF:"):
                self._until(header[5:].strip(), write, told)
            else:
                self._exactly(int(header[1:]), write, told)
        except (OSError, ValueError) as error:
            raise BusUnavailable(f"Redis broke off while it handed out its data: {error}.") from error

    def close(self) -> None:
        """Hang up."""
        self._connection.disconnect()

    def _next_line(self) -> bytes:
        """Return the next line that is not empty: empty ones only say that the server is still there."""
        while True:
            while b"\n" not in self._rest:
                self._rest += self._receive()
            line, _, self._rest = self._rest.partition(b"\n")
            if line.strip():
                return line.strip()

    def _receive(self) -> bytes:
        block = self._line.recv(BLOCK)
        if not block:
            raise OSError("it closed the connection")
        return block

    def _until(self, mark: bytes, write: Callable[[bytes], Any], told: Told) -> None:
        held, self._rest = self._rest, b""
        while not held.endswith(mark):
            sure = len(held) - len(mark)
            if sure > 0:
                write(held[:sure])
                told(sure)
                held = held[sure:]
            held += self._receive()
        write(held[: -len(mark)])
        told(len(held) - len(mark))

    def _exactly(self, length: int, write: Callable[[bytes], Any], told: Told) -> None:
        held, self._rest = self._rest[:length], b""
        while True:
            write(held)
            told(len(held))
            length -= len(held)
            if length <= 0:
                return
            held = self._receive()[:length]


def assert_empty(url: str) -> None:
    """Raise `Conflict` if there is anything of Emberwatch's already."""
    for client in masters(url):
        if next(client.scan_iter(OURS, count=1_000), None) is not None:
            raise Conflict(
                "This Redis already holds data of an Emberwatch; restore into an empty one, or flush it first if "
                "nobody needs what it holds."
            )


def put_back(rdb: Path, url: str, told: Told) -> int:
    """Put every key of ours out of an RDB into the Redis at `url`; return how many.

    `rdb` has to lie alone in its folder under the name dump.rdb. Raises `WrongInput` if the server here is too old for
    what the file was written by.
    """
    target = _target(url)
    number = 0
    with _served(rdb) as source:
        source.execute_command("SELECT", _database(url))
        batch: list[bytes] = []
        for name in source.scan_iter(OURS, count=1_000):
            if not name.endswith(NOT_KEPT):
                batch.append(name)
            if len(batch) == CHUNK:
                number += _copy(source, target, batch)
                told(len(batch))
                batch = []
        number += _copy(source, target, batch)
        told(len(batch))
    return number


def set_cursors(url: str, values: dict[str, str]) -> None:
    """Let every source be heard from where it was when the backup began: what came since is only a repetition."""
    target = _target(url)
    for name, value in values.items():
        target.set(name, value)


def _target(url: str) -> Any:
    """Return a client of the server or cluster, found by the first of its nodes that answers."""
    settings: dict[str, Any] = {
        "protocol": 2,
        "socket_timeout": ANSWERS_WITHIN,
        "socket_connect_timeout": REACHED_WITHIN,
    }
    reason: Exception | None = None
    for start in Address(url).starts:
        try:
            client = Redis.from_url(start, **settings)
            clustered = int(client.info("cluster").get("cluster_enabled", 0))
            return RedisCluster.from_url(start, **settings) if clustered else client
        except (exceptions.RedisError, OSError) as error:
            reason = error
    raise BusUnavailable(f"Redis does not answer: {reason}.") from reason


def _database(url: str) -> int:
    return int(Redis.from_url(Address(url).starts[0]).connection_pool.connection_kwargs.get("db", 0) or 0)


@contextmanager
def _served(rdb: Path) -> Iterator[Any]:
    """Serve an RDB from a server of its own, which is gone afterwards."""
    server = EmbeddedServer(rdb.parent, "off")
    client = Redis.from_url(server.start(), protocol=2, single_connection_client=True)
    try:
        yield client
    finally:
        client.close()
        server.stop()


def _copy(source: Any, target: Any, names: list[bytes]) -> int:
    """Copy keys with their expiry; return how many had not expired."""
    asked = source.pipeline(transaction=False)
    for name in names:
        asked.dump(name)
        asked.pttl(name)
    said = asked.execute()
    now = int(time.time() * 1000)
    given = target.pipeline(transaction=False)
    kept = 0
    for name, blob, left in zip(names, said[::2], said[1::2], strict=True):
        if blob is None:
            continue
        kept += 1
        given.restore(name, now + left if left > 0 else 0, blob, replace=True, absttl=left > 0)
    try:
        given.execute()
    except exceptions.ResponseError as error:
        if "payload version" not in str(error):
            raise BusUnavailable(f"Redis does not take the data: {error}.") from error
        raise WrongInput(
            "This Redis is older than the one that was backed up; restore into one at least as new."
        ) from None
    return kept
