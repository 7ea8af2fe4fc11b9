"""The shortest installation there is, to be backed up under load and restored elsewhere."""

from pathlib import Path

import anyio
from anyio import to_thread

from app.backup import Destination, back_up, restore
from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import SystemClock
from app.domain.actor import LOOPBACK
from app.service import Context
from app.store.engine import open_store
from ingest.archive import ArchiveService
from tests.fixtures.store import losses
from tests.fixtures.system import until
from tests.traffic import IDENTITY, counted, said, work

CLOCK = SystemClock()
MENTIONS = 2_000
SPAN = range(MENTIONS)


def unwatched(stage: str, done: int, whole: int) -> None:
    """Look away."""


class Installation:
    """A data folder with its Redis, archive and the shortest services there are."""

    def __init__(self, folder: Path, database: str | None = None, redis: str | None = None) -> None:
        self._server = None if redis else EmbeddedServer(folder / "redis")
        self.url = redis or (self._server.start() if self._server else "")
        self.store = open_store(database or folder / "emberwatch.sqlite", clock=CLOCK)
        self.bus = RedisBus(self.url, partitions=2, lag_limit=10**6, clock=CLOCK)
        self._archive = ArchiveService(Context(None, folder, CLOCK, self.bus, self.store, IDENTITY, {"consumer": "a"}))

    async def publish(self, numbers: range) -> None:
        for start in range(numbers.start, numbers.stop, 100):
            await self.bus.publish([said(number) for number in range(start, min(start + 100, numbers.stop))])

    async def analyse(self) -> int:
        return len(await work(self.bus, claim=False))

    async def settle(self) -> None:
        """Work until nothing waits; also on what the workers of the backup's moment held."""
        await work(self.bus, claim=True)
        while await self.analyse():
            pass
        with anyio.fail_after(20):
            while (await self.bus.lag())["archive"]:
                await self._archive.step()

    async def serve(self) -> None:
        while True:
            await self.analyse()
            await self._archive.step()

    async def archived(self, number: int) -> None:
        """Wait until so many mentions are archived, so that the next backup holds other ones than the last."""
        await to_thread.run_sync(until, lambda: self.rows() >= number, f"{number} mentions are archived")

    def rows(self) -> int:
        with self.store.reading() as tx:
            return tx.mentions.count()

    def audit(self, numbers: range) -> list[str]:
        """Return what is missing or doubled."""
        return losses(self.store, {(IDENTITY.key("forum", str(number)), "acme") for number in numbers})

    async def close(self) -> None:
        await self.bus.close()
        self.store.close()
        if self._server:
            self._server.stop()


async def made_under_load(
    folder: Path, files: list[Path], database: str | None = None, redis: str | None = None
) -> None:
    """Back up, perhaps several times, while mentions are published, analysed and archived."""
    system = Installation(folder, database, redis)
    await system.bus.open()
    async with anyio.create_task_group() as group:
        group.start_soon(system.serve)
        for number, file in enumerate(files):
            part = MENTIONS // len(files)
            await system.archived(number * part)
            async with anyio.create_task_group() as publishing:
                publishing.start_soon(system.publish, range(number * part, (number + 1) * part))
                await to_thread.run_sync(back_up, system.store, system.url, file, LOOPBACK, CLOCK, unwatched)
        group.cancel_scope.cancel()
    await system.close()


async def restored(folder: Path, file: Path, database: str | None = None, redis: str | None = None) -> list[str]:
    """Restore, work off what waited, publish everything again, and return what is wrong."""
    restore(file, Destination(folder, database, redis), LOOPBACK, CLOCK, unwatched)
    system = Installation(folder, database, redis)
    await system.bus.open()
    await system.settle()
    with system.store.reading() as tx:
        rows, total = tx.mentions.count(), tx.tallies.total("acme")
    wrong = [] if rows == total == await counted(system.bus) else [f"{rows} rows, {total} counted at first"]
    await system.publish(SPAN)
    await system.settle()
    wrong += system.audit(SPAN)
    if (on_bus := await counted(system.bus)) != MENTIONS:
        wrong.append(f"the bus counts {on_bus}")
    await system.close()
    return wrong
