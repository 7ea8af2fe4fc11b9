from itertools import islice, pairwise

import pytest

from app.domain.forms import Words
from app.domain.identity import Identity
from app.domain.moment import moment
from app.domain.query import parse
from app.store import index
from app.store.search import MentionFilter
from ingest.indexing import Indexer
from tests.fixtures.archive import Killed
from tests.fixtures.store import NOON, said
from tests.unit.app.store.searching import found, index_all

unpacked = index._unpacked


def test_of_two_indexers_on_postgresql_one_works_and_nothing_is_lost(postgres_store):
    """Two workers at once, and a writer whose note becomes visible after younger ones."""
    store, identity = postgres_store, Identity(postgres_store.secret())
    with store.transaction() as late:
        late.mentions.upsert([(said(identity, "at://late", "wort1"), 1)])
        with store.transaction() as early:
            early.mentions.upsert([(said(identity, "at://early", "wort1"), 1)])
        with store.transaction() as one, store.transaction() as other:
            assert one.index.advance() == 1
            assert other.index.advance() == 0
    assert len(found(store, MentionFilter(q=parse("wort1")))) == 2
    index_all(store)
    assert len(found(store, MentionFilter(q=parse("wort1")))) == 2


def test_a_note_that_is_lost_is_noticed(store, identity):
    """The planted fault: an edit the index hears nothing of."""
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="Strom weg"), 1)])
    index_all(store)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="Wasser weg"), 2)])
        tx.mentions._connection.execute(index.index_note.delete())
    assert found(store, MentionFilter(q=parse("wasser"))) == []


def test_a_kill_between_reading_and_committing_loses_no_moment(store, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, f"at://{n}", f"wort{n}", at=NOON + n), 1) for n in range(1200)])

    def killed():
        with store.transaction() as tx:
            assert tx.index.advance() == index.STEP
            raise Killed

    with pytest.raises(Killed):
        killed()
    with store.reading() as tx:
        assert len(set(tx.index.noted())) == 1200
    assert index_all(store) == 3
    with store.reading() as tx:
        assert (list(tx.index.noted()), tx.index.behind()) == ([], 0)
    assert len(found(store, MentionFilter(q=parse("wort7 OR wort1199")))) == 2


def test_an_index_made_anew_is_complete(store, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, f"at://{n}", f"wort{n}", at=NOON + n), 1) for n in range(700)])
        tx.mentions._connection.execute(index.index_note.delete())
    assert found(store, MentionFilter(q=parse("wort7"))) == []
    with store.transaction() as tx:
        tx.index.note_everything()
    assert len(found(store, MentionFilter(q=parse("wort7")))) == 1
    index_all(store)
    assert len(found(store, MentionFilter(q=parse("wort7")))) == 1


def test_of_two_indexers_the_one_that_read_before_the_other_wrote_writes_nothing(any_store):
    """What it read may be older: written down and its note gone, it would stay."""
    store, identity = any_store, Identity(any_store.secret())

    def say(text, version):
        with store.transaction() as tx:
            tx.mentions.upsert([(said(identity, text=text), version)])

    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="Strom"), 1)])
        tx.index.note_everything()
    index_all(store)
    with store.transaction() as tx:
        tx.index.note_everything()
    with store.reading() as tx:
        early = tx.index.look()
    say("Wasser", 2)
    with store.reading() as tx:
        late = tx.index.look(1)
    for looked, soiled in ((late, 1), (early, None)):
        with store.transaction() as tx:
            entered = tx.index.enter(looked)
            assert (entered and len(entered)) == soiled
    assert len(found(store, MentionFilter(q=parse("wasser")))) == 1
    index_all(store)
    assert len(found(store, MentionFilter(words=Words.of("Wassers")))) == 1


def test_an_indexer_that_is_overtaken_does_nothing(postgres_store, clock):
    store, identity = postgres_store, Identity(postgres_store.secret())
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="Strom"), 1)])
    with store.transaction() as other:
        assert other.index.advance() == 1
        assert not Indexer(store, clock)._index()
    assert not Indexer(store, clock)._index()
    assert len(found(store, MentionFilter(q=parse("strom")))) == 1


def test_of_thousands_of_notes_a_search_reads_a_few(store, identity, monkeypatch):
    monkeypatch.setattr(index, "NOTE", 2)
    monkeypatch.setattr(index, "NOTES", 3)
    with store.transaction() as tx:
        rows = [(said(identity, f"at://{n}", at=NOON + n), 1) for n in range(200)]
        tx.mentions.upsert(rows)
        tx.index.note_everything()
    read = []
    with store.reading() as tx:
        monkeypatch.setattr(index, "_unpacked", lambda packed: read.append(packed) or unpacked(packed))
        some = list(islice(tx.index.noted(), 20))
        assert len(read) < 60
        whole = list(tx.index.noted())
        middle = list(tx.index.noted(some[9], some[4]))
    at = [moment(NOON + n) for n in reversed(range(200))]
    assert sorted({*some}, reverse=True) == at[: len({*some})]
    assert list(dict.fromkeys(whole)) == at
    assert list(dict.fromkeys(middle)) == at[at.index(some[4]) + 1 : at.index(some[9]) + 1]


def test_a_step_that_took_long_makes_the_next_one_smaller(store, identity, clock, monkeypatch):
    monkeypatch.setattr(index, "NOTE", 20)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, f"at://{n}", at=NOON + n), 1) for n in range(1200)])
    indexer, left = Indexer(store, clock), [1200]
    entered = index.Index.enter

    def slow(self, looked):
        clock.advance(len(looked.changed) / 1000)
        return entered(self, looked)

    monkeypatch.setattr(index.Index, "enter", slow)
    while left[-1]:
        indexer.step()
        with store.reading() as tx:
            left.append(len(set(tx.index.noted())))
    steps = [before - after for before, after in pairwise(left)]
    assert steps[0] == index.STEP
    assert set(steps[1:-1]) <= {20}, "30 ms at 1 ms a moment, in notes of 20"
