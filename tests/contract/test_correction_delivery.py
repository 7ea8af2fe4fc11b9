"""A correction on its way, on a real bus and archive: waited for, claimed, late, buried or retried, it counts once."""

import asyncio

import pytest

from app.clock import SystemClock
from app.domain.actor import LOOPBACK
from app.domain.correction import Correction
from app.errors import BusUnavailable
from app.judgement import Judgements
from app.store.corrections import Said
from tests.correcting import AT, Way
from tests.fixtures.bus import everywhere

pytestmark = pytest.mark.anyio
pytest_generate_tests = everywhere


class AwayBus:
    """A bus that does not answer."""

    async def correct(self, correction: Correction, version: int) -> str:
        raise BusUnavailable("Redis does not answer.")


@pytest.fixture
def way(bus, sqlite_store):
    return Way(bus, sqlite_store)


async def test_an_edit_under_way_is_waited_for_and_its_text_stays(way):
    await way.say(way.mention("a"))
    await way.bus.publish([way.mention("a", "Das nervt jetzt anders", revision=3)])
    with way.store.transaction() as tx:
        tx.corrections.add(way.kept("a").analysed, Said("sentiment", "positive"), LOOPBACK, AT)
    assert not await way.judgements.deliver(way.identity.key("x", "a"), 0)
    await way.settle()
    assert await way.judgements.deliver(way.identity.key("x", "a"), 0)
    await way.settle()
    kept = way.kept("a")
    assert (kept.analysed.mention.text, kept.version) == ("Das nervt jetzt anders", 3)
    assert await way.labels() == way.archived_labels() == (1, 0, 0, 1)


async def test_an_edit_waits_for_a_correction_that_a_slow_worker_holds(way):
    await way.say(way.mention("a"))
    await way.judge("a", sentiment="positive")
    held = await way.bus.read("analysis", "slow", block_ms=1)
    assert isinstance(held[0].event, Correction)
    await way.bus.publish([way.mention("a", "Das nervt jetzt anders", revision=3)])
    await way.analyse("quick")
    assert await way.labels() == (1, 1, 0, 0), "neither is counted yet"
    await way.worker("slow").take(held)
    await way.worker("quick").take(await way.bus.claim("analysis", "quick"))
    await way.archive()
    assert way.kept("a").analysed.mention.text == "Das nervt jetzt anders"
    assert await way.labels() == way.archived_labels() == (1, 0, 0, 1)
    assert (await way.bus.lag())["analysis"] == 0


async def test_a_correction_claimed_from_a_worker_that_comes_back_is_counted_once(way):
    await way.say(way.mention("a"), way.mention("b"))
    await way.judge("a", sentiment="positive")
    held = await way.bus.read("analysis", "slow", block_ms=1)
    await way.worker("quick").take(await way.bus.claim("analysis", "quick", idle_ms=0))
    await way.worker("slow").take(held)
    await way.archive()
    assert await way.labels() == way.archived_labels() == (2, 1, 0, 1)


async def test_what_was_said_while_the_bus_was_away_is_delivered_later_and_once(way):
    await way.say(way.mention("a"))
    alone = Judgements(way.store, AwayBus(), SystemClock())
    said = [Said("sentiment", "positive")]
    assert not (await alone.judge(LOOPBACK, way.identity.key("x", "a"), said)).delivered
    key = way.identity.key("x", "a")
    with way.store.reading() as tx:
        assert tx.corrections.undelivered() == [key]
    assert await way.judgements.deliver(key)
    await way.settle()
    for _ in range(3):
        assert await way.judgements.deliver(key)
        await way.settle()
    assert await way.labels() == way.archived_labels() == (1, 0, 0, 1)
    assert way.kept("a").version == 2


async def test_who_was_killed_between_delivering_and_noting_it_delivers_nothing_twice(way):
    await way.say(way.mention("a"))
    key = way.identity.key("x", "a")
    with way.store.transaction() as tx:
        tx.corrections.add(way.kept("a").analysed, Said("sentiment", "positive"), LOOPBACK, AT)
    due = way.judgements._due(key)
    assert await way.bus.correct(due.correction, due.stood.version) == "accepted"
    assert not await way.judgements.deliver(key, 0), "it is under way"
    await way.settle()
    assert await way.judgements.deliver(key, 0)
    with way.store.reading() as tx:
        assert tx.corrections.undelivered() == []
    assert way.kept("a").version == 2
    assert await way.labels() == (1, 0, 0, 1)


async def test_a_buried_edit_does_not_hold_a_correction_up(way):
    await way.say(way.mention("a"))
    await way.bus.publish([way.mention("a", "Gift", revision=3)])
    [entry] = await way.bus.read("analysis", "one", block_ms=1)
    await way.bus.bury(entry.partition, entry, "an analyzer failed")
    assert (await way.judge("a", sentiment="positive")).delivered
    await way.settle()
    assert await way.labels() == way.archived_labels() == (1, 0, 0, 1)


async def test_a_buried_correction_is_shown_and_may_be_retried(way):
    await way.say(way.mention("a"))
    await way.judge("a", sentiment="positive")
    [entry] = await way.bus.read("analysis", "one", block_ms=1)
    await way.bus.bury(entry.partition, entry, "a test")
    [letter] = await way.bus.letters()
    assert letter.key == way.identity.key("x", "a")
    assert await way.bus.retry_letter(letter) == "again"
    await way.settle()
    assert await way.labels() == way.archived_labels() == (1, 0, 0, 1)


async def test_an_edit_that_waits_is_never_taken_for_poison(way):
    await way.say(way.mention("a"))
    await way.judge("a", sentiment="positive")
    held = await way.bus.read("analysis", "slow", block_ms=1)
    await way.bus.publish([way.mention("a", "Das nervt jetzt anders", revision=3)])
    await way.analyse("quick")
    for _ in range(9):
        await way.worker("quick").take(await way.bus.claim("analysis", "quick"))
    assert await way.bus.letters() == []
    await way.worker("slow").take(held)
    await way.worker("quick").take(await way.bus.claim("analysis", "quick"))
    await way.archive()
    assert way.kept("a").analysed.mention.text == "Das nervt jetzt anders"
    assert await way.labels() == (1, 0, 0, 1)


async def test_whoever_restarts_delivers_what_is_left_and_a_broken_one_holds_nobody_up(way):
    await way.say(way.mention("a"), way.mention("b"))
    keys = sorted(way.identity.key("x", name) for name in "ab")
    with way.store.transaction() as tx:
        for name in "ab":
            tx.corrections.add(way.kept(name).analysed, Said("sentiment", "positive"), LOOPBACK, AT)
        broken = "UPDATE correction SET value = '7' WHERE key = ?"
        tx.mentions._connection.exec_driver_sql(broken, (keys[0],))
    running = asyncio.create_task(way.judgements.run())
    async with asyncio.timeout(10):
        while len(way.kept_undelivered()) > 1:  # noqa: ASYNC110 - the archive has no event for it
            await asyncio.sleep(0.02)
    running.cancel()
    await way.settle()
    assert way.kept_undelivered() == [keys[0]]
    assert await way.labels() == (2, 1, 0, 1)
