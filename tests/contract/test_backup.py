"""A backup made under load, restored elsewhere: nothing lost, nothing doubled, and work goes on from there."""

import struct
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from app.backup import Destination, back_up, restore
from app.domain.actor import LOOPBACK
from app.errors import Conflict, WrongInput
from app.store.engine import Store, open_store
from tests.installation import CLOCK, made_under_load, restored, unwatched

pytestmark = pytest.mark.anyio


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("b")


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
    (place / "text.zip").write_text("hello")
    bad = {f"bad-{at}.zip": at for at in data_of(file)}
    for name, at in bad.items():
        bytes_of = bytearray(file.read_bytes())
        bytes_of[at] ^= 255
        (place / name).write_bytes(bytes_of)
    for name, said_so in {
        **dict.fromkeys(bad, "damaged"),
        "text.zip": "is no backup",
        "none.zip": "There is no file",
    }.items():
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


def data_of(file: Path) -> list[int]:
    """Return five places in the data of each part that is restored; a header's time of day may be anything."""
    whole, places = file.read_bytes(), list[int]()
    with zipfile.ZipFile(file) as packed:
        for part in packed.infolist()[1:]:
            name, extra = struct.unpack_from("<HH", whole, part.header_offset + 26)
            first = part.header_offset + 30 + name + extra
            places += [first + part.compress_size * share // 10 for share in range(3, 8)]
    return places
