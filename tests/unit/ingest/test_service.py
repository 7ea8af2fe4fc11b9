import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
import pytest
from pydantic import BaseModel

from app import registry
from app.clock import SystemClock
from app.config import Config, Source
from app.domain.brand import Brand
from app.domain.mention import Author, Deletion, Mention
from app.domain.source import Gap, Hold, SourceState
from app.domain.tally import MinuteTally
from app.errors import SourceUnavailable
from app.service import Context
from ingest import failure, listener, recheck
from ingest.connector import Batch, Fates, History
from ingest.listener import Listener
from ingest.publish import Intake
from ingest.service import IngestService
from tests.fixtures.store import NOON, said
from tests.intake import MemoryBus, until

pytestmark = pytest.mark.anyio


class ScriptOptions(BaseModel):
    steps: list = []
    ends: bool = False
    deaf: bool = False
    """Swallows being told to stop once, as a library that closes a connection may."""


@dataclass
class ScriptConnector:
    """Yields what its options say; an exception in them is raised once."""

    setting: object
    raised: set = field(default_factory=set)
    channel = "x"
    Options = ScriptOptions
    heard = []  # noqa: RUF012 - shared on purpose: the cursors of all connectors ever made
    spent = set()  # noqa: RUF012 - as above

    async def listen(self, cursor):
        self.heard.append(cursor)
        self.setting.report("live", "")
        for number, step in enumerate(self.setting.options.steps):
            if isinstance(step, Exception):
                if id(step) not in self.spent:
                    self.spent.add(id(step))
                    raise step
            elif cursor is None or number > int(cursor):
                yield step
        if self.setting.options.deaf:
            with suppress(asyncio.CancelledError):
                await asyncio.get_running_loop().create_future()
        if not self.setting.options.ends:
            await asyncio.get_running_loop().create_future()


@pytest.fixture(autouse=True)
def script(monkeypatch):
    known = registry.load
    monkeypatch.setattr(
        registry, "load", lambda group, name: ScriptConnector if name in {"script", "demo"} else known(group, name)
    )
    monkeypatch.setattr(listener, "REPORT", 0.05)
    ScriptConnector.heard, ScriptConnector.spent = [], set()


@pytest.fixture
def bus():
    return MemoryBus()


def post(number, text="Nordlicht", at=NOON):
    return Mention("x", str(number), at, text, Author("anna"))


def batch(number, *events, **more):
    return Batch(list(events), str(number), **more)


@pytest.fixture
def running(bus, store, identity, tmp_path):
    @asynccontextmanager
    async def run(*sources):
        config = Config(brands=(Brand("nordlicht", "Nordlicht", "nordlicht"),), sources=tuple(sources))
        context = Context(config, tmp_path, SystemClock(), bus, store, identity)
        task = asyncio.create_task(IngestService(context).run())
        try:
            yield context
        finally:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    return run


def source(name, *steps, connector="script", ends=False):
    return Source(id=name, connector=connector, options=ScriptOptions(steps=list(steps), ends=ends))


async def test_batches_are_accepted_and_only_then_their_cursor(running, bus):
    steps = [batch(0, post(1), post(2, "nichts")), batch(1), batch(2, post(3), received=7, last_item_at=NOON + 1)]
    async with running(source("one", *steps)) as context:
        await until(lambda: bus.cursors.get("one") == "2")
        await until(lambda: "one" in bus.states and bus.states["one"].received == 9)
        assert context.ready.is_set()
        assert bus.beats
    assert [event.id for event in bus.events] == ["1", "3"]
    state = bus.states["one"]
    assert (state.status, state.matched, state.last_item_at, state.demo) == ("live", 2, NOON + 1, False)
    assert state.lag >= 0
    assert bus.holders["source:one"][0] == ""


async def test_what_cannot_be_taken_is_counted_and_stops_nobody(running, bus):
    bad = Mention("x", "\ud800", float("nan"), "Nordlicht", Author("anna"))
    async with running(source("one", batch(0, bad, post(1)), batch(1, post(2)))):
        await until(lambda: bus.cursors.get("one") == "1")
        await until(lambda: "one" in bus.states and bus.states["one"].received == 3)
    assert [event.id for event in bus.events] == ["1", "2"]
    assert (bus.states["one"].status, bus.states["one"].unreadable) == ("live", 1)


async def test_who_swallows_being_told_to_stop_is_told_again(running, bus):
    deaf = Source(id="one", connector="script", options=ScriptOptions(deaf=True))
    with anyio.fail_after(10):
        async with running(deaf):
            await until(lambda: "one" in bus.states and bus.states["one"].status == "live")
    assert bus.holders["source:one"][0] == "", "and its lease is given up"


async def test_a_restart_goes_on_from_the_cursor(running, bus):
    bus.cursors["one"] = "0"
    async with running(source("one", batch(0, post(1)), batch(1, post(2)))):
        await until(lambda: bus.cursors["one"] == "1")
    assert ScriptConnector.heard == ["0"]
    assert [event.id for event in bus.events] == ["2"]


async def test_nothing_is_dropped_while_redis_is_away(running, bus):
    async with running(source("one", batch(0, post(1)), batch(1, post(2)))):
        bus.away = True
        await asyncio.sleep(0.05)
        assert not bus.events
        bus.away = False
        await until(lambda: bus.cursors.get("one") == "1")
        await until(lambda: "one" in bus.states and bus.states["one"].status == "live")
    assert [event.id for event in bus.events] == ["1", "2"]


async def test_backpressure_pauses_the_source_and_says_so(running, bus):
    bus.behind = 0.05
    async with running(source("one", batch(0, post(1)))):
        await until(lambda: "one" in bus.states and bus.states["one"].status == "paused")
        assert "catching up" in bus.states["one"].reason
        assert "one" not in bus.cursors
        bus.behind = None
        await until(lambda: bus.states["one"].status == "live")
    assert len(bus.events) == 1


async def test_a_broken_connector_is_started_again_and_stops_nobody(running, bus, monkeypatch):
    monkeypatch.setattr(failure, "LONGEST_PAUSE", 0.05)
    broken = source("broken", batch(0, post(1)), ValueError("odd"), batch(2, post(2)))
    unreachable = source("away", SourceUnavailable("gone"), batch(1, post(9)))
    async with running(broken, unreachable, source("fine", batch(0, post(3)))):
        await until(lambda: len(bus.events) == 4)
        await until(lambda: bus.states["broken"].status == "live")
    (failed,) = [state for state in bus.history if state.status == "failed"]
    assert failed.id == "broken"
    assert "ValueError: odd" in failed.reason
    (away,) = [state for state in bus.history if state.status == "unreachable"]
    assert (away.id, away.reason, away.cause) == ("away", "gone", "server"), "what a connector says is not rewritten"
    assert ScriptConnector.heard.count("0") == 1


async def test_a_source_that_has_ended_is_reported_as_stopped(running, bus):
    async with running(source("one", batch(0, post(1)), ends=True)):
        await until(lambda: "one" in bus.states and bus.states["one"].status == "stopped")
        assert bus.cursors["one"] == "0"


async def test_only_who_holds_the_lease_listens_and_a_lost_one_is_noticed(running, bus, monkeypatch):
    monkeypatch.setattr(listener, "LEASE", 0.06)
    monkeypatch.setattr(listener, "WAITING", 0.02)
    bus.holders["source:one"] = ("somebody else", 4)
    async with running(source("one", batch(0, post(1)))):
        await asyncio.sleep(0.05)
        assert not bus.events
        bus.holders["source:one"] = ("", 4)
        await until(lambda: bus.cursors.get("one") == "0")
        bus.holders["source:one"] = ("somebody else", 6)
        await asyncio.sleep(0.1)
        bus.holders["source:one"] = ("", 6)
        await until(lambda: len(ScriptConnector.heard) == 2)
    assert ScriptConnector.heard == [None, "0"]


async def test_a_commit_with_an_old_token_gives_the_source_up(bus, store, identity, tmp_path):
    config = Config(brands=(Brand("nordlicht", "Nordlicht", "nordlicht"),), sources=())
    context = Context(config, tmp_path, SystemClock(), bus, store, identity)
    one = Listener(context, source("one"), Intake(config, bus, store, identity, context.clock), "me")
    bus.holders["source:one"] = ("me", 9)
    with pytest.raises(listener.LeaseLost):
        await one._settle(batch(0))
    assert isinstance(one.state, SourceState)


async def test_history_is_seeded_once_with_an_audit_row(running, bus, store):
    past = History("nordlicht", (MinuteTally(int(NOON) - 600, count=3, neutral=3),))
    for _ in range(2):
        bus.cursors.clear()
        async with running(source("demo", Batch(history=(past,), cursor="0"), connector="demo")):
            await until(lambda: bus.cursors.get("demo") == "0" and bus.states["demo"].demo)
    with store.reading() as tx:
        assert [minute.count for minute in tx.tallies.read("nordlicht", NOON - 1200, NOON)] == [3]
        rows = tx.audit.find(10, None).items
    assert [(row.verb, row.actor, row.scope, row.subject) for row in rows] == [
        ("tally.seed", "ingest", "nordlicht", "demo")
    ]


async def test_a_paused_source_rests_until_it_is_resumed_and_goes_on_where_it_was(running, bus):
    bus.holds["one"] = Hold(NOON, "loopback")
    async with running(source("one", batch(0, post(1)))):
        await until(lambda: "one" in bus.states and bus.states["one"].status == "held")
        assert (bus.states["one"].cause, bus.states["one"].reason) == ("person", "loopback paused it.")
        assert not ScriptConnector.heard
        bus.holds["one"] = None
        await until(lambda: bus.cursors.get("one") == "0")
        await until(lambda: bus.states["one"].status == "live")
        bus.holds["one"] = Hold(NOON, "loopback")
        await until(lambda: bus.states["one"].status == "held")
        bus.holds["one"] = None
        await until(lambda: ScriptConnector.heard == [None, "0"])
    assert bus.states["one"].gaps == (), "a cursor leaves no gap"


async def test_a_pause_is_a_gap_where_nothing_can_be_asked_for_again(running, bus, monkeypatch):
    monkeypatch.setattr(ScriptConnector, "rewinds", False, raising=False)
    bus.holds["one"] = Hold(NOON, "loopback")
    async with running(source("one")):
        await until(lambda: "one" in bus.states and bus.states["one"].status == "held")
        bus.holds["one"] = None
        await until(lambda: bus.states["one"].status == "live")
        await until(lambda: bus.states["one"].gaps)
    (gap,) = bus.states["one"].gaps
    assert (gap.since, gap.reason) == (NOON, "It was paused.")


async def test_a_question_is_answered_while_it_listens_and_while_it_rests(running, bus):
    async with running(source("one")):
        for question in ("listening", "resting"):
            await bus.ask("one", question)
            await until(lambda: question in bus.proofs)  # noqa: B023 - waited for before the next
            bus.holds["one"] = Hold(NOON, "loopback")
            await until(lambda: bus.states["one"].status == "held")
    assert [bus.proofs[one].works for one in ("listening", "resting")] == [True, False]


async def test_a_listener_that_takes_over_keeps_the_gaps_and_tells_its_own(running, bus, monkeypatch):
    monkeypatch.setattr(ScriptConnector, "rewinds", False, raising=False)
    old = Gap(NOON - 900, NOON - 800, "too old")
    bus.states["one"] = SourceState("one", "script", "live", NOON - 999, NOON - 60, gaps=(old,))
    async with running(source("one")):
        await until(lambda: bus.states["one"].gaps[0] != old)
    assert bus.states["one"].gaps[1:] == (old,)
    assert bus.states["one"].gaps[0].since == NOON - 60


async def test_a_connector_that_knows_what_became_of_mentions_is_asked_beside_listening(
    running, bus, store, identity, monkeypatch
):
    now = SystemClock().now()
    asked = []

    async def fates(self, ids):
        asked.extend(ids)
        return Fates(gone=frozenset(ids))

    monkeypatch.setattr(ScriptConnector, "fates", fates, raising=False)
    monkeypatch.setattr(recheck, "REST", 0.02)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, "7", channel="x", at=now - 7200, source="one"), 1)])
    async with running(source("one", batch(0, post(7, at=now - 7200)))):
        await until(lambda: len(bus.events) == 2)
    assert asked == ["7"]
    assert isinstance(bus.events[1], Deletion)
