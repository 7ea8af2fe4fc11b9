"""The data path as it runs in production: a server of its own and a process per service, in a folder that goes away."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from redis import Redis

from app.bus.server import EmbeddedServer
from app.parent import VARIABLE
from benchmarks.posts import CONFIG

PATIENCE = 60.0
PATH = ("analysis", "archive", "alerts")
"""What stands between the stream and the stored row; alerts reads along and has to keep up."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Rig:
    """A server with AOF everysec, services as processes, and a look at what each costs."""

    def __init__(self, folder: Path, services: Sequence[str], *, analyzers: str = "", lag_limit: int = 50_000) -> None:
        self.data, self.config = folder / "data", folder / "config.yaml"
        self._folder = folder
        self.config.write_text(CONFIG.format(analyzers=analyzers, lag_limit=lag_limit), "utf-8")
        self.server = EmbeddedServer(self.data / "redis")
        self.url = self.server.start()
        self.redis: Any = Redis.from_url(self.url, protocol=2)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for number, service in enumerate(services):
            where = ("--config", str(self.config), "--data", str(self.data))
            self._processes[f"{service} {number}"] = self.started("app.cli", "run", service, *where)
        try:
            until(self._all_ready, "the services")
        except BaseException:
            self.close()
            raise

    def _all_ready(self) -> bool:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}: {self.complaints()}")
        return int(self.redis.hlen("ew:services")) >= len(self._processes)

    def started(self, module: str, *words: str) -> "subprocess.Popen[bytes]":
        """Start one of our modules as a process that finds this server; what it prints can be read."""
        outside = {"REDIS_URL", "DATABASE_URL", "PROMETHEUS_MULTIPROC_DIR"}
        environment = {name: value for name, value in os.environ.items() if name not in outside}
        environment[VARIABLE] = str(os.getpid())  # services die with us, however we die
        with (self._folder / "errors.log").open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", module, *words],
                stdout=subprocess.PIPE if module != "app.cli" else errors,
                stderr=errors,
                env=environment,
                start_new_session=True,
            )

    def cpu(self) -> dict[str, float]:
        """Return the processor seconds used so far by stage."""
        used = {"redis": seconds(self.server.pid or 0)}
        for name, process in self._processes.items():
            stage = name.partition(" ")[0]
            used[stage] = used.get(stage, 0.0) + seconds(process.pid)
        return used

    def memory(self) -> int:
        """Return the bytes Redis uses."""
        return int(self.redis.info("memory")["used_memory"])

    def lag(self) -> dict[str, int]:
        """Return the entries not yet settled by group."""
        behind = {}
        for stream in ("ew:{p0}:mentions", "ew:{p0}:analysed"):
            for group in self.redis.xinfo_groups(stream):
                behind[group["name"].decode()] = int(group["pending"]) + int(group.get("lag") or 0)
        return behind

    def counted(self) -> int:
        """Return how many (mention, brand) pairs the tallies of Redis hold."""
        names = self.redis.scan_iter("ew:{p0}:t:*:s:*")
        return sum(int(number) for name in names for number in self.redis.hvals(name))

    def stored(self) -> int:
        """Return how many rows the archive has."""
        with closing(sqlite3.connect(self.data / "emberwatch.sqlite", timeout=10)) as raw:
            return int(raw.execute("SELECT count(*) FROM mention").fetchone()[0])

    def settle(self) -> None:
        """Wait until nothing is left to trim."""
        until(lambda: all(self.redis.xlen(f"ew:{{p0}}:{name}") <= 1 for name in ("mentions", "analysed")), "trimming")

    def remembered(self, sample: int = 1_000) -> float:
        """Return the mean bytes of what is remembered of a mention key, from a sample."""
        found = [name for name, _ in zip(self.redis.scan_iter("ew:{p0}:id:*"), range(sample), strict=False)]
        return sum(int(self.redis.memory_usage(name)) for name in found) / max(len(found), 1)

    def complaints(self) -> str:
        """Return the last lines the processes wrote."""
        return (self._folder / "errors.log").read_text("utf-8", "replace")[-2_000:]

    def close(self) -> None:
        """Stop everything."""
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()
        self.redis.close()
        self.server.stop()


@contextmanager
def rig(services: Sequence[str] = PATH, **more: Any) -> Iterator[Rig]:
    """Set up a rig in a temporary folder and take it away at the end."""
    with tempfile.TemporaryDirectory(prefix="ember-bench-", ignore_cleanup_errors=True) as folder:
        made = Rig(Path(folder), services, **more)
        try:
            yield made
        finally:
            made.close()


def publish(made: Rig, **options: float | str) -> "subprocess.Popen[bytes]":
    """Start `benchmarks.publisher` on a rig; it waits for a line on nothing and prints one JSON line at its end."""
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return made.started("benchmarks.publisher", "--data", str(made.data), "--config", str(made.config), *words)


def said(process: "subprocess.Popen[bytes]", within: float = PATIENCE) -> dict[str, Any]:
    """Return what a publisher or subscriber printed last, as an object."""
    out, _ = process.communicate(timeout=within)
    lines = out.splitlines()
    if process.returncode or not lines:
        raise RuntimeError(f"A process of the benchmark ended with {process.returncode} and said nothing.")
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def seconds(pid: int) -> float:
    """Return the processor seconds of a process, its threads included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def until(condition: Callable[[], bool], what: str, within: float = PATIENCE, pause: float = 0.02) -> None:
    """Wait for a condition; raise `TimeoutError` naming `what`."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {within:g} s in vain for {what}")
        time.sleep(pause)
