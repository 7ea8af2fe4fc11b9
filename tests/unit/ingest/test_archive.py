import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import structlog
from blockbuster import BlockingError, blockbuster_ctx

from app.clock import ManualClock
from app.config import Config
from app.domain.brand import Brand
from app.domain.mention import Heartbeat
from app.domain.tally import contribution, reduce
from app.errors import StoreUnavailable
from app.service import Context
from app.store.engine import Store
from ingest.archive import SCRUB_EVERY, ArchiveService, keep
from tests.fixtures.archive import AnalysedStream, Killed, entry
from tests.fixtures.store import NOON, gone, losses, said

pytestmark = pytest.mark.anyio


@pytest.fixture
def stream():
    return AnalysedStream()


@pytest.fixture
def context(tmp_path, clock, store, identity, stream):
    config = Config(brands=(Brand("nordlicht", "Nordlicht Strom", "nordlicht"),))
    return Context(config, tmp_path, clock, stream, store, identity)


@pytest.fixture
def settled(identity):
    """Nine mentions as analysis settles them: three batches, each followed by its tally delta, and a heartbeat."""
    entries = [entry(0, Heartbeat(NOON))]
    for batch in range(3):
        rows = [said(identity, f"at://{batch}/{n}") for n in range(3)]
        entries += [entry(len(entries) + n, row) for n, row in enumerate(rows)]
        author = identity.author("bluesky", "did:plc:anna")
        entries.append(entry(len(entries), delta=reduce(contribution(row, author) for row in rows)))
    return entries


def pairs(entries):
    return [(one.payload.mention.key, "nordlicht") for one in entries if hasattr(one.payload, "mention")]


def log_size(store):
    return Path(f"{store.url.database}-wal").stat().st_size


async def test_what_is_settled_is_kept_and_acknowledged(context, stream, settled):
    stream.entries = settled
    archive = ArchiveService(context)
    assert not context.ready.is_set()
    with blockbuster_ctx("ingest"):
        assert await archive.step() == len(settled)
    assert context.ready.is_set()
    assert losses(context.store, pairs(settled)) == []
    assert stream.pending == {}


async def test_an_archive_that_writes_on_the_event_loop_is_caught(context, stream, settled):
    """The planted fault: SQL between two frames of everybody else."""

    class Blocking(ArchiveService):
        async def _settle(self, entries):
            with closing(sqlite3.connect(self._store.url.database)) as raw:
                raw.execute("BEGIN IMMEDIATE")

    stream.entries = settled
    with blockbuster_ctx("ingest"), pytest.raises(BlockingError):
        await Blocking(context).step()


async def test_run_goes_on_until_something_ends_it_and_lets_entries_gather(context, settled, clock):
    class Ending(AnalysedStream):
        async def trim(self):
            if clock.monotonic() > 2:
                raise Killed
            return await super().trim()

    with pytest.raises(Killed):
        await ArchiveService(replace(context, bus=Ending(settled))).run()
    assert clock.monotonic() == pytest.approx(2.2, abs=0.15)
    assert losses(context.store, pairs(settled)) == []


async def test_a_kill_between_commit_and_acknowledge_doubles_nothing(context, stream, settled):
    stream.entries, stream.kill_before_acknowledge = settled, True
    with pytest.raises(Killed):
        await ArchiveService(context).step()
    assert len(stream.pending) == len(settled)

    stream.kill_before_acknowledge = False
    stream.restart()
    await ArchiveService(context).step()
    assert losses(context.store, pairs(settled)) == []
    assert stream.pending == {}


async def test_a_kill_before_the_commit_loses_nothing(context, stream, settled):
    class Dying(ArchiveService):
        def _write(self, entries):
            with self._store.transaction() as tx:
                keep(tx, entries)
                raise Killed

    stream.entries = settled
    with pytest.raises(Killed):
        await Dying(context).step()
    assert losses(context.store, pairs(settled)) != []
    stream.restart()
    await ArchiveService(context).step()
    assert losses(context.store, pairs(settled)) == []


async def test_an_archive_that_acknowledges_before_it_commits_is_caught(context, stream, settled):
    """The planted fault: the loss counter must see what such an archive loses in a kill."""

    class Hasty(ArchiveService):
        async def _settle(self, entries):
            await self._bus.acknowledge("archive", entries)
            raise Killed

    stream.entries = settled
    with pytest.raises(Killed):
        await Hasty(context).step()
    stream.restart()
    await ArchiveService(context).step()
    assert losses(context.store, pairs(settled)) == [
        "0 rows for 9 ids",
        "9 ids have no row",
        "nordlicht counts 0 for 9 mentions",
    ]


async def test_an_archive_that_counts_every_delivery_is_caught(context, stream, settled):
    """The planted fault: tallies added again with a new id for the same entry."""
    stream.entries = settled
    await ArchiveService(context).step()
    with context.store.transaction() as tx:
        keep(tx, [msgspec.structs.replace(one, id=f"again-{one.id}") for one in settled])
    assert losses(context.store, pairs(settled)) == ["nordlicht counts 18 for 9 mentions"]


async def test_a_locked_database_is_waited_for_and_everything_stays_pending(context, stream, settled):
    holder = Store(context.store.url, context.clock)
    lock = holder.transaction()

    class Releasing(ManualClock):
        def __init__(self):
            super().__init__(NOON)
            self.naps = []

        async def sleep(self, seconds):
            self.naps.append(seconds)
            assert len(stream.pending) == len(settled)
            if len(self.naps) == 8:
                lock.__exit__(None, None, None)
            await super().sleep(seconds)

    stream.entries = settled
    impatient = Store(context.store.url, context.clock, busy=0.01)
    impatient.secret()
    lock.__enter__()
    clock = Releasing()
    with structlog.testing.capture_logs() as logged:
        await ArchiveService(replace(context, clock=clock, store=impatient)).step()
    assert clock.naps == [0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 10.0, 10.0]
    assert {(line["event"], line.get("what")) for line in logged} == {("waiting", "store"), ("going on", None)}
    assert "locked" in logged[0]["reason"]
    assert losses(context.store, pairs(settled)) == []
    assert stream.pending == {}
    impatient.close()
    holder.close()


async def test_a_bus_that_is_away_is_waited_for(context, stream, settled):
    stream.entries, stream.away = settled, 3
    with structlog.testing.capture_logs() as logged:
        await ArchiveService(context).step()
    assert [line.get("what") for line in logged] == ["bus", "bus", "bus", None]
    assert losses(context.store, pairs(settled)) == []


async def test_a_broken_entry_is_set_aside_and_stops_no_other(context, stream, settled, identity):
    broken = said(identity, "at://broken", at=float("nan"))
    stream.entries = [*settled[:2], entry(99, broken), *settled[2:]]
    with structlog.testing.capture_logs() as logged:
        await ArchiveService(context).step()
    assert [(line["event"], line["entry"]) for line in logged] == [("set aside", "000099-0")]
    assert stream.aside == {"000099-0": f"the archive cannot keep it: {logged[0]['error']}"}
    assert losses(context.store, pairs(settled)) == []
    assert stream.pending == {}


async def test_a_database_that_fails_halfway_through_single_entries_is_asked_again(context, stream, settled, identity):
    class Failing(ArchiveService):
        failures = 1

        def _write(self, entries):
            if len(entries) == 1 and self.failures:
                self.failures -= 1
                raise StoreUnavailable("The database is locked.")
            return super()._write(entries)

    stream.entries = [*settled, entry(99, said(identity, "at://broken", at=float("nan")))]
    await Failing(context).step()
    assert losses(context.store, pairs(settled)) == []


async def test_a_deletion_wipes_and_is_scrubbed_out_of_the_file(context, stream, settled, clock):
    victim = settled[1].payload
    stream.entries = [*settled, entry(50, gone(victim), 2, before=None)]
    archive = ArchiveService(context)
    await archive.step()
    assert log_size(context.store) == 0
    with context.store.reading() as tx:
        assert tx.mentions.known([victim.mention.key])[victim.mention.key].contribution is None

    stream.entries.append(entry(51, gone(settled[2].payload), 2))
    await archive.step()
    assert log_size(context.store) > 0
    clock.advance(SCRUB_EVERY)
    await archive.step()
    assert log_size(context.store) == 0


async def test_what_was_wiped_just_before_a_kill_is_scrubbed_after_the_start(context, stream, settled):
    stream.entries = [*settled, entry(50, gone(settled[1].payload), 2)]
    stream.kill_before_acknowledge = True
    with pytest.raises(Killed):
        await ArchiveService(context).step()
    assert log_size(context.store) > 0
    stream.entries, stream.delivered = [], 0
    await ArchiveService(context).step()
    assert log_size(context.store) == 0


async def test_streams_are_trimmed_once_a_second(context, stream, clock):
    archive = ArchiveService(context)
    for _ in range(10):
        await archive.step()
        clock.advance(0.25)
    assert stream.trims == 3
