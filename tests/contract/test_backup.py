"""A backup made under load, restored elsewhere: nothing lost, nothing doubled, and work goes on from there."""

import zipfile
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from app.backup import Destination, back_up, restore
from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import SystemClock
from app.domain.actor import LOOPBACK
from app.errors import Conflict, WrongInput
from app.service import Context
from app.store.engine import Store, open_store
from ingest.archive import ArchiveService
from tests.fixtures.store import losses
from tests.traffic import IDENTITY, counted, said, work

pytestmark = pytest.mark.anyio
CLOCK = SystemClock()
MENTIONS = 2_000
SPAN = range(MENTIONS)


def unwatched(stage: str, done: int, whole: int) -> None:
    """Look away."""


class Installation:
    """A data folder with its Redis, archive and the shortest services there are."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self.server = EmbeddedServer(folder / "redis")
        self.url = self.server.start()
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

    def audit(self, numbers: range) -> list[str]:
        """Return what is missing or doubled."""
        return losses(self.store, {(IDENTITY.key("forum", str(number)), "acme") for number in numbers})

    async def close(self) -> None:
        await self.bus.close()
        self.store.close()
        self.server.stop()


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("b")


async def made_under_load(folder: Path, files: list[Path], database: str | None = None) -> None:
    """Back up twice while mentions are published, analysed and archived."""
    system = Installation(folder, database)
    await system.bus.open()
    async with anyio.create_task_group() as group:
        group.start_soon(system.serve)
        for number, file in enumerate(files):
            part = MENTIONS // len(files)
            async with anyio.create_task_group() as publishing:
                publishing.start_soon(system.publish, range(number * part, (number + 1) * part))
                await to_thread.run_sync(back_up, system.store, system.url, file, LOOPBACK, CLOCK, unwatched)
        group.cancel_scope.cancel()
    await system.close()


async def restored(folder: Path, file: Path, database: str | None = None) -> list[str]:
    """Restore, work off what waited, publish everything again, and return what is wrong."""
    restore(file, Destination(folder, database), LOOPBACK, CLOCK, unwatched)
    system = Installation(folder, database)
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


async def test_a_backup_under_load_is_restored_without_loss_or_double_and_torn_ones_are_caught(place: Path):
    first, second = place / "first.zip", place / "second.zip"
    await made_under_load(place / "from", [first, second])
    assert not await restored(place / "to", first)
    assert not await restored(place / "to2", second)
    assert await restored(place / "lost", woven(place / "lost.zip", archive=first, redis=second))
    assert await restored(place / "doubled", woven(place / "doubled.zip", archive=second, redis=first))


def woven(file: Path, *, archive: Path, redis: Path) -> Path:
    """Plant a fault: a backup whose two halves are of different moments."""
    with zipfile.ZipFile(file, "w") as target, zipfile.ZipFile(archive) as one, zipfile.ZipFile(redis) as other:
        for source, name in ((one, "manifest.json"), (one, "store.sqlite"), (other, "redis-0.rdb")):
            target.writestr(name, source.read(name))
    return file


async def test_what_is_no_backup_or_damaged_or_in_the_way_is_told_and_nothing_changes(place: Path):
    file = place / "b.zip"
    await made_under_load(place / "from", [file])
    with (
        closing(open_store(place / "from" / "emberwatch.sqlite", clock=CLOCK)) as store,
        pytest.raises(Conflict, match="name another file"),
    ):
        back_up(store, "unix:///nowhere", file, LOOPBACK, CLOCK, unwatched)
    with pytest.raises(Conflict, match=r"already holds emberwatch\.sqlite and redis/appendonlydir"):
        restore(file, Destination(place / "from"), LOOPBACK, CLOCK, unwatched)
    bytes_of = bytearray(file.read_bytes())
    bytes_of[len(bytes_of) // 2] ^= 255
    (place / "bad.zip").write_bytes(bytes_of)
    (place / "text.zip").write_text("hello")
    for name, said_so in (("bad.zip", "damaged"), ("text.zip", "is no backup"), ("none.zip", "There is no file")):
        with pytest.raises(WrongInput, match=said_so):
            restore(place / name, Destination(place / "new"), LOOPBACK, CLOCK, unwatched)
    assert not list((place / "new").glob("*"))
    assert file.stat().st_mode & 0o077 == 0


def audits(store: Store) -> list[str]:
    with store.reading() as tx:
        return [entry.verb for entry in tx.audit.find().items]


async def test_backing_up_and_restoring_leave_an_audit_row_each(place: Path):
    file = place / "b.zip"
    await made_under_load(place / "from", [file])
    restore(file, Destination(place / "to"), LOOPBACK, CLOCK, unwatched)
    for folder, verb in (("from", "backup.make"), ("to", "backup.restore")):
        with closing(open_store(place / folder / "emberwatch.sqlite", clock=CLOCK)) as store:
            assert verb in audits(store)
