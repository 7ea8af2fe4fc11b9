"""`emberwatch up`: Redis, then one process per service; started again whenever they die, stopped together."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import structlog
from anyio import to_thread

from app import metrics
from app.bus.port import Bus
from app.bus.server import EmbeddedServer
from app.child import FIRST_PAUSE, LAST_PAUSE, LOG, WORKER, WORKERS, Child, heed_signals, seated
from app.clock import Clock
from app.config import Config
from app.errors import BusUnavailable, EmberwatchError, Unavailable
from app.installation import make_bus, open_archive
from app.marking import elsewhere
from app.progress import Progress
from app.seat import short

LOOK = 0.1
"""Seconds between two looks at what is ready, and at Redis."""
PATIENCE = 20.0
"""Seconds until it is said who is still missing."""

FAREWELL = 5.0
"""Seconds an earlier Redis on the same data may take to end."""
ANYWHERE = {"0.0.0.0", "::", "localhost"}  # noqa: S104 # told apart here, not bound to
"""Hosts that are reached at 127.0.0.1."""

_log = structlog.get_logger("up")


@dataclass(frozen=True)
class Plan:
    """What is to run, and where."""

    config: Config
    config_path: Path
    data: Path
    services: Sequence[str]
    host: str = "127.0.0.1"
    port: int = 8050
    no_demo: bool = False
    workers: Mapping[str, int] = field(default_factory=dict)
    """Service → how many processes; one each where it says nothing."""
    insecure: bool = False

    def command(self, service: str) -> list[str]:
        """Return the command line of a service's process; -P keeps the working folder off the import path."""
        return [
            *(sys.executable, "-P", "-m", "app.cli", "run", service),
            *("--config", str(self.config_path), "--data", str(self.data)),
            *("--host", self.host, "--port", str(self.port)),
            *(("--no-demo",) if self.no_demo else ()),
            *(("--insecure",) if self.insecure else ()),
        ]

    @property
    def address(self) -> str:
        """Return where the first wall is seen from this machine."""
        host = "127.0.0.1" if self.host in ANYWHERE else self.host
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}/wall/{self.config.walls[0].id}"


class Supervisor:
    """Starts everything on this machine, keeps it running and leaves nothing behind."""

    def __init__(self, plan: Plan, clock: Clock, progress: Progress) -> None:
        self._plan = plan
        self._clock = clock
        self._progress = progress
        self._hard = anyio.Event()
        self._children: list[tuple[str, str, Child]] = []
        """Service, worker and its process."""

    async def run(self) -> None:
        """Run until Ctrl-C or SIGTERM; a second Ctrl-C stops hard."""
        stopping = anyio.CancelScope()
        with ExitStack() as seats:
            for service in self._plan.services:
                number = self._plan.workers.get(service, 1)
                for worker in seats.enter_context(seated(self._plan.data, service, number)):
                    self._children.append((service, worker, self._child(service, worker, number)))
            async with anyio.create_task_group() as group:
                group.start_soon(heed_signals, stopping, self._hard, self._farewell)
                with stopping:
                    await self._everything()
                group.cancel_scope.cancel()

    def _child(self, service: str, worker: str, number: int) -> Child:
        name = service if number == 1 else short(worker)
        told = {WORKER: worker, WORKERS: str(number), LOG: name}
        command = self._plan.command(service)
        return Child(name, command, self._clock, hard=self._hard, environment=told, died=self._died)

    def _farewell(self) -> None:
        self._progress.done()
        self._progress.say("Wird beendet … / Stopping …")

    async def _everything(self) -> None:
        redis = None
        if not elsewhere(self._plan.data, "REDIS_URL"):
            redis = EmbeddedServer(self._plan.data / "redis", self._plan.config.bus.aof)
        try:
            async with anyio.create_task_group() as group:
                if redis:
                    self._progress.waiting("Redis …")
                    await self._start_redis(redis)
                    group.start_soon(self._keep_redis, redis)
                with suppress(Unavailable):  # services wait for it; what is wrong with the configuration is said now
                    await (await self._connect()).close()
                self._progress.waiting("Archive …")
                store = await to_thread.run_sync(open_archive, self._plan.data, self._clock)
                store.close()
                for _, _, child in self._children:
                    group.start_soon(child.keep)
                await self._until_ready()
                self._progress.done()
                address = self._plan.address
                self._progress.say(f"Emberwatch läuft / is running: {address}   (Strg-C beendet / Ctrl-C stops it)")
        finally:
            self._progress.done()
            if redis:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(redis.stop)

    async def _start_redis(self, server: EmbeddedServer) -> None:
        """Start Redis; the one of a supervisor that was killed may need a moment to write what it holds and end."""
        deadline = self._clock.monotonic() + FAREWELL
        while True:
            try:
                await to_thread.run_sync(server.start)
            except BusUnavailable:
                if self._clock.monotonic() > deadline:
                    raise
                await self._clock.sleep(FIRST_PAUSE)
            else:
                return

    async def _keep_redis(self, server: EmbeddedServer) -> None:
        """Start Redis again, on the same folder and socket, whenever it dies."""
        pause = FIRST_PAUSE
        while True:
            while server.alive():
                server.shorten_log()
                await anyio.sleep(LOOK)
            metrics.RESTARTS.labels("redis").inc()
            _log.error("redis died", pause=pause)
            await self._clock.sleep(pause)
            try:
                await to_thread.run_sync(server.start)
                pause = FIRST_PAUSE
            except EmberwatchError as error:
                _log.exception("redis does not start", reason=str(error))
                pause = min(2 * pause, LAST_PAUSE)

    async def _until_ready(self) -> None:
        """Wait for every service's report and for the dashboard's answer, saying from time to time who is missing."""
        bus, told = None, self._clock.monotonic()
        asked = {child.name for _, _, child in self._children}
        try:
            while asked:
                self._progress.waiting(f"{', '.join(sorted(asked))} …")
                await anyio.sleep(LOOK)
                try:
                    bus = bus or await self._connect()
                    reports = await bus.reports()
                except Unavailable:
                    reports = {}
                asked = {
                    child.name
                    for service, worker, child in self._children
                    if (report := reports.get(service, {}).get(worker)) is None or report.at < child.started_at
                }
                if not asked and "dashboard" in self._plan.services and not await self._answers():
                    asked = {"dashboard"}
                if asked and self._clock.monotonic() - told > PATIENCE:
                    told = self._clock.monotonic()
                    missing = ", ".join(sorted(asked))
                    self._progress.say(f"Noch nicht bereit / not ready yet: {missing}. See {self._plan.data / 'logs'}.")
        finally:
            if bus:
                with anyio.CancelScope(shield=True):
                    await bus.close()

    async def _connect(self) -> Bus:
        bus = make_bus(self._plan.config, self._plan.data, self._clock)
        await bus.open()
        return bus

    async def _answers(self) -> bool:
        """Return whether the dashboard answers over HTTP."""
        host = "127.0.0.1" if self._plan.host in ANYWHERE else self._plan.host
        try:
            with anyio.fail_after(5):
                async with await anyio.connect_tcp(host, self._plan.port) as stream:
                    await stream.send(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                    return (await stream.receive(12)).split(b" ")[1][:1] == b"2"
        except (OSError, TimeoutError, anyio.EndOfStream, anyio.BrokenResourceError, IndexError):
            return False

    def _died(self, name: str) -> None:
        metrics.RESTARTS.labels(name).inc()
        metrics.forget(name)
