"""What a person says of a mention, on a real bus and archive: it is counted once, sticks, and a deletion wins."""

import asyncio

import pytest

from app.bus.port import Settled
from app.domain.actor import Actor
from app.domain.analysis import AnalysedMention
from app.domain.tally import add, contribution
from app.errors import Gone, NotAllowed, NotFound
from app.store.corrections import Said
from app.store.search import MentionFilter
from tests.correcting import AT, Way
from tests.fixtures.bus import everywhere, text_anywhere

pytestmark = pytest.mark.anyio
pytest_generate_tests = everywhere
DAY = 86_400


@pytest.fixture
def way(bus, sqlite_store):
    return Way(bus, sqlite_store)


@pytest.fixture
def any_way(bus, any_store):
    return Way(bus, any_store)


async def test_labels_move_in_tallies_cards_and_archive_and_nothing_is_counted_twice(any_way):
    way = any_way
    scopes = {"brands": ("nord", "nord/tarif")}
    await way.say(way.mention("a", **scopes), way.mention("b", **scopes), way.mention("c", "Alles gut", **scopes))
    assert (await way.judge("a", sentiment="positive", intents=("praise", "query"))).delivered
    await way.settle()
    for scope in scopes["brands"]:
        assert await way.labels(scope) == way.archived_labels(scope) == (3, 1, 0, 2)
    analysis = way.kept("a").analysed.analysis
    assert (analysis.sentiment.label, analysis.sentiment.negative, analysis.model) == ("positive", 0.8, "blunt-1")
    assert [intent.label for intent in analysis.intents] == ["query", "praise"]
    assert analysis.corrected == ("sentiment", "intents")
    cards = {one.mention.id: one.analysis for one in (await way.bus.snapshot(["nord"], AT)).newest["nord"]}
    assert cards["a"] == analysis
    with way.store.transaction() as tx:
        tx.index.advance()
        for wanted in (MentionFilter(sentiment="positive"), MentionFilter(intent="praise")):
            assert {one.mention.id for one in tx.mentions.find(wanted).items} == {"a", "c"}
        assert tx.corrections.undelivered() == []
        [audit, *_] = tx.audit.find().items
    assert (audit.verb, audit.actor, audit.scope) == ("mention.correct", "loopback", "nord")
    assert audit.subject == way.identity.key("x", "a")
    assert audit.detail == {"field": "intents", "value": "praise, query", "said": "complaint", "chosen": "person"}


async def test_the_live_delta_carries_the_corrected_card_and_the_moved_label(way):
    await way.say(way.mention("a"))
    heard = way.bus.deltas()
    assert await anext(heard) is None
    await way.judge("a", sentiment="neutral")
    await way.analyse()
    delta = await asyncio.wait_for(anext(heard), 10)
    await heard.aclose()
    assert [one.analysis.sentiment.label for one in delta.newest] == ["neutral"]
    [minutes] = [fields for name, fields in delta.tally.items() if ":m:" in name]
    moved = {field.split(":", 1)[1]: number for field, number in minutes.items()}
    assert {mark: moved.get(mark) for mark in ("n", "-", "0")} == {"n": None, "-": -1, "0": 1}


async def test_an_edit_and_a_replay_keep_what_a_person_said(way):
    await way.say(way.mention("a"))
    await way.judge("a", sentiment="neutral")
    await way.say(way.mention("a"))
    assert await way.labels() == (1, 0, 1, 0)
    await way.say(way.mention("a", "Das nervt wirklich sehr", revision=5))
    analysis = way.kept("a").analysed.analysis
    assert (analysis.sentiment.label, analysis.corrected) == ("neutral", ("sentiment",))
    assert [intent.label for intent in analysis.intents] == ["complaint"]
    assert await way.labels() == way.archived_labels() == (1, 0, 1, 0)
    await way.say(way.mention("a", "egal", revision=6, brands=()), way.mention("a", "Das nervt doch", revision=7))
    assert await way.labels() == way.archived_labels() == (1, 0, 1, 0)


async def test_what_the_bus_has_forgotten_the_archive_still_knows(any_way):
    """Older than the bus' memory: the archive teaches it what a person had said before an edit comes."""
    way = any_way
    old = {"published_at": AT - 10 * DAY}
    await way.say(way.mention("a", **old))
    await way.bus._connection.client.flushall()
    await way.bus.open()
    assert (await way.judge("a", sentiment="positive")).delivered
    await way.settle()
    assert way.archived_labels() == (1, 0, 0, 1)
    await way.bus._connection.client.flushall()
    await way.bus.open()
    known = way.kept("a")
    await way.bus.remember(known.analysed.mention.key, known.version, known.revision, known.contribution)
    await way.say(way.mention("a", "Das nervt immer noch", revision=9, **old))
    assert way.kept("a").analysed.mention.text == "Das nervt immer noch"
    assert way.archived_labels() == (1, 0, 0, 1)


async def test_taking_back_lets_the_analyzers_speak_again(way):
    await way.say(way.mention("a"))
    await way.judge("a", sentiment="positive", intents=())
    await way.settle()
    seen = way.blunt.seen
    back = await way.judge("a", sentiment=None)
    assert (back.analysed.analysis.sentiment.label, back.analysed.analysis.corrected) == ("negative", ("intents",))
    await way.settle()
    assert way.blunt.seen == seen + 1
    analysis = way.kept("a").analysed.analysis
    assert (analysis.sentiment.label, analysis.intents, analysis.corrected) == ("negative", (), ("intents",))
    await way.judge("a", intents=None)
    await way.settle()
    analysis = way.kept("a").analysed.analysis
    assert ([one.label for one in analysis.intents], analysis.corrected) == (["complaint"], ())
    assert await way.labels() == way.archived_labels() == (1, 1, 0, 0)


async def test_a_deletion_wins_and_leaves_no_word_and_no_lesson(any_way):
    way = any_way
    await way.say(way.mention("a", "Das nervt den Zeugen"), way.mention("b"))
    await way.judge("b", sentiment="neutral")
    await way.judge("a", sentiment="positive")
    await way.bus.publish([way.gone("a")])
    await way.settle()
    assert await way.labels() == way.archived_labels() == (2, 0, 1, 1)
    await way.bus.trim()
    assert await text_anywhere(way.bus, "Zeugen") == []
    with pytest.raises(Gone, match="deleted"):
        await way.judge("a", sentiment="neutral")
    with way.store.reading() as tx:
        assert [lesson.key for lesson in tx.corrections.of("nord")] == [way.identity.key("x", "b")]
        assert tx.corrections.undelivered() == []
    with pytest.raises(NotFound, match="no mention"):
        await way.judge("nobody", sentiment="neutral")


async def test_a_deletion_that_comes_first_leaves_nothing_to_deliver(way):
    await way.say(way.mention("a"))
    await way.bus.publish([way.gone("a")])
    assert (await way.judge("a", sentiment="positive")).delivered
    await way.settle()
    assert await way.labels() == (1, 1, 0, 0)


async def test_a_checker_that_counts_twice_would_be_seen(way):
    """The planted fault: a correction settled without taking out what was counted before."""
    await way.say(way.mention("a"))
    due_before = way.kept("a")
    await way.judge("a", sentiment="positive")
    [entry] = await way.bus.read("analysis", "faulty", block_ms=1)
    delta = {}
    analysed = AnalysedMention(entry.event.mention, entry.event.analysis)
    after = contribution(analysed, due_before.contribution.author)
    add(delta, after)
    item = Settled(entry.id, entry.event.key, entry.version, 1, analysed, after, due_before.contribution)
    assert await way.bus.settle(0, "faulty", [item], delta, {}, AT) == []
    assert await way.labels() == (2, 1, 0, 1)


async def test_only_who_may_correct_does_and_only_brands_they_have(way):
    await way.say(way.mention("a"))
    key, said = way.identity.key("x", "a"), [Said("sentiment", "neutral")]
    with pytest.raises(NotAllowed):
        await way.judgements.judge(Actor("person", "anonymous", ()), key, said)
    with pytest.raises(NotAllowed, match="confined to sued"):
        await way.judgements.judge(Actor("person", "anna", ("admin",), ("sued",)), key, said)
    with way.store.reading() as tx:
        assert tx.corrections.undelivered() == []
        assert tx.audit.find().items == []
    assert (await way.judgements.judge(Actor("machine", "crm", ("machine",)), key, said)).delivered


async def test_on_a_cluster_and_over_partitions_it_is_the_same(spread_bus, sqlite_store):
    way = Way(spread_bus, sqlite_store)
    await way.say(*(way.mention(str(number)) for number in range(8)))
    for number in range(0, 8, 2):
        assert (await way.judge(str(number), sentiment="positive")).delivered
    await way.say(*(way.mention(str(number), "Das nervt noch", revision=2) for number in range(8)))
    await way.say(*(way.gone(str(number)) for number in (0, 1)))
    assert await way.labels() == way.archived_labels() == (8, 4, 0, 4)


async def test_what_there_is_to_learn_is_what_was_said_last(any_way):
    way = any_way
    await way.say(way.mention("a"), way.mention("b", rating=2.0), way.mention("c", brands=("sued",)))
    ticket = way.judgements.ticket(way.identity.key("x", "a"))
    await way.judge("a", ticket, sentiment="neutral")
    await way.judge("b", intents=("request",))
    await way.judge("c", sentiment="neutral")
    await way.settle()
    await way.judge("a", sentiment="positive", intents=())
    await way.judge("b", sentiment=None)
    with way.store.reading() as tx:
        lessons = list(tx.corrections.of("nord"))
    shown = [(one.sentiment, one.intents, one.rating, one.chosen, one.language) for one in lessons]
    assert shown == [(None, ("request",), 2.0, "person", "de"), ("positive", (), None, "random", "de")]
    assert {one.text for one in lessons} == {"Das nervt nur noch"}
