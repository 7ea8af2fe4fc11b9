"""Which mentions have an answer of ours, which wait, and what we know of authors, in every store."""

import pytest
from msgspec.structs import replace

from app.domain.accounts import Accounts
from app.domain.brand import Brand
from app.domain.mention import Author
from app.store.marks import handle_key
from tests.fixtures.store import NOON, gone, said

OURS = Accounts([Brand("nordlicht", "Nordlicht", "nordlicht", ("@nordlichtstrom",))])


@pytest.fixture
def store(any_store):
    return any_store


def keep(store, *analysed):
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in analysed])


def reply(identity, name, to, handle, at, **more):
    made = said(identity, name, "Wir kümmern uns", at=at, in_reply_to=to, kind="reply", **more)
    return replace(made, mention=replace(made.mention, author=Author(f"did:{handle}", handle)))


def test_the_first_answer_of_ours_in_the_same_channel_counts(store, identity):
    asked = [said(identity, f"at://{n}") for n in range(4)]
    elsewhere = said(identity, "at://0", channel="mastodon")
    keep(
        store,
        *asked,
        elsewhere,
        reply(identity, "at://r1", "at://0", "Nordlichtstrom.bsky.social", NOON + 60),
        reply(identity, "at://r0", "at://0", "nordlichtstrom", NOON + 30),
        reply(identity, "at://r2", "at://1", "stranger.example", NOON + 40),
        reply(identity, "at://r3", "at://2", "nordlichtstrom", NOON + 50, brands=("other",)),
    )
    with store.reading() as tx:
        found = tx.answers.to([one.mention for one in (*asked, elsewhere)], OURS)
        assert found == {asked[0].mention.key: NOON + 30, asked[2].mention.key: NOON + 50}
        assert tx.answers.to([], OURS) == {}


def test_an_account_of_another_brand_is_no_answer_and_a_deleted_one_neither(store, identity):
    theirs = said(identity, "at://0", brands=("other",))
    mine = said(identity, "at://1")
    answer = reply(identity, "at://r1", "at://1", "nordlichtstrom", NOON + 60)
    keep(store, theirs, mine, reply(identity, "at://r0", "at://0", "nordlichtstrom", NOON + 60), answer)
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(answer), 2, None)])
    with store.reading() as tx:
        assert tx.answers.to([theirs.mention, mine.mention], OURS) == {}


def test_what_may_want_an_answer_comes_newest_first_and_bounded(store, identity):
    bad = said(identity, "at://bad", at=NOON - 50)
    asking = said(identity, "at://ask", at=NOON - 40, label="neutral", intent="query")
    unsure = said(identity, "at://unsure", at=NOON - 30, label="uncertain")
    nice = said(identity, "at://nice", at=NOON - 20, label="positive")
    nice = replace(nice, analysis=replace(nice.analysis, intents=()))
    old, deleted = said(identity, "at://old", at=NOON - 5000), said(identity, "at://deleted", at=NOON - 10)
    keep(store, bad, asking, unsure, nice, old, deleted, said(identity, "at://b", brands=("other",)))
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(deleted), 2, None)])
    with store.reading() as tx:
        assert list(tx.answers.awaited("nordlicht", NOON - 600, 50)) == [unsure, asking, bad]
        assert list(tx.answers.awaited("nordlicht", NOON - 600, 2)) == [unsure, asking]


def people(*analysed):
    return [(one.mention.channel, one.mention.author) for one in analysed]


def test_a_mark_is_set_once_read_and_taken_off(store, identity):
    one = said(identity)
    key = identity.author("bluesky", one.mention.author.id)
    keep(store, one)
    with store.transaction() as tx:
        assert tx.marks.known(key)
        assert not tx.marks.known(identity.author("bluesky", "nobody"))
        assert tx.marks.add(key, "customer", NOON)
        assert not tx.marks.add(key, "customer", NOON)
    with store.transaction() as tx:
        assert tx.marks.of(people(one)) == {key: ("customer",)}
        assert tx.marks.clear(key, "customer")
        assert not tx.marks.clear(key, "customer")
        assert tx.marks.of(people(one)) == {}


@pytest.mark.parametrize("written", ["@Anna.Example", "anna.example "])
def test_who_was_never_heard_is_marked_by_handle_and_forgotten_with_the_account(store, identity, written):
    one = said(identity, author="did:plc:anna")
    key = identity.author("bluesky", "did:plc:anna")
    with store.transaction() as tx:
        assert tx.marks.add(handle_key(identity, "bluesky", written), "customer", NOON)
    keep(store, one)
    with store.transaction() as tx:
        assert tx.marks.of(people(one)) == {key: ("customer",)}
        assert tx.marks.of([("mastodon", one.mention.author)]) == {}
        tx.marks.forget(key)
        assert tx.marks.of(people(one)) == {}


def test_clearing_takes_the_mark_of_the_handle_too(store, identity):
    one = said(identity)
    keep(store, one)
    with store.transaction() as tx:
        tx.marks.add(handle_key(identity, "bluesky", one.mention.author.handle), "customer", NOON)
        assert tx.marks.clear(identity.author("bluesky", one.mention.author.id), "customer")
        assert tx.marks.of(people(one)) == {}


def test_what_somebody_said_is_answered_is_until_that_is_taken_back(store, identity):
    asked = [said(identity, f"at://{n}") for n in range(3)]
    keep(store, *asked, reply(identity, "at://r0", "at://0", "nordlichtstrom", NOON + 30))
    keys = [one.mention.key for one in asked]
    with store.transaction() as tx:
        assert tx.answers.say(keys[0], NOON + 99)
        assert tx.answers.say(keys[1], NOON + 70)
        assert not tx.answers.say(keys[1], NOON + 80), "it is kept once"
    with store.reading() as tx:
        assert tx.answers.to([one.mention for one in asked], OURS) == {keys[0]: NOON + 30, keys[1]: NOON + 70}
    with store.transaction() as tx:
        assert tx.answers.unsay(keys[1])
        assert not tx.answers.unsay(keys[1])
    with store.reading() as tx:
        assert set(tx.answers.to([one.mention for one in asked], OURS)) == {keys[0]}
