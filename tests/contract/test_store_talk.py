"""What was said by the hour, in every store: counted, soiled by edits and deletions, counted anew, dropped."""

import pytest
from msgspec.structs import replace

from app.domain.repertoire import REACH, talk
from app.domain.tally import contribution, reduce
from app.store import talk as module
from ingest.talk import EVERY, TalkCounter
from tests.fixtures.store import NOON, gone, said

HOUR = 3_600
START = int(NOON) // HOUR * HOUR - HOUR
"""The last whole hour before noon."""


@pytest.fixture
def mentions(identity):
    return [speaking(identity, f"at://{n}", START + n * 60, f"did:{n}", ("stromausfall", "#weg")) for n in range(6)]


@pytest.fixture
def talked(any_store, clock, mentions, identity):
    archive(any_store, identity, mentions)
    clock.advance(3_700 - (NOON - START - HOUR))
    counter = TalkCounter(any_store, clock)
    finish(counter)
    return counter


def speaking(identity, native_id, at, author, terms, **more):
    analysed = said(identity, native_id, f"wort {native_id}", at=at, author=author, **more)
    return replace(analysed, analysis=replace(analysed.analysis, terms=terms))


def archive(store, identity, mentions, entry="1-0", version=1):
    authors = (identity.author(one.mention.channel, one.mention.author.id) for one in mentions)
    with store.transaction() as tx:
        tx.mentions.upsert([(one, version) for one in mentions])
        tx.tallies.append(0, entry, NOON, reduce(map(contribution, mentions, authors)))


def finish(counter):
    while counter.step():
        pass


def shown(store, brand="nordlicht"):
    with store.reading() as tx:
        return tx.talk.read(brand, START - REACH, NOON + REACH)


def again(counter, clock):
    clock.advance(EVERY + 1)
    finish(counter)


def test_an_hour_is_counted_after_its_end(any_store, talked):
    (hour,) = shown(any_store)
    assert (hour.start, hour.people, hour.concepts) == (START, 6, {"ausfall": 6, "weg": 6})


def test_a_deletion_takes_its_words_out_at_once_and_the_hour_is_counted_anew(any_store, talked, clock, mentions):
    with any_store.transaction() as tx:
        tx.mentions.wipe([(gone(mentions[0]), 2, None)])
    assert shown(any_store) == []
    again(talked, clock)
    assert shown(any_store)[0].concepts == {"ausfall": 5, "weg": 5}


def test_an_edit_does_too(any_store, talked, clock, mentions, identity):
    edited = speaking(identity, "at://0", START, "did:0", ("rechnung",))
    with any_store.transaction() as tx:
        tx.mentions.upsert([(replace(edited, mention=replace(edited.mention, revision=9)), 2)])
    assert shown(any_store) == []
    again(talked, clock)
    assert shown(any_store)[0].concepts == {"ausfall": 5, "weg": 5, "rechn": 1}


def test_what_was_deleted_while_an_hour_was_counted_is_not_kept(any_store, mentions, identity, clock):
    archive(any_store, identity, mentions)
    clock.advance(7_200)
    with any_store.reading() as tx:
        (due,) = tx.talk.due(clock.now())
        told = tx.talk.said(due.brand, due.start, due.start + HOUR)
    with any_store.transaction() as tx:
        tx.mentions.wipe([(gone(mentions[0]), 2, None)])
    with any_store.transaction() as tx:
        assert not tx.talk.keep(due, talk(due.start, told))
    assert shown(any_store) == []


def test_an_hour_that_grew_by_a_fifth_is_counted_anew_and_one_that_hardly_grew_is_not(
    any_store, talked, clock, identity
):
    late = [speaking(identity, f"at://late{n}", START + n, f"did:l{n}", ("späti",)) for n in range(4)]
    archive(any_store, identity, late[:1], "2-0")
    again(talked, clock)
    assert shown(any_store)[0].people == 6
    archive(any_store, identity, late[1:], "3-0")
    again(talked, clock)
    assert shown(any_store)[0].people == 10


def test_old_hours_go_and_topics_of_a_brand_are_not_counted_apart(any_store, clock, identity):
    both = speaking(identity, "at://1", START, "did:1", ("strom",), brands=("nordlicht", "nordlicht/netz"))
    archive(any_store, identity, [both])
    clock.advance(7_200)
    counter = TalkCounter(any_store, clock)
    finish(counter)
    assert len(shown(any_store)) == 1
    assert shown(any_store, "nordlicht/netz") == []
    clock.advance(REACH + 2 * HOUR)
    finish(counter)
    assert shown(any_store) == []


def test_of_very_much_a_sample_is_read_that_stands_for_all(any_store, mentions, identity, monkeypatch):
    monkeypatch.setattr(module, "SAMPLE", 4)
    monkeypatch.setattr(module, "SLICES", 2)
    archive(any_store, identity, mentions)
    with any_store.reading() as tx:
        told = tx.talk.said("nordlicht", START, START + HOUR)
        assert [(one.key, one.weight) for one in told] == [(mentions[0].mention.key, 3), (mentions[1].mention.key, 3)]
        assert tx.talk.said("acme", START, START + HOUR) == []
