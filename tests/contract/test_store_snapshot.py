"""An archive moves from SQLite to PostgreSQL and back with everything it holds."""

from app.domain.audit import AuditEntry
from app.domain.brand import Topic
from app.domain.identity import Identity
from app.domain.saved import Saved
from app.domain.tally import contribution, reduce
from app.store.engine import open_store
from app.store.search import MentionFilter
from app.store.snapshot import held, put_back
from tests.fixtures.store import NOON, gone, said

SAVED = Saved("topics", "tarif", Topic("tarif", "Tarif", "tarif"), "mark", 7, NOON)


def test_what_began_on_sqlite_goes_on_in_postgresql_and_back(sqlite_store, postgres_url, clock, tmp_path):
    identity = Identity(sqlite_store.secret())
    alive, dead = said(identity, "1", "a\0b 🔥"), said(identity, "2", at=NOON - 9e8)
    author = identity.author("bluesky", "did:plc:anna")
    with sqlite_store.transaction() as tx:
        tx.mentions.upsert([(alive, 1), (dead, 1)])
        tx.mentions.wipe([(gone(dead), 2, None)])
        tx.tallies.append(0, "1-0", NOON, reduce(contribution(one, author) for one in (alive, dead)))
        tx.audit.append(AuditEntry(NOON, "person", "loopback", "test"))
        tx.saved.put(SAVED)
    counts = moved(sqlite_store, postgres := open_store(postgres_url, clock=clock), tmp_path / "one.sqlite", clock)
    again = open_store(tmp_path / "again.sqlite", clock=clock)
    assert moved(postgres, again, tmp_path / "two.sqlite", clock) == counts
    for store in (postgres, again):
        with store.transaction() as tx:
            assert tx.mentions.find(MentionFilter()).items == [alive]
            assert tx.saved.all() == [SAVED]
            assert (tx.mentions.count("nordlicht"), tx.tallies.total("nordlicht")) == (2, 2)
            assert tx.mentions.upsert([(alive, 1), (dead, 1)]) == 0
            assert tx.tallies.append(0, "1-0", NOON, {}) is False
            tx.audit.append(AuditEntry(NOON, "person", "loopback", "again"))
        store.close()


def moved(source, target, file, clock):
    """Copy an archive to a file and put that back elsewhere; return how many rows each table has then."""
    with held(source) as view:
        view.thaw()
        counts = view.copy_to(file, clock, lambda _done, _whole: None)
    put = put_back(file, target, clock, lambda _done, _whole: None)
    assert {name: put[name] for name in counts if name != "index_note"} == {
        name: number for name, number in counts.items() if name != "index_note"
    }
    return {name: number for name, number in put.items() if name != "index_note"}
