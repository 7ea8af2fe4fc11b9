import asyncio
from pathlib import Path

import pytest

from ingest.connector import Batch, Setting
from ingest.connectors.push import PushConnector, PushOptions, topic
from tests.intake import MemoryBus, StillClock, Told

pytestmark = pytest.mark.anyio


async def test_it_waits_and_tells_what_the_inbox_took():
    bus, told = MemoryBus(), Told()
    batches = PushConnector(Setting("push", PushOptions(), StillClock(0), Path(), told, commands=bus.commands)).listen(
        None
    )
    first = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(0)
    assert told.said[0][0] == "idle"
    await bus.command(topic("other"), {"received": "9"})
    await bus.command(topic("push"), {"received": "3", "matched": "2", "newest": "17.5"})
    assert await first == Batch(received=3, matched=2, last_item_at=17.5)
    await bus.command(topic("push"), {})
    assert await anext(batches) == Batch()
    assert told.said[-1] == ("live", "")
    await batches.aclose()


async def test_without_a_bus_there_is_nothing_to_tell():
    batches = PushConnector(Setting("push", PushOptions(), StillClock(0), Path(), Told())).listen(None)
    assert [batch async for batch in batches] == []
