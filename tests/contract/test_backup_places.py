"""What was backed up on one kind of database or Redis goes on on any other."""

from contextlib import closing
from pathlib import Path

import pytest

from app.bus.snapshot import masters
from app.domain.audit import AuditEntry
from app.domain.forms import Words
from app.errors import BusUnavailable
from app.store.engine import open_store
from app.store.search import MentionFilter
from ingest.indexing import Indexer
from tests.installation import CLOCK, MENTIONS, made_under_load, restored

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
