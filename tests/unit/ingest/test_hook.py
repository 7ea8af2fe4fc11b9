import asyncio
from pathlib import Path

import pytest

from app.clock import ManualClock
from app.domain.instant import rfc3339
from ingest.connector import Batch, Setting, topic
from ingest.connectors.meta import MetaConnector, MetaOptions
from ingest.connectors.push import PushOptions
from ingest.connectors.whatsapp import WhatsAppConnector, WhatsAppOptions
from ingest.hook import MARK, called
from tests.intake import MemoryBus, Told, until

pytestmark = pytest.mark.anyio


def setting(clock, bus=None, told=None, options=None):
    made = options or MetaOptions(app_secret="geheim")
    return Setting("pages", made, clock, Path(), told or Told(), commands=bus.commands if bus else None)


class HeldClock(ManualClock):
    """A clock on which whoever sleeps sleeps until it is moved."""

    def __init__(self, now):
        super().__init__(now)
        self.moved = asyncio.Event()
        self.asleep = 0

    async def sleep(self, seconds):
        self.asleep += 1
        await self.moved.wait()


async def test_it_marks_that_it_listens_and_tells_what_came():
    clock, bus, told = HeldClock(1_000.0), MemoryBus(), Told()
    batches = MetaConnector(setting(clock, bus, told)).listen(None)
    assert await anext(batches) == Batch(cursor="1000.0")
    coming = asyncio.ensure_future(anext(batches))
    await until(lambda: clock.asleep == 1)
    said = {"received": "3", "matched": "2", "newest": "17.5", "unreadable": "1", "fault": "comment without id"}
    await bus.command(topic("pages"), said)
    assert await coming == Batch(received=3, matched=2, last_item_at=17.5, unreadable=1, fault="comment without id")
    assert [status for status, _ in told.said] == ["idle", "live"]
    assert await anext(batches) == Batch(cursor="1000.0")
    coming = asyncio.ensure_future(anext(batches))
    await until(lambda: clock.asleep == 2)
    clock.advance(MARK)
    clock.moved.set()
    assert await coming == Batch(cursor="1060.0")
    await batches.aclose()


async def test_a_channel_that_promises_no_second_call_is_waited_for_without_marks():
    bus, told = MemoryBus(), Told()
    batches = called(setting(ManualClock(0.0), bus, told), None, "Ready.")
    coming = asyncio.ensure_future(anext(batches))
    await until(lambda: told.said == [("idle", "Ready.")])
    await bus.command(topic("pages"), {"received": "2"})
    assert await coming == Batch(received=2)
    await batches.aclose()


async def first(cursor, redelivered, now=1_000_000_000.0):
    batches = called(setting(ManualClock(now)), cursor, "Ready.", redelivered)
    return [batch async for batch in batches]


async def test_what_is_not_called_again_is_a_gap():
    now = 1_000_000_000.0
    [batch] = await first(str(now - 10_000), 3_600.0)
    assert (batch.gap.since, batch.gap.until) == (now - 10_000, now - 3_600)
    assert rfc3339(now - 10_000) in batch.gap.reason
    assert "1 h only" in batch.gap.reason
    [batch] = await first(str(now - 10_000), 0.0)
    assert "calls once" in batch.gap.reason
    assert await first(str(now - 3_000), 3_600.0) == []
    for strange in (None, "x", "inf", ""):
        assert await first(strange, 0.0) == []
    assert await first("5", None) == []


async def test_hooks_want_their_own_options():
    for connector in (MetaConnector, WhatsAppConnector):
        with pytest.raises(TypeError):
            connector.hook(PushOptions())
    told = Told()
    waiting = WhatsAppConnector(setting(ManualClock(0), told=told, options=WhatsAppOptions(app_secret="x")))
    assert [batch async for batch in waiting.listen(None)] == []
    assert "WhatsApp at /hooks/pages" in told.said[0][1]
