import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.clock import ManualClock
from app.domain.brand import Brand
from app.domain.mention import Mention
from ingest.connector import Batch, Setting
from ingest.connectors.demo import DemoConnector, DemoOptions, Memory
from ingest.connectors.replay import ReplayOptions
from ingest.demo.generator import Generator
from ingest.demo.storm import Storm

NOW = 1_795_287_630.0  # 2026-11-21 20:00:30 in Berlin


class Wire:
    """The bus as the demo source sees it: orders wait until they are sent."""

    def __init__(self) -> None:
        self.orders: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.topics: list[str] = []

    async def commands(self, topic):
        self.topics.append(topic)
        while True:
            yield await self.orders.get()


class Told:
    """Everything a connector told, and how to listen until an instant."""

    def __init__(self, clock, *, wire=None, brands=(), **options) -> None:
        self.clock, self.wire, self.reports = clock, wire or Wire(), []
        self.batches: list[Batch] = []
        self.connector = DemoConnector(
            Setting(
                source="demo",
                options=DemoOptions(**options),
                clock=clock,
                data=Path(),
                report=lambda *report: self.reports.append(report),
                brands=brands,
                commands=self.wire.commands,
            )
        )

    async def listen(self, cursor, until, orders=()):
        """Listen from `cursor` until the clock shows `until`; orders are (instant, order)."""
        waiting = sorted(orders, key=lambda pair: pair[0])
        batches = self.connector.listen(cursor)
        async for batch in batches:
            self.batches.append(batch)
            while waiting and self.clock.now() >= waiting[0][0]:
                self.wire.orders.put_nowait(waiting.pop(0)[1])
                await asyncio.sleep(0)
            if batch.cursor and msgspec.json.decode(batch.cursor, type=Memory).at >= until:
                break
        await batches.aclose()
        return self

    @property
    def events(self):
        return [event for batch in self.batches for event in batch.events]

    @property
    def cursors(self):
        return [batch.cursor for batch in self.batches if batch.cursor]


def keys(events):
    """Return what tells events apart: identity, kind of event, version."""
    return {(event.channel, event.id, type(event).__name__, getattr(event, "revision", 0)) for event in events}


@pytest.mark.anyio
async def test_the_first_start_brings_history_then_the_last_hour_then_life(monkeypatch):
    monkeypatch.setattr("ingest.connectors.demo.HISTORY", 200)
    told = await Told(ManualClock(NOW)).listen(None, NOW + 10)
    (history,) = told.batches[0].history
    assert history.brand == "nordlicht"
    assert len(history.minutes) == 200
    assert history.minutes[-1].start + 60 == (NOW - 3600) // 60 * 60
    assert all(minute.count for minute in history.minutes)
    first = min(event.published_at for event in told.events if isinstance(event, Mention))
    assert history.minutes[-1].start + 60 <= first < history.minutes[-1].start + 90
    assert not any(batch.history for batch in told.batches[1:])
    assert told.reports == [("live", "")]


@pytest.mark.anyio
async def test_batches_are_small_and_ordered_and_nothing_lies_ahead():
    told = await Told(ManualClock(NOW), rate=400).listen(msgspec.json.encode(Memory(0.0, 0.0)).decode(), NOW + 5)
    assert max(len(batch.events) for batch in told.batches) == 500
    assert any(batch.cursor is None for batch in told.batches)
    times = [getattr(event, "edited_at", 0) or getattr(event, "published_at", 0) for event in told.events]
    assert max(times) <= told.clock.now()
    assert len(told.events) == len(keys(told.events)) > 10_000
    assert all(batch.received == len(batch.events) for batch in told.batches)


@pytest.mark.anyio
async def test_live_mentions_come_within_the_second():
    told = await Told(ManualClock(NOW), rate=200).listen(Memory_at(NOW), NOW + 20)
    assert len(told.batches) > 30
    assert 20 < len(told.events) < 300


@pytest.mark.anyio
async def test_a_quiet_minute_still_moves_the_cursor():
    told = await Told(ManualClock(NOW), rate=0.001).listen(Memory_at(NOW), NOW + 20)
    assert told.events == []
    assert 3 <= len(told.cursors) <= 4


@pytest.mark.anyio
async def test_a_long_gap_is_left_out():
    told = await Told(ManualClock(NOW)).listen(Memory_at(NOW - 5 * 3600), NOW)
    times = [event.published_at for event in told.events if isinstance(event, Mention)]
    assert min(times) >= NOW - 3660
    assert not any(batch.history for batch in told.batches)


@pytest.mark.anyio
async def test_a_machine_that_slept_tells_the_last_hour_only():
    clock = ManualClock(NOW)
    told = Told(clock)
    batches = told.connector.listen(Memory_at(NOW))
    await anext(batches)
    clock.advance(7200)
    batch = await anext(batches)
    await batches.aclose()
    assert min(event.published_at for event in batch.events if isinstance(event, Mention)) >= NOW + 7200 - 3661


def Memory_at(at, storm=None):  # noqa: N802 - reads as the thing it makes
    return msgspec.json.encode(Memory(at, at - 1800, storm)).decode()


@given(cut=st.integers(0, 100), storm=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_restart_from_any_cursor_tells_the_same(cut, storm):
    async def scenario() -> None:
        start = Memory_at(NOW - 60, Storm(int(NOW) - 150, 30) if storm else None)
        whole = await Told(ManualClock(NOW)).listen(start, NOW + 30)
        cursor = whole.cursors[cut % len(whole.cursors)]
        position = next(i for i, batch in enumerate(whole.batches) if batch.cursor == cursor)
        before = [event for batch in whole.batches[: position + 1] for event in batch.events]
        again = await Told(ManualClock(NOW + 12)).listen(cursor, NOW + 30)
        end = msgspec.json.decode(whole.cursors[-1], type=Memory).at
        after = [event for event in again.events if (getattr(event, "published_at", 0) or 0) <= end]
        late = {key for key in keys(after) | keys(before) if key not in keys(whole.events)}
        assert keys(whole.events) <= keys(before) | keys(again.events)
        assert not late
        assert not keys(before) & keys(again.events)

    asyncio.run(scenario())


@pytest.mark.anyio
async def test_a_storm_on_demand_survives_a_restart_and_can_be_called_off():
    told = await Told(ManualClock(NOW)).listen(Memory_at(NOW), NOW + 200, [(NOW + 5, {"do": "storm", "minutes": "20"})])
    assert told.wire.topics == ["demo"]
    memory = msgspec.json.decode(told.cursors[-1], type=Memory)
    assert memory.storm is not None
    assert memory.storm.minutes == 20
    assert NOW + 5 < memory.storm.start < NOW + 8
    usual = len(Generator(7).events(NOW, NOW + 200))
    assert len(told.events) > 3 * usual

    later = await Told(ManualClock(NOW + 210)).listen(told.cursors[-1], NOW + 240, [(NOW + 215, {"do": "calm"})])
    assert any("-s" in event.id for event in later.events)
    calmed = msgspec.json.decode(later.cursors[-1], type=Memory)
    assert calmed.storm is not None
    assert calmed.storm.start == memory.storm.start
    assert NOW + 215 < calmed.storm.calmed < NOW + 220


@pytest.mark.anyio
async def test_a_storm_that_is_over_is_forgotten():
    told = await Told(ManualClock(NOW)).listen(Memory_at(NOW, Storm(int(NOW) - 5000, 10)), NOW + 2)
    assert msgspec.json.decode(told.cursors[-1], type=Memory).storm is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    "order", [{"do": "dance"}, {"do": "storm", "minutes": "x"}, {"do": "storm", "minutes": "0"}, {"do": "calm"}, {}]
)
async def test_an_order_that_makes_no_sense_changes_nothing(order):
    told = await Told(ManualClock(NOW)).listen(Memory_at(NOW), NOW + 10, [(NOW, order)])
    assert msgspec.json.decode(told.cursors[-1], type=Memory).storm is None


@pytest.mark.anyio
async def test_a_second_storm_waits_until_the_first_fades():
    running = Storm(int(NOW) - 60, 30)
    told = await Told(ManualClock(NOW)).listen(Memory_at(NOW, running), NOW + 10, [(NOW, {"do": "storm"})])
    assert msgspec.json.decode(told.cursors[-1], type=Memory).storm == running
    calmed = msgspec.structs.replace(running, calmed=int(NOW) - 5)
    told = await Told(ManualClock(NOW)).listen(Memory_at(NOW, calmed), NOW + 10, [(NOW, {"do": "storm"})])
    assert msgspec.json.decode(told.cursors[-1], type=Memory).storm.start > NOW
    told = await Told(ManualClock(NOW)).listen(Memory_at(NOW, calmed), NOW + 10, [(NOW, {"do": "calm"})])
    assert msgspec.json.decode(told.cursors[-1], type=Memory).storm == calmed


@pytest.mark.anyio
@pytest.mark.parametrize(("brand", "histories"), [("nordlicht", 1), ("other", 0)])
async def test_history_is_for_the_demo_brand_only(monkeypatch, brand, histories):
    monkeypatch.setattr("ingest.connectors.demo.HISTORY", 10)
    told = await Told(ManualClock(NOW), brands=(Brand(brand, brand, brand),)).listen(None, NOW)
    assert len(told.batches[0].history) == histories


@pytest.mark.anyio
async def test_it_works_without_anybody_to_take_orders_from():
    connector = DemoConnector(Setting("demo", DemoOptions(), ManualClock(NOW), Path(), lambda *_: None))
    batches = connector.listen(Memory_at(NOW - 60))
    assert (await anext(batches)).events
    await batches.aclose()


def test_options_are_strict():
    assert DemoOptions() == DemoOptions(seed=7, speed=1.0, rate=40)
    for wrong in ({"speed": 0}, {"rate": -1}, {"tempo": 3}):
        with pytest.raises(ValidationError):
            DemoOptions(**wrong)
    with pytest.raises(TypeError, match="DemoOptions"):
        DemoConnector(Setting("demo", ReplayOptions(path=Path()), ManualClock(), Path(), lambda *_: None))
