"""One process of `emberwatch up` or `run --workers`, started again whenever it dies."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL

import anyio
import structlog
from anyio.abc import Process

from app.clock import Clock
from app.parent import VARIABLE
from app.seat import seat

FIRST_PAUSE, LAST_PAUSE = 0.2, 10.0
HEALTHY = 60.0
"""Seconds a process has to live before its pauses start over."""
GRACE = 10.0
"""Seconds a process has to stop by itself before it is killed."""

ALONE = {"OPENBLAS_NUM_THREADS": "1"}
"""Unless the environment says otherwise: workers share the cores by themselves, threads of numpy get in the way."""
WORKER, WORKERS, LOG = "EMBERWATCH_WORKER", "EMBERWATCH_WORKERS", "EMBERWATCH_LOG"
"""In a child's environment: its name among all workers on all machines, how many are like it, its log file if any."""

_log = structlog.get_logger("child")


@contextmanager
def seated(data: Path, service: str, number: int) -> Iterator[list[str]]:
    """Hold the names of several workers of a service for the processes that come and go under them."""
    with ExitStack() as stack:
        yield [stack.enter_context(seat(data, service)) for _ in range(number)]


async def heed_signals(stopping: anyio.CancelScope, hard: anyio.Event, say: Callable[[], None] = lambda: None) -> None:
    """Cancel at the first Ctrl-C or SIGTERM, after `say`; set `hard` at a second Ctrl-C."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async for number in signals:
            if not stopping.cancel_called:
                say()
                stopping.cancel()
            elif number == signal.SIGINT:
                hard.set()


class Child:
    """A process in a session of its own, so that a Ctrl-C in the terminal reaches only the supervisor."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        clock: Clock,
        *,
        hard: anyio.Event,
        environment: Mapping[str, str] | None = None,
        died: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.name = name
        self.pid: int | None = None
        self.started_at = 0.0
        self._command = command
        self._clock = clock
        self._hard = hard
        self._died = died
        self._environment = dict(environment or {})

    async def keep(self) -> None:
        """Run it until cancelled; then ask it to stop, and kill it when `GRACE` is over or `hard` is set."""
        pause = FIRST_PAUSE
        while True:
            began = self._clock.monotonic()
            code = await self._once()
            if self._clock.monotonic() - began >= HEALTHY:
                pause = FIRST_PAUSE
            self._died(self.name)
            _log.error("process died", service=self.name, reason=_reason(code), pause=pause)
            await self._clock.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)

    async def _once(self) -> int:
        self.started_at = self._clock.now()
        process = await anyio.open_process(
            self._command, stdin=DEVNULL, stdout=None, stderr=None, start_new_session=True, env=self._told()
        )
        self.pid = process.pid
        try:
            return await process.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await self._end(process)
            self.pid = None

    def _told(self) -> dict[str, str]:
        return {**ALONE, **os.environ, **self._environment, VARIABLE: str(os.getpid())}

    async def _end(self, process: Process) -> None:
        if process.returncode is None:
            _signal(process.pid, signal.SIGTERM, whole=False)
            with anyio.move_on_after(GRACE):
                async with anyio.create_task_group() as group:
                    group.start_soon(self._wait_for_hard, group.cancel_scope)
                    await process.wait()
                    group.cancel_scope.cancel()
        _signal(process.pid, signal.SIGKILL, whole=True)  # and whatever it may have started
        await process.wait()

    async def _wait_for_hard(self, scope: anyio.CancelScope) -> None:
        await self._hard.wait()
        scope.cancel()


def _signal(pid: int, number: signal.Signals, *, whole: bool) -> None:
    with suppress(ProcessLookupError, PermissionError):
        (os.killpg if whole else os.kill)(pid, number)


def _reason(code: int) -> str:
    return f"ended with code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
