"""What was backed up on one kind of database or Redis goes on on any other."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from anyio import to_thread
from redis import Redis

from app.backup import back_up
from app.bus import snapshot
from app.bus.snapshot import FORKS_WITHIN, Stream, masters
from app.domain.actor import LOOPBACK
from app.domain.audit import AuditEntry
from app.domain.forms import Words
from app.errors import BusUnavailable
from app.store.engine import open_store
from app.store.search import MentionFilter
from ingest.indexing import Indexer
from tests.installation import CLOCK, MENTIONS, Installation, made_under_load, restored, unwatched

pytestmark = pytest.mark.anyio


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("b")


@pytest.fixture
def database(request: pytest.FixtureRequest):
    """A function that returns the address of an empty database of a kind, None for a file of its own."""

    def of(kind: str, *, first: bool) -> str | None:
        if kind == "sqlite":
            return None
        return request.getfixturevalue("postgres_url" if first else "bare_postgres_url")

    return of


@pytest.mark.long
@pytest.mark.parametrize(
    ("before", "after"), [("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql")]
)
async def test_between_databases_nothing_is_lost_found_as_before_and_audited_on(place, database, before, after):
    file, folder = place / "b.zip", place / "to"
    to = database(after, first=False)
    await made_under_load(place / "from", [file], database(before, first=True))
    assert not await restored(folder, file, to)
    with closing(open_store(to or folder / "emberwatch.sqlite", clock=CLOCK)) as store:
        indexer = Indexer(store, CLOCK)
        while indexer.step():
            pass
        with store.transaction() as tx:
            assert tx.index.behind() == 0
            found = tx.mentions.find(MentionFilter(words=Words.of("hellos")), limit=2 * MENTIONS)
            assert len(found.items) == MENTIONS
            tx.audit.append(AuditEntry(CLOCK.now(), "person", "loopback", "test"))
            assert tx.audit.find().items[0].verb == "test"


@pytest.mark.long
async def test_from_one_redis_to_a_cluster_and_back_nothing_is_lost(place, redis_cluster):
    redis_cluster.empty()
    one, other = place / "one.zip", place / "other.zip"
    await made_under_load(place / "from", [one])
    assert not await restored(place / "to", one, redis=redis_cluster.url)
    redis_cluster.empty()
    await made_under_load(place / "wide", [other], redis=redis_cluster.url)
    assert not await restored(place / "back", other)


async def test_every_node_that_redis_url_names_is_tried(redis_cluster):
    redis_cluster.restart()
    dead = "redis://127.0.0.1:1"
    living = redis_cluster.url.rpartition(",")[2].removeprefix("redis://")
    assert len(masters(f"{dead},{living}")) == 3
    with pytest.raises(BusUnavailable, match="does not answer"):
        masters(f"{dead},127.0.0.1:2")


@pytest.fixture
async def system(place) -> AsyncIterator[Installation]:
    """A small installation that stands still, with some mentions in it."""
    system = Installation(place / "from")
    await system.bus.open()
    await system.publish(range(200))
    await system.settle()
    yield system
    await system.close()


def configure(url: str, **settings: int) -> None:
    with closing(Redis.from_url(url, protocol=2)) as client:
        for name, value in settings.items():
            client.config_set(name.replace("_", "-"), value)


@pytest.mark.parametrize(
    "told", [pytest.param(True, id="told so"), pytest.param(False, id="guessed", marks=pytest.mark.long)]
)
async def test_a_redis_that_waits_for_more_replicas_holds_nobody_up(place, system, told):
    """By default Redis gathers replicas for 5 s before it forks; it may also refuse to say so."""
    configure(system.url, repl_diskless_sync_delay=30)
    if not told:
        with closing(Redis.from_url(system.url, protocol=2)) as client:
            client.execute_command("ACL", "SETUSER", "default", "-config")
    manifest = await to_thread.run_sync(back_up, system.store, system.url, place / "b.zip", LOOPBACK, CLOCK, unwatched)
    assert manifest.held < FORKS_WITHIN
    assert not await restored(place / "to", place / "b.zip")


async def test_while_a_replica_is_served_a_backup_waits_without_holding_anybody_and_is_as_of_later(place, system):
    configure(system.url, rdb_key_save_delay=2_000)
    [client] = masters(system.url)
    with closing(Stream(client)) as other, ThreadPoolExecutor(2) as threads:
        await system.publish(range(200, 300))
        await system.settle()
        making = threads.submit(back_up, system.store, system.url, place / "b.zip", LOOPBACK, CLOCK, unwatched)
        await system.publish(range(300, 310))
        assert not making.done()
        configure(system.url, rdb_key_save_delay=0)
        taking = threads.submit(other.write_to, bytes, lambda _: None)
        manifest = await to_thread.run_sync(making.result, 60)
        await to_thread.run_sync(taking.result, 60)
    assert manifest.held < FORKS_WITHIN
    assert manifest.rows["mention"] == 300
    assert not await restored(place / "to", place / "b.zip")


async def test_a_server_that_never_comes_to_it_is_given_up_and_nobody_is_held(place, system, monkeypatch):
    monkeypatch.setattr(snapshot, "FORKS_WITHIN", 0.05)
    monkeypatch.setattr(snapshot, "await_calm", lambda _clients: None)
    with closing(Redis.from_url(system.url, protocol=2)) as client:
        client.config_set("repl-diskless-sync-delay", 0)
        client.config_set("rdb-key-save-delay", 100_000)
        client.bgsave()
    with pytest.raises(BusUnavailable, match="busy"):
        back_up(system.store, system.url, place / "b.zip", LOOPBACK, CLOCK, unwatched)
    assert not list(place.glob("*.zip"))
    with system.store.transaction() as tx:
        assert tx.mentions.count() == 200
