"""Runs services in one task group: starts each again with growing pauses, reports which are ready, stops gracefully."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.lowlevel
import structlog
from anyio import to_thread
from anyio.abc import TaskStatus

from app import log
from app.bus.port import Bus
from app.clock import Clock
from app.config import Config, ConfigFile
from app.domain.fault import Fault, Part
from app.domain.identity import Identity
from app.errors import BusUnavailable, EmberwatchError, Unavailable
from app.installation import make_bus, open_archive
from app.metrics import RESTARTS
from app.service import Context, Service
from app.watchlist import Watchlist

FIRST_PAUSE, LAST_PAUSE = 0.2, 10.0
HEALTHY = 60.0
"""Seconds a service has to work before its pauses start over."""
BEAT = 5.0
"""Seconds between two reports that a service is ready."""

T = TypeVar("T")
_log = structlog.get_logger("runner")


async def run(
    services: Mapping[str, type[Service]],
    config: Config,
    data: Path,
    clock: Clock,
    options: dict[str, str],
    worker: str,
    file: ConfigFile | None = None,
) -> None:
    """Run services until SIGINT or SIGTERM; each gets an open bus and store, waited for as long as it takes.

    `worker` is what this process is called among all workers on all machines; `file` is read again when it changes.
    """
    async with anyio.create_task_group() as group:
        await group.start(_stop_on_signal, group.cancel_scope)  # before anything is said that somebody may answer
        faults: dict[str, Fault] = {}
        async with AsyncExitStack() as stack:
            async with anyio.create_task_group() as meanwhile:
                for service in services.values():
                    if answer := getattr(service, "meanwhile", None):
                        meanwhile.start_soon(answer, options, faults)
                context = await stack.enter_async_context(opened(config, data, clock, options, faults, file))
                meanwhile.cancel_scope.cancel()
            async with anyio.create_task_group() as running:
                running.start_soon(context.watchlist.run)
                for name, service in services.items():
                    running.start_soon(keep, name, service, replace(context, worker=worker))


async def _stop_on_signal(scope: anyio.CancelScope, *, task_status: TaskStatus[None]) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for _ in signals:
            scope.cancel()
            return


@asynccontextmanager
async def opened(
    config: Config,
    data: Path,
    clock: Clock,
    options: dict[str, str],
    faults: dict[str, Fault] | None = None,
    file: ConfigFile | None = None,
) -> AsyncIterator[Context]:
    """Open bus, store and watchlist, trying while they are away, with why in `faults`, and close them at the end."""
    told = {} if faults is None else faults

    async def connect() -> Bus:
        bus = make_bus(config, data, clock)
        try:
            await bus.open()
        except BaseException:
            await bus.close()
            raise
        return bus

    bus = await insist("redis", connect, clock, told)
    store = None
    try:
        store = await insist("archive", lambda: to_thread.run_sync(open_archive, data, clock), clock, told)
        watchlist = Watchlist(config, bus, store, clock, file)
        await insist("archive", watchlist.load, clock, told)
        identity = Identity(store.secret())
        yield Context(config, data, clock, bus, store, identity, options, faults=told, following=watchlist)
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(2):
            await bus.close()
        if store is not None:
            store.close()


async def insist(what: Part, attempt: Callable[[], Awaitable[T]], clock: Clock, faults: dict[str, Fault]) -> T:
    """Try until it works; only `Unavailable` is worth another try, and `faults` holds why meanwhile."""
    pause, began = FIRST_PAUSE, clock.now()
    while True:
        try:
            done = await attempt()
        except Unavailable as error:
            faults[what] = Fault(what, error.kind, began, str(error))
            _log.warning("waiting", what=what, reason=str(error), pause=pause)
        else:
            faults.pop(what, None)
            return done
        await clock.sleep(pause)
        pause = min(2 * pause, LAST_PAUSE)


async def keep(name: str, service: type[Service], context: Context) -> None:
    """Run a service for ever, starting it again whenever it fails or ends."""
    pause = FIRST_PAUSE
    while True:
        began = context.clock.monotonic()
        reason = await _once(name, service, replace(context, ready=anyio.Event()))
        await anyio.lowlevel.checkpoint()  # a service that ends because it is cancelled has not failed
        if context.clock.monotonic() - began >= HEALTHY:
            pause = FIRST_PAUSE
        RESTARTS.labels(name).inc()
        _log.error(
            "service failed",
            service=name,
            reason=_sentence(reason),
            pause=pause,
            exc_info=None if isinstance(reason, EmberwatchError) else reason,
        )
        await context.clock.sleep(pause)
        pause = min(2 * pause, LAST_PAUSE)


async def _once(name: str, service: type[Service], context: Context) -> Exception:
    """Run a service once and return why it ended."""
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_report, name, context)
            await service(context).run()
            group.cancel_scope.cancel()
    except Exception as error:  # noqa: BLE001 # whatever a service dies of, it is started again
        return error
    return RuntimeError("it ended by itself")


async def _report(name: str, context: Context) -> None:
    """Tell the bus that a service is ready, from then on and as long as it runs, at once if what it watches changes."""
    await context.ready.wait()
    _log.info("service ready", service=name)
    async with anyio.create_task_group() as group:
        group.start_soon(_report_changes, name, context)
        while True:
            await _tell(name, context)
            await context.clock.sleep(BEAT)


async def _report_changes(name: str, context: Context) -> None:
    async for _ in context.watchlist.changes():
        await _tell(name, context)


async def _tell(name: str, context: Context) -> None:
    now, word = context.clock.now(), context.watchlist.in_force.word
    try:
        await context.bus.report_service(name, context.worker, now, word, _fault(context, now))
    except BusUnavailable as error:
        _log.warning("cannot report", service=name, reason=str(error))


def _fault(context: Context, now: float) -> Fault | None:
    refused = context.store.refusal()
    if refused and refused.kind != "busy":
        return Fault("archive", refused.kind, now, str(refused))
    own = (context.faults.get(name) for name in ("analysis", "alerts", "heartbeat"))
    return next(iter(context.watchlist.faults), None) or next(filter(None, own), None)


def _sentence(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return log.said(error)
