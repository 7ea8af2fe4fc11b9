"""The analysis service on a stand-in for the bus; tests/contract holds it against the real one."""

import threading
from types import SimpleNamespace

import anyio
import msgspec
import pytest

from app.bus.port import Labelled
from app.clock import ManualClock
from app.config import AnalysisSection, Config
from app.domain.identity import Identity
from app.domain.mention import Author, Deletion, Heartbeat, Mention
from app.domain.tally import Contribution, split
from app.errors import BusUnavailable
from app.service import Context
from ingest.analysis import PAUSE, AnalysisService
from ingest.understanding import build
from tests.fixtures.stream import MentionStream
from tests.unit.ingest.test_understanding import Poisonous

pytestmark = pytest.mark.anyio
IDENTITY = Identity(b"secret")
ANALYZERS = build(("language", "lexicon"), ("de", "en"))
ANN = Author("ann", "@ann", "Ann", 120)


def mention(key: str, text: str = "Der Abschlag ist eine Frechheit", **more) -> Mention:
    row = {"channel": "x", "id": key, "published_at": 7200.0, "author": ANN, "key": key, "brands": ("nord",)}
    return Mention(**(row | {"text": text} | more))


def service(stream: MentionStream, *, clock=None, analyzers=ANALYZERS, patience=30.0, store=None, **options: str):
    config = Config(brands=(), analysis=AnalysisSection(patience=patience))
    context = Context(config, None, clock or ManualClock(7200.0), stream, store, IDENTITY, options)
    return AnalysisService(context, analyzers)


async def work(stream: MentionStream, *, analyzers=ANALYZERS) -> None:
    worker = service(stream, analyzers=analyzers)
    await worker.take(await stream.read("analysis", worker._consumer))


def minutes(stream: MentionStream) -> dict[str, int]:
    whole: dict[str, int] = {}
    for name, fields in stream.tally.items():
        if split(name)[1] == "m":
            for field, number in fields.items():
                measure = field.split(":", 1)[1]
                whole[measure] = whole.get(measure, 0) + number
    return {measure: number for measure, number in whole.items() if number}


def grain(stream: MentionStream, wanted: str) -> dict[str, int]:
    found = {}
    for name, fields in stream.tally.items():
        if split(name)[1] == wanted:
            found |= {field: number for field, number in fields.items() if number}
    return found


async def test_new_mentions_are_counted_without_asking_what_was_counted():
    stream = MentionStream()
    stream.put(mention("a"))
    stream.put(mention("b", "Super, danke!"))
    await work(stream)
    assert minutes(stream) == {"n": 2, "-": 1, "+": 1, "c.x": 2, "r": 240, "-r": 120, "u.2": 2}
    assert stream.asked == []
    assert stream.pending == {}
    assert [profile.name for profile in stream.profiles.values()] == ["Ann"]
    assert [one.expected for one in stream.settled] == [0, 0]


async def test_an_edit_moves_labels_and_never_adds():
    stream = MentionStream()
    stream.put(mention("a"))
    stream.put(mention("a", "Ich nehme alles zurück, super Service, danke!"), version=2)
    await work(stream)
    assert minutes(stream) == {"n": 1, "+": 1, "c.x": 1, "r": 120, "u.2": 1}
    assert "n:abschlag" not in grain(stream, "t")
    assert stream.settled[1].expected == 1
    assert stream.settled[1].before == stream.settled[0].contribution


async def test_an_edit_that_changes_nothing_sends_an_empty_delta():
    stream = MentionStream()
    stream.put(mention("a"))
    await work(stream)
    before = msgspec.msgpack.encode(stream.tally)
    stream.put(mention("a"), version=2)
    await work(stream)
    assert msgspec.msgpack.encode(stream.tally) == before


async def test_an_edit_that_stopped_matching_withdraws_its_count():
    stream = MentionStream()
    stream.put(mention("a"))
    stream.put(mention("a", "etwas anderes", brands=()), version=2)
    await work(stream)
    assert minutes(stream) == {}
    assert len(stream.profiles) == 1


async def test_a_deletion_keeps_the_counts_and_takes_out_author_and_terms():
    stream = MentionStream()
    stream.put(mention("a"))
    stream.put(Deletion("x", "a", 7300.0, key="a"), version=2)
    await work(stream)
    assert minutes(stream) == {"n": 1, "-": 1, "c.x": 1, "r": 120, "-r": 120, "u.2": 1}
    assert grain(stream, "a") == grain(stream, "t") == {}
    before = stream.settled[0].contribution
    assert stream.settled[1].before == before
    assert stream.settled[1].contribution == msgspec.structs.replace(before, author="", terms=())


async def test_a_deletion_waits_for_its_mention_but_not_for_ever():
    stream = MentionStream()
    waiting = stream.put(Deletion("x", "a", 7300.0, key="a"), version=2)
    stream.overtaking = {waiting.id}
    await work(stream)
    assert (stream.settled, len(stream.pending)) == ([], 1)
    stream.put(Deletion("x", "b", 7300.0, key="b"), version=2, deliveries=5)
    await work(stream)
    assert stream.tally == {}
    assert [(one.key, one.contribution) for one in stream.settled] == [("b", None)]


async def test_heartbeats_keep_their_place():
    stream = MentionStream()
    stream.put(mention("a"))
    stream.put(Heartbeat(7201.0))
    stream.put(mention("a", "doch gut"), version=2)
    stream.put(Heartbeat(7202.0))
    await work(stream)
    payloads = [one.payload.at if isinstance(one.payload, Heartbeat) else one.key for one in stream.settled]
    assert payloads == ["a", 7201.0, "a", 7202.0]


async def test_what_was_claimed_away_is_left_out_and_the_rest_reduced_again():
    stream = MentionStream()
    stolen = stream.put(mention("a"))
    stream.put(mention("b"))
    stream.steal_before_settle = {stolen.id}
    await work(stream)
    assert minutes(stream)["n"] == 1
    assert [one.key for one in stream.settled] == ["b"]
    assert list(stream.pending) == [stolen.id]


async def test_a_batch_that_was_claimed_whole_changes_nothing():
    stream = MentionStream()
    stream.steal_before_settle = {stream.put(mention("a")).id}
    await work(stream)
    assert stream.tally == {}


async def test_what_is_delivered_again_after_it_was_counted_is_not_counted_twice():
    stream = MentionStream()
    stream.counted["a"] = Labelled(2, None)
    stream.put(mention("a"), deliveries=2)
    stream.put(mention("b"))
    await work(stream)
    assert [(entry.event, reason) for entry, reason in stream.buried] == [(None, "a newer version is counted already")]
    assert minutes(stream)["n"] == 1


async def test_a_batch_that_was_counted_whole_settles_nothing():
    stream = MentionStream()
    stream.counted["a"] = Labelled(1, None)
    stream.put(mention("a"), deliveries=2)
    await work(stream)
    assert (len(stream.buried), stream.settled, stream.pending) == (1, [], {})


async def test_a_mention_on_which_an_analyzer_fails_counts_with_what_the_others_found():
    stream = MentionStream()
    for text in ("gut", "poison", "schlecht"):
        stream.put(mention(text, text))
    await work(stream, analyzers=[*ANALYZERS, Poisonous(())])
    assert stream.buried == []
    assert (minutes(stream)["n"], minutes(stream)["+"]) == (3, 1)


async def test_a_mention_that_kills_its_workers_is_buried_alone():
    stream = MentionStream()
    stream.put(None, deliveries=4)
    stream.put(mention("good"), deliveries=3)
    poison = stream.put(mention("bad"), deliveries=9)
    stream.put(Heartbeat(7200.0), deliveries=9)
    stream.attempts[poison.id] = 3
    await work(stream)
    assert [reason for _, reason in stream.buried] == [
        "wiped before it was analysed",
        "its worker stopped 3 times while analysing it alone",
    ]
    assert [one.key for one in stream.settled] == ["good", ""]


async def test_an_attempt_that_only_the_bus_cut_short_is_counted_once():
    class Flapping(MentionStream):
        flaps = 5

        async def settle(self, *arguments):
            self.flaps -= 1
            if self.flaps >= 0:
                raise BusUnavailable("Redis does not answer.")
            return await super().settle(*arguments)

    stream = Flapping()
    worker = service(stream)
    entry = stream.put(mention("a"), deliveries=3)
    await stream.read("analysis", worker._consumer)
    for _ in range(5):
        with pytest.raises(BusUnavailable):
            await worker.take([entry])
    await worker.take([entry])
    assert (len(stream.settled), stream.buried, stream.attempts) == (1, [], {entry.id: 3})


async def test_a_mention_on_which_an_analyzer_hangs_is_buried_and_the_rest_goes_on():
    release = threading.Event()

    class Hanging:
        name = "hanging"

        def __init__(self) -> None: ...

        def analyse(self, mentions, so_far):
            if any("poison" in mention.text for mention in mentions):
                release.wait(20)
            return so_far

    stream = MentionStream()
    for text in ("gut", "poison", "schlecht"):
        stream.put(mention(text, text))
    worker = service(stream, analyzers=[*ANALYZERS, Hanging()], patience=0.3)
    await worker.take(await stream.read("analysis", worker._consumer))
    release.set()
    assert [reason for _, reason in stream.buried] == ["its analysis took longer than 0.3 s"]
    assert minutes(stream)["n"] == 2


async def test_it_gets_ready_works_looks_for_the_left_behind_and_stops(store):
    stream, clock = MentionStream(), ManualClock(7200.0)
    worker = service(stream, clock=clock, analyzers=None, store=store, consumer="one")
    stream.put(mention("a"))
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(worker.run)
            await worker._context.ready.wait()
            await stream.empty.wait()
            assert (stream.claims, minutes(stream)["n"]) == (1, 1)
            clock.advance(10)
            await stream.claimed_twice.wait()
            group.cancel_scope.cancel()


async def test_a_bus_that_is_away_for_a_moment_is_waited_for_and_the_left_behind_looked_at():
    class Away(MentionStream):
        async def read(self, group, consumer, count=500, block_ms=1000):
            if self.claims == 1:
                raise BusUnavailable("Redis does not answer.")
            return await super().read(group, consumer, count, block_ms)

    stream, clock = Away(), ManualClock(7200.0)
    stream.put(mention("a"))
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(service(stream, clock=clock, consumer="one").run)
            while not stream.empty.is_set():
                clock.advance(PAUSE)
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    assert stream.claims >= 2
    assert minutes(stream)["n"] == 1


def test_the_planted_stand_in_notices_a_wrong_expectation():
    stream = MentionStream()
    stream.counted["a"] = Labelled(3, Contribution(("nord",), 0.0, "neutral", "x", "post", 0, "ann", ()))
    entry = stream.put(mention("a"))
    stream.pending[entry.id] = ("me", entry)
    settled = SimpleNamespace(id=entry.id, key="a", expected=1)
    assert stream._not_ours(settled, "me")
