import pytest

from app.domain.analysis import NOT_ANALYSED, AnalysedMention
from app.domain.identity import Identity
from app.domain.mention import Author, Deletion, Engagement, Mention
from app.domain.tally import contribution
from app.store.engine import Store
from app.store.search import MentionFilter
from tests.fixtures.store import NOON, gone, said


@pytest.fixture
def store(any_store):
    return any_store


EVERYTHING = MentionFilter()


def everything(store: Store, **wanted):
    with store.reading() as tx:
        return tx.mentions.find(MentionFilter(**wanted)).items


def keep(store: Store, *rows) -> int:
    with store.transaction() as tx:
        return tx.mentions.upsert(rows)


def counted(analysed: AnalysedMention, identity: Identity):
    return contribution(analysed, identity.author(analysed.mention.channel, analysed.mention.author.id))


@pytest.mark.parametrize("full", [True, False])
def test_a_mention_comes_back_as_it_was(store, identity, full):
    more = {
        "kind": "quote",
        "url": "https://bluesky.example/1",
        "language": "de",
        "in_reply_to": "at://a",
        "quotes": "at://b",
        "engagement": Engagement(3, 2, 1, 4_000_000_000),
        "place": "Köln",
        "rating": 4.5,
        "edited_at": NOON + 0.123456,
        "revision": 1_795_000_020_123_456,
        "source": "live",
        "demo": True,
    }
    analysed = said(identity, **(more if full else {}), at=NOON + 0.1 + 0.2)
    keep(store, (analysed, 1))
    assert everything(store) == [analysed]


def test_a_mention_without_analysis_or_key_is_kept_under_the_key_of_its_identity(store, identity):
    mention = Mention("push", "7", NOON, "", Author("x"), brands=("nordlicht",))
    keep(store, (AnalysedMention(mention, NOT_ANALYSED), 1))
    assert everything(store)[0].mention.key == identity.key("push", "7")


def test_strange_text_is_kept_to_the_character(store, identity):
    analysed = said(identity, text="a\0b 🔥\u202e'; DROP TABLE mention; -- %s ?")
    keep(store, (analysed, 1))
    assert everything(store) == [analysed]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 3, 1)])
def test_the_newest_version_wins_in_whatever_order_they_come(store, identity, order, together):
    rows = [(said(identity, text=f"version {version}"), version) for version in order]
    for batch in [rows] if together else [[row] for row in rows]:
        keep(store, *batch)
    assert [found.mention.text for found in everything(store)] == ["version 3"]


def test_a_repeat_changes_nothing(store, identity):
    row = (said(identity), 1)
    assert keep(store, row) == 1
    assert keep(store, row) == 0
    with store.reading() as tx:
        assert tx.mentions.count() == tx.mentions.count("nordlicht") == 1


def test_of_a_batch_that_comes_again_in_part_only_what_is_new_is_written(store, identity):
    rows = [(said(identity, str(number), brands=("nordlicht", "suedwind")), 1) for number in range(6)]
    edited = (said(identity, "1", "edited", brands=("suedwind",)), 2)
    assert (keep(store, *rows[:3]), keep(store, edited), keep(store, *rows)) == (3, 1, 3)
    with store.reading() as tx:
        assert (tx.mentions.count(), tx.mentions.count("nordlicht"), tx.mentions.count("suedwind")) == (6, 5, 6)
    assert {one.mention.text for one in everything(store)} == {"edited", rows[0][0].mention.text}


def test_an_edit_moves_a_mention_to_other_brands(store, identity):
    keep(store, (said(identity, brands=("nordlicht", "suedwind")), 1))
    keep(store, (said(identity, brands=("suedwind", "westlicht")), 2))
    assert everything(store, brand="nordlicht") == []
    assert everything(store, brand="suedwind") == everything(store, brand="westlicht") == everything(store)


def test_an_edit_that_stops_matching_keeps_the_row_and_hides_it(store, identity):
    keep(store, (said(identity), 1))
    keep(store, (said(identity, brands=()), 2))
    assert everything(store) == everything(store, brand="nordlicht") == []
    with store.reading() as tx:
        assert (tx.mentions.count(), tx.mentions.count("nordlicht")) == (1, 0)


def test_known_tells_version_revision_and_what_is_counted(store, identity):
    analysed = said(identity, revision=77)
    keep(store, (analysed, 4))
    with store.reading() as tx:
        known = tx.mentions.known([analysed.mention.key, "no such key"])
    assert list(known) == [analysed.mention.key]
    one = known[analysed.mention.key]
    assert (one.version, one.revision, one.contribution) == (4, 77, counted(analysed, identity))


def test_known_answers_for_more_keys_than_a_statement_holds(store, identity):
    rows = [(said(identity, f"at://{n}"), 1) for n in range(1_201)]
    keep(store, *rows)
    with store.reading() as tx:
        assert len(tx.mentions.known([analysed.mention.key for analysed, _ in rows])) == 1_201


def test_the_mentions_of_an_author_are_found(store, identity):
    mine, other = said(identity, "at://1"), said(identity, "at://2", author="did:plc:bert")
    keep(store, (mine, 1), (other, 1))
    with store.reading() as tx:
        found = tx.mentions.by_author(identity.author("bluesky", "did:plc:anna"))
    assert found == [("bluesky", "at://1", mine.mention.key)]


def test_a_deletion_leaves_a_tombstone_that_nothing_resurrects(store, identity):
    analysed = said(identity)
    keep(store, (analysed, 1))
    with store.transaction() as tx:
        assert tx.mentions.wipe([(gone(analysed), 2, None)]) == 1
        assert tx.mentions.wipe([(gone(analysed), 2, None)]) == 0
    for version in (1, 2, 3):
        assert keep(store, (analysed, version)) == 0
    assert everything(store) == everything(store, brand="nordlicht") == []
    with store.reading() as tx:
        known = tx.mentions.known([analysed.mention.key])[analysed.mention.key]
        assert (known.version, known.contribution) == (2, None)
        assert (tx.mentions.count(), tx.mentions.count("nordlicht")) == (1, 1)
        assert tx.mentions.by_author(identity.author("bluesky", "did:plc:anna")) == []


def test_a_deletion_that_overtook_its_mention_leaves_the_same_tombstone(store, identity):
    analysed = said(identity, brands=("nordlicht", "suedwind"))
    with store.transaction() as tx:
        assert tx.mentions.wipe([(gone(analysed), 2, counted(analysed, identity))]) == 1
    assert keep(store, (analysed, 1)) == 0
    with store.reading() as tx:
        assert (tx.mentions.count(), tx.mentions.count("suedwind")) == (1, 1)


def test_a_deletion_of_something_never_heard_of_is_remembered(store):
    with store.transaction() as tx:
        tx.mentions.wipe([(Deletion("bluesky", "at://never", NOON, key="k"), 1, None)])
        assert tx.mentions.known(["k"])["k"].contribution is None
    assert everything(store) == []


def test_a_deletion_with_a_late_version_wipes_all_the_same(store, identity):
    analysed = said(identity)
    keep(store, (analysed, 5))
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(analysed), 2, None)])
        assert tx.mentions.known([analysed.mention.key])[analysed.mention.key].version == 5
    assert everything(store) == []


def test_replies_and_quotes_forget_whom_they_answered_once_that_is_gone(store, identity):
    first = said(identity, "at://did:plc:anna/1")
    reply = said(identity, "at://did:plc:bert/2", author="did:plc:bert", in_reply_to=first.mention.id, at=NOON + 2)
    quote = said(identity, "at://did:plc:bert/3", author="did:plc:bert", quotes=first.mention.id, at=NOON + 1)
    keep(store, (first, 1), (reply, 1), (quote, 1))
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(first), 2, None)])
    left = everything(store)
    assert [(found.mention.in_reply_to, found.mention.quotes) for found in left] == [(None, None), (None, None)]


def test_a_deletion_that_overtook_an_edit_leaves_the_brands_of_the_edit(store, identity):
    keep(store, (said(identity, brands=("nordlicht",)), 1))
    edited = said(identity, brands=("suedwind",))
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(edited), 3, counted(edited, identity))])
    keep(store, (edited, 2))
    with store.reading() as tx:
        assert (tx.mentions.count("nordlicht"), tx.mentions.count("suedwind")) == (0, 1)
