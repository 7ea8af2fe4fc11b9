import os

import pytest

from app.clock import ManualClock
from ingest.connector import Setting
from ingest.connectors import files
from ingest.connectors.files import FilesConnector, FilesOptions
from tests.intake import Told

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(20)]

HEAD = "id,date,text\n"


def connector(folder, told=None, **options):
    given = FilesOptions(path=folder, **options)
    return FilesConnector(Setting("export", given, ManualClock(1_795_291_200.0), folder, told or Told()))


def put(folder, name, *numbers, age=0):
    path = folder / name
    path.write_text(HEAD + "".join(f"{n},2026-11-21 1{n % 10}:00,Nordlicht {n}\n" for n in numbers))
    os.utime(path, ns=(1, 1_000_000_000 + age))


async def taken(batches, count):
    """Collect so many events and the cursor after them."""
    ids, cursor = [], None
    while len(ids) < count:
        batch = await anext(batches)
        ids += [event.id for event in batch.events]
        cursor = batch.cursor or cursor
    return ids, cursor


async def test_tables_are_read_once_and_again_when_they_change(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "BATCH", 2)
    put(tmp_path, "a.csv", 1, 2, 3)
    (tmp_path / "note.txt").write_text("no table")
    batches = connector(tmp_path, zone="Europe/Berlin").listen(None)
    ids, cursor = await taken(batches, 2)
    assert ids == ["1", "2"]
    await batches.aclose()
    batches = connector(tmp_path).listen(cursor)
    assert (await taken(batches, 1))[0] == ["3"]
    put(tmp_path, "b.csv", 4)
    assert (await taken(batches, 1))[0] == ["4"]
    put(tmp_path, "a.csv", 1, 2, 3, 5, age=1)
    ids, cursor = await taken(batches, 4)
    assert ids == ["1", "2", "3", "5"]
    (tmp_path / "a.csv").unlink()
    put(tmp_path, "c.csv", 6)
    _, cursor = await taken(batches, 1)
    assert "a.csv" not in cursor
    await batches.aclose()
    assert (await taken(connector(tmp_path).listen("{broken"), 2))[0] == ["4", "6"]


async def test_what_cannot_be_read_is_told_and_holds_nothing_up(tmp_path):
    told = Told()
    (tmp_path / "bad.csv").write_text("x,y\n1,2\n")
    put(tmp_path, "good.csv", 1)
    with (tmp_path / "good.csv").open("a") as file:
        file.write("2,gestern,Nordlicht\n")
    batches = connector(tmp_path, told).listen(None)
    found = [await anext(batches) for _ in range(3)]
    assert [event.id for batch in found for event in batch.events] == ["1"]
    assert sum(batch.unreadable for batch in found) == 2
    assert "a row without a good published_at" in {batch.fault for batch in found}
    put(tmp_path, "later.csv", 3)
    assert (await taken(batches, 1))[0] == ["3"]
    assert any("bad.csv: No column seems to mean" in reason for _, reason in told.said)
    await batches.aclose()


async def test_a_folder_that_is_not_there_is_told(tmp_path):
    told = Told()
    put(tmp_path, "a.csv", 1)

    class Appears(ManualClock):
        async def sleep(self, seconds):
            if not (tmp_path / "no").exists():
                (tmp_path / "no").symlink_to(tmp_path)
            await super().sleep(seconds)

    clock = Appears(1_795_291_200.0)
    batches = FilesConnector(Setting("e", FilesOptions(path=tmp_path / "no"), clock, tmp_path, told)).listen(None)
    assert (await taken(batches, 1))[0] == ["1"]
    assert told.said[0][0] == "unreachable"
    assert told.causes[0] == "setting"
    await batches.aclose()
    assert "1 files" in await connector(tmp_path).probe()
    with pytest.raises(ValueError, match="Europe/Berlin"):
        FilesOptions(path=tmp_path, zone="Mars")
