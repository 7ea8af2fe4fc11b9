"""The analysis service on a real server: what is claimed, killed, edited and deleted is counted once."""

import time
from contextlib import suppress
from types import SimpleNamespace

import anyio
import pytest

from app.clock import SystemClock
from app.config import AnalysisSection
from app.domain.identity import Identity
from app.domain.mention import Author, Deletion, Heartbeat, Mention
from app.domain.tally import minutes
from app.errors import BusUnavailable
from app.service import Context
from ingest.analysis import AnalysisService
from ingest.understanding import build
from tests.unit.ingest.test_understanding import Poisonous

pytestmark = pytest.mark.anyio
IDENTITY = Identity(b"secret")
ANALYZERS = build(("language", "lexicon"), ("de", "en"))
AT = time.time() - 120


def mention(name: str, text: str = "Der Abschlag ist eine Frechheit", **more) -> Mention:
    row = {"channel": "x", "id": name, "published_at": AT, "author": Author(f"author of {name}"), "brands": ("nord",)}
    return Mention(**(row | {"text": text, "key": IDENTITY.key("x", name)} | more))


def gone(name: str) -> Deletion:
    return Deletion("x", name, AT + 60, key=IDENTITY.key("x", name))


def worker(bus, name: str = "one", analyzers=ANALYZERS) -> AnalysisService:
    config = SimpleNamespace(brands=(), analysis=AnalysisSection())
    return AnalysisService(Context(config, None, SystemClock(), bus, None, IDENTITY, {"consumer": name}), analyzers)


async def take(bus, name: str = "one", **more) -> None:
    await worker(bus, name, **more).take(await bus.read("analysis", name, block_ms=1))


async def labels(bus) -> tuple[int, int, int]:
    """Return (count, negative, positive) of the brand."""
    found = minutes((await bus.snapshot(["nord"], AT - 3600)).tally, "nord").values()
    return sum(m.count for m in found), sum(m.negative for m in found), sum(m.positive for m in found)


async def test_mentions_edits_and_deletions(bus):
    await bus.publish([mention("a"), mention("b", "Super, danke!"), mention("c", "Das nervt nur noch")])
    await take(bus)
    assert await labels(bus) == (3, 2, 1)
    await bus.publish([mention("a", "Alles wieder gut, danke!"), gone("b"), mention("c", "etwas anderes", brands=())])
    await take(bus)
    assert await labels(bus) == (2, 0, 2)
    snapshot = await bus.snapshot(["nord"], AT - 3600)
    assert [card.mention.id for card in snapshot.newest["nord"]] == ["a"]
    terms = [field for name, fields in snapshot.tally.items() if ":t:" in name for field in fields]
    assert "n:abschlag" not in terms
    assert (await bus.lag())["analysis"] == 0


async def test_a_batch_that_was_claimed_from_a_slow_worker_is_counted_once(bus):
    await bus.publish([mention(str(number)) for number in range(20)])
    slow = await bus.read("analysis", "slow", 12, 1)
    await take(bus, "quick")
    assert (await labels(bus))[0] == 8
    await worker(bus, "quick").take(await bus.claim("analysis", "quick", idle_ms=0))
    await worker(bus, "slow").take(slow)
    assert await labels(bus) == (20, 20, 0)
    assert (await bus.lag())["analysis"] == 0


async def test_a_slow_worker_still_settles_what_was_left_to_it(bus):
    await bus.publish([mention(str(number)) for number in range(4)])
    slow = await bus.read("analysis", "slow", 4, 1)
    await worker(bus, "quick").take(await bus.claim("analysis", "quick", idle_ms=0, count=2))
    await worker(bus, "slow").take(slow)
    assert await labels(bus) == (4, 4, 0)


async def test_a_deletion_and_an_edit_that_overtake_the_mention_count_it_once(bus):
    await bus.publish([mention("a"), mention("b")])
    slow = await bus.read("analysis", "slow", 2, 1)
    await bus.publish([gone("a"), mention("b", "Super, danke!")])
    await take(bus, "quick")
    assert await labels(bus) == (1, 0, 1)
    await worker(bus, "slow").take(await bus.claim("analysis", "slow"))
    del slow
    await worker(bus, "quick").take(await bus.claim("analysis", "quick"))
    assert await labels(bus) == (2, 1, 1)
    assert (await bus.lag())["analysis"] == 0


async def test_a_deletion_that_overtakes_an_edit_leaves_counted_what_the_edit_said(bus):
    await bus.publish([mention("a"), mention("b")])
    await take(bus, "quick")
    await bus.publish([mention("a", "Super, danke!"), mention("b", "etwas anderes", brands=())])
    await bus.read("analysis", "slow", 2, 1)
    await bus.publish([gone("a"), gone("b")])
    await take(bus, "quick")
    for _ in range(9):
        await worker(bus, "quick").take(await bus.claim("analysis", "quick"))
    assert await labels(bus) == (2, 2, 0)
    await worker(bus, "slow").take(await bus.claim("analysis", "slow"))
    await worker(bus, "quick").take(await bus.claim("analysis", "quick"))
    assert await labels(bus) == (1, 0, 1)
    assert (await bus.lag())["analysis"] == 0
    state = await bus.snapshot(["nord"], AT - 3600)
    assert not state.newest["nord"]


async def test_a_deletion_does_not_wait_for_what_was_buried(bus):
    await bus.publish([mention("a")])
    [entry] = await bus.read("analysis", "slow", 1, 1)
    await bus.bury(entry.partition, entry, "an analyzer failed")
    await bus.publish([gone("a")])
    await take(bus, "quick")
    assert await bus.lag() == {"analysis": 0, "archive": 1}


async def test_poison_costs_what_one_analyzer_finds_and_the_rest_goes_on(bus):
    await bus.publish([mention("a"), mention("b", "poison"), mention("c")])
    await take(bus, analyzers=[*ANALYZERS, Poisonous(())])
    assert await labels(bus) == (3, 2, 0)
    assert (await bus.lag())["analysis"] == 0


class Killed(BaseException):
    """Nobody catches it: the worker is gone as after SIGKILL, having settled nothing."""


class Deadly:
    """Kills whoever analyses poison."""

    name = "deadly"
    killed = 0

    def analyse(self, mentions, so_far):
        if any("poison" in mention.text for mention in mentions):
            Deadly.killed += 1
            raise Killed
        return so_far


async def test_a_mention_that_kills_its_worker_again_and_again_takes_nobody_with_it(bus):
    """The batch dies twice, then everything is analysed alone; only the culprit is buried, after five deaths."""
    Deadly.killed = 0
    await bus.publish([mention(name, "poison" if name == "5" else "Das nervt") for name in "0123456789"])
    first = True
    for _ in range(10):
        dying = worker(bus, analyzers=[*ANALYZERS, Deadly()])
        with suppress(Killed):
            if first:
                first = False
                await dying.take(await bus.read("analysis", "one", block_ms=1))
            await dying.take(await bus.claim("analysis", "one"))
    assert await labels(bus) == (9, 9, 0)
    [letter] = await bus.letters()
    assert (letter.key, letter.deliveries) == (mention("5").key, 6)
    assert letter.reason == "its worker stopped 3 times while analysing it alone"
    assert Deadly.killed == 5


async def test_a_redis_that_is_full_for_a_while_makes_no_dead_letters(bus):
    await bus.publish([mention(name, "Das nervt") for name in "0123456789"])
    one = worker(bus)
    entries = await bus.read("analysis", "one", block_ms=1)
    client = bus._connection.client
    await client.config_set("maxmemory", 1)
    try:
        for _ in range(12):
            with pytest.raises(BusUnavailable, match="out of memory"):
                await one.take(entries)
            entries = await bus.claim("analysis", "one")
    finally:
        await client.config_set("maxmemory", 0)
    assert min(entry.deliveries for entry in entries) > 5
    await one.take(entries)
    assert await labels(bus) == (10, 10, 0)
    assert await bus.letters() == []


async def test_heartbeats_move_the_watermark(bus):
    await bus.beat(AT + 1)
    await bus.beat(AT + 2)
    await take(bus)
    assert (await bus.snapshot([], AT)).watermark == AT + 2


async def test_a_worker_that_comes_back_goes_on_with_what_it_left_and_is_quick(bus):
    await bus.publish([mention("left")])
    assert len(await bus.read("analysis", "one", 10, 1)) == 1
    service = worker(bus)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(service.run)
            await service._context.ready.wait()
            assert await labels(bus) == (1, 1, 0)
            began = time.monotonic()
            await bus.publish([mention("new")])
            await settled(bus)
            assert time.monotonic() - began < 1
            group.cancel_scope.cancel()
    assert await labels(bus) == (2, 2, 0)


async def settled(bus) -> None:
    """Wait for the archive's side of the stream: the settled mention and the delta of its batch."""
    while True:
        for entry in await bus.read_analysed("archive", "test", block_ms=100):
            if entry.payload and not isinstance(entry.payload, Heartbeat) and entry.payload.mention.id == "new":
                return
