import asyncio
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from prometheus_client import REGISTRY

from app.bus.port import Accepted
from app.config import read
from app.domain.mention import Author, AuthorRemoval, Deletion, Mention
from app.store.unheard import DAY, NAME, Unheard, reading
from ingest import unmatched as module
from ingest.publish import Intake
from ingest.unmatched import Unmatched
from tests.fixtures.store import NOON
from tests.intake import MemoryBus, until

pytestmark = pytest.mark.anyio
MEGABYTE = 2**20
CONFIG = "brands:\n  - {id: nord, name: Nord, query: nordlicht}\nsources:\n  - {id: push, connector: push}\n"


def post(number, text="Der Strom ist weg", *, author="anna", **more):
    return Mention("x", str(number), NOON - 10, text, Author(author), **{"received_at": NOON, **more})


def kept(folder):
    """Return the ids that are in the file, newest first."""
    with reading(folder) as file:
        return [one.id for one in file.slice(None, file.top(), 10_000).posts] if file else []


def dropped():
    return REGISTRY.get_sample_value("emberwatch_unmatched_dropped_total") or 0


@pytest.fixture
def unmatched(tmp_path, identity, clock):
    made = Unmatched(tmp_path, 64 * MEGABYTE, identity, clock)
    yield made
    made.close()


@pytest.fixture
def intake(store, identity, clock, unmatched):
    return Intake(read(CONFIG, "config.yaml"), MemoryBus(), store, identity, clock, unmatched)


async def test_what_concerns_nobody_is_kept_and_what_was_deleted_is_not(intake, tmp_path):
    events = [post(1), post(2, "Nordlicht"), post(3), post(4), post(4, author="anna"), post(5, "")]
    assert await intake.take(events, "push") == Accepted(accepted=1, unmatched=5)
    await until(lambda: kept(tmp_path) == ["4", "3", "1"])
    await intake.take([Deletion("x", "3", NOON)], "push")
    assert kept(tmp_path) == ["4", "1"], "a deletion is waited for"


async def test_a_post_deleted_in_its_own_batch_is_not_kept(intake, tmp_path):
    await intake.take([post(1), post(2), Deletion("x", "1", NOON)], "push")
    await until(lambda: kept(tmp_path) == ["2"])


async def test_what_a_rewind_brings_again_of_a_deleted_mention_is_not_kept(intake, tmp_path):
    await intake.take([post(1, "Nordlicht")], "push")
    await intake.take([Deletion("x", "1", NOON)], "push")
    edit = post(1, "Das hier nennt niemanden mehr", edited_at=NOON - 5, revision=5)
    assert await intake.take([edit, post(2)], "push") == Accepted(unmatched=2)
    await until(lambda: kept(tmp_path) == ["2"])


async def test_who_closes_an_account_leaves_the_file_too(intake, tmp_path):
    await intake.take([post(1), post(2, author="berta"), post(3)], "push")
    await intake.take([AuthorRemoval("x", "anna", NOON)], "push")
    await until(lambda: kept(tmp_path) == ["2"])


async def test_an_edit_replaces_and_one_that_matches_now_is_no_longer_kept(intake, tmp_path):
    await intake.take([post(1), post(2)], "push")
    await until(lambda: kept(tmp_path) == ["2", "1"])
    await intake.take([post(1, "anders", edited_at=NOON - 5, revision=5)], "push")
    await intake.take([post(1, "veraltet", revision=3)], "push")
    await intake.take([post(2, "Nordlicht", edited_at=NOON - 5, revision=5)], "push")
    await until(lambda: kept(tmp_path) == ["1"])
    await until(lambda: texts(tmp_path) == ["anders"])


def texts(folder):
    with reading(folder) as file:
        return [one.text for one in file.slice(None, file.top(), 10).posts]


async def test_a_word_that_was_deleted_is_in_none_of_the_files_bytes(unmatched, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TIDY_EVERY", 0.0)
    unmatched.keep([post(1, "unverwechselbar", key="k1"), post(2, "zweitens", key="k2")])
    await until(lambda: kept(tmp_path) == ["2", "1"])
    await unmatched.forget(["k1"])

    def bytes_of():
        return b"".join(path.read_bytes() for path in tmp_path.glob(f"{NAME}*"))

    await until(lambda: b"unverwechselbar" not in bytes_of())
    assert b"zweitens" in bytes_of()


async def test_a_day_and_a_size_bound_the_file(tmp_path, identity, clock):
    file = Unheard(tmp_path / NAME, MEGABYTE)
    long = "x" * 500
    with closing(file):
        for first in range(0, 4_000, 500):
            file.keep([(post(n, long, key=str(n), received_at=NOON + n), "a") for n in range(first, first + 500)])
        while file.trim(NOON):
            pass
        assert file.size() <= MEGABYTE
        ids = kept(tmp_path)
        assert ids[0] == "3999", "the newest stay"
        assert ids == [str(n) for n in range(3_999, 3_999 - len(ids), -1)]
        while file.trim(NOON + 3_990 + DAY):
            pass
        assert kept(tmp_path) == [str(n) for n in range(3_999, 3_989, -1)]


async def test_the_hot_path_waits_for_nothing_whatever_becomes_of_the_file(intake, tmp_path, monkeypatch):
    """Torture: another process holds the file for good, while posts and deletions keep coming."""
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "WAITING", 1_000)
    await intake.take([post("before")], "push")
    await until(lambda: kept(tmp_path) == ["before"])
    lost = dropped()
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        for batch in range(20):
            events = [post(f"{batch}-{n}") for n in range(200)] + [Deletion("x", "before", NOON)]
            assert await intake.take(events, "push") == Accepted(unmatched=201)
        assert time.monotonic() - began < 3, "one deletion waited, no other"
        other.execute("ROLLBACK")
    assert dropped() > lost
    await until(lambda: "before" not in kept(tmp_path), 20)


async def test_more_deletions_than_can_be_owed_empty_the_file(unmatched, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "OWED", 100)
    unmatched.keep([post(1, key="k1"), post(2, key="k2")])
    await until(lambda: kept(tmp_path) == ["2", "1"])
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for n in range(60):
            await unmatched.forget([f"a{n}", f"b{n}"])
        other.execute("ROLLBACK")
    await until(lambda: kept(tmp_path) == [])
    unmatched.keep([post(3, key="k3")])
    await until(lambda: kept(tmp_path) == ["3"])


@pytest.mark.parametrize("damage", ["garbage", "folder"])
async def test_a_file_that_is_none_stops_nobody(tmp_path, identity, clock, damage, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "AGAIN_IN", 0.01)
    if damage == "garbage":
        (tmp_path / NAME).write_bytes(b"no database at all" * 1_000)
    else:
        (tmp_path / NAME).mkdir()
    lost, made = dropped(), Unmatched(tmp_path, MEGABYTE, identity, clock)
    made.keep([post(1, key="k1")])
    await made.forget(["k2"])
    await until(lambda: dropped() == lost + 1)
    if damage == "garbage":
        await until(lambda: (tmp_path / NAME).stat().st_size == 0 or not made._posts)
        made.keep([post(2, key="k2")])
        await until(lambda: kept(tmp_path) == ["2"])
    made.close()


async def test_another_process_may_begin_the_file_anew(unmatched, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TIDY_EVERY", 0.01)
    unmatched.keep([post(1, key="k1")])
    await until(lambda: kept(tmp_path) == ["1"])
    for path in tmp_path.glob(f"{NAME}*"):
        path.unlink()

    def again():
        unmatched.keep([post(2, key="k2")])
        return kept(tmp_path) == ["2"]

    await until(again)


async def test_a_limit_of_nothing_keeps_nothing_and_takes_away_what_was_kept(tmp_path, identity, clock):
    with closing(Unheard(tmp_path / NAME, MEGABYTE)) as before:
        before.keep([(post(1, key="k1"), "a")])
    made = Unmatched(tmp_path, 0, identity, clock)
    made.keep([post(2, key="k2")])
    await made.forget(["k1"])
    made.close()
    assert list(tmp_path.glob(f"{NAME}*")) == []
    assert made._thread is None


async def test_what_waits_is_written_when_it_closes_and_nothing_after(tmp_path, identity, clock):
    made = Unmatched(tmp_path, MEGABYTE, identity, clock)
    made.keep([post(n, key=str(n)) for n in range(1_200)])
    made.close()
    assert len(kept(tmp_path)) == 1_200
    lost = dropped()
    made.keep([post("late", key="late")])
    await made.forget(["1"])
    assert (len(kept(tmp_path)), dropped()) == (1_200, lost + 1)
    assert all(thread.name != "unmatched" for thread in threading.enumerate())


async def test_a_storm_is_dropped_not_queued(tmp_path, identity, clock):
    """Posts come faster than any disk writes: the queue stays bounded and the loop free."""
    made, lost = Unmatched(tmp_path, 64 * MEGABYTE, identity, clock), dropped()
    longest = 0.0
    for turn in range(50):
        storm = [post(n, key=f"{turn}-{n}") for n in range(2_000)]
        began = time.monotonic()
        made.keep(storm)
        longest = max(longest, time.monotonic() - began)
        assert len(made._posts) <= module.WAITING
        await asyncio.sleep(0)
    made.close(10)
    assert dropped() > lost
    assert longest < 0.25
