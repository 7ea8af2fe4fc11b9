"""The Redis of an arena: one server behind our proxy, or a cluster; what can happen to it and to the lines to it."""

import os
import random
import signal
import time
from pathlib import Path
from typing import Any, Protocol

from redis import Redis

from app.bus.server import EmbeddedServer
from tests.fixtures.cluster import Node, RedisCluster
from tests.fixtures.system import until
from tests.proxy import Proxy


class Servers(Protocol):
    """What an arena needs of its Redis."""

    url: str
    """What the services are told."""
    direct: str
    """The same without a proxy in between, for who audits."""

    def parts(self) -> list[str]:
        """Return the address of every server that holds a part."""

    def strike(self, kind: str) -> None:
        """Let one blow happen: `redis` is a SIGKILL, the others happen to the lines."""

    def close(self) -> None:
        """End everything."""


class Lone:
    """One server on a unix socket, reached through the proxy."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedServer(folder / "redis")
        self.direct = self._server.start()
        self._proxy = Proxy(self.direct.removeprefix("unix://"))
        self._proxy.__enter__()
        self.url = self._proxy.url

    def parts(self) -> list[str]:
        return [self.direct]

    def strike(self, kind: str) -> None:
        match kind:
            case "redis":
                self._kill()
            case "cut":
                self._proxy.cut()
            case "refuse":
                self._proxy.refuse(1.0)
            case "slow":
                self._proxy.slow(0.02, 400_000, 2.0)
            case "swallow":
                self._proxy.swallow(1.0)
            case "unanswered":
                self._proxy.cut_answers(5)

    def _kill(self) -> None:
        assert self._server.pid is not None
        os.kill(self._server.pid, signal.SIGKILL)
        until(lambda: not self._server.alive(), "the end of Redis")
        self._server.start()

    def memory(self) -> int:
        """Return the bytes it uses."""
        with Redis.from_url(self.direct, protocol=2) as client:
            said: dict[str, Any] = client.info("memory")
        return int(said["used_memory"])

    def close(self) -> None:
        self._proxy.__exit__()
        self._server.stop()


class Spread:
    """A cluster: masters die and their replicas take over."""

    def __init__(self, cluster: RedisCluster, partitions: int, seed: int) -> None:
        self._cluster, self._partitions, self._chance = cluster, partitions, random.Random(seed)
        self.url = self.direct = cluster.url
        self.promoted = 0
        """How many replicas took over."""
        cluster.empty()

    def parts(self) -> list[str]:
        return [f"redis://127.0.0.1:{node.port}" for node in self._living() if node.master]

    def strike(self, kind: str) -> None:
        match kind:
            case "redis":
                self._cluster.restart()
                self._cluster.kill_master(self._chance.randrange(self._partitions))
                self.promoted += 1
            case "cut":
                for node in self._living():
                    node.client.execute_command("CLIENT", "KILL", "TYPE", "normal")
            case "swallow":
                self._hang()

    def _hang(self) -> None:
        """Stop a master for so short that nobody takes it for dead."""
        holder = self._cluster.owner(f"{{p{self._chance.randrange(self._partitions)}}}")
        os.kill(holder.pid, signal.SIGSTOP)
        time.sleep(0.8)
        os.kill(holder.pid, signal.SIGCONT)

    def _living(self) -> list[Node]:
        return [node for node in self._cluster.nodes if node.alive]

    def close(self) -> None:
        self._cluster.empty()
