"""Voices on the bus: bounded in a storm of different texts, and whoever passes something on has the voice of that."""

from dataclasses import replace as altered

import pytest

from app.bus.port import Settled
from app.bus.redis import RedisBus
from app.bus.scripts import Script
from app.domain.mention import Heartbeat
from app.domain.tally import TallyDelta
from tests.traffic import NOW

pytestmark = pytest.mark.anyio

BUCKET = f"acme:v:{int(NOW) // 600 * 600}"
MINUTES = f"acme:m:{int(NOW) // 3600 * 3600}"
CROWD, STEP = 24_000, 6_000
ROOM = 10_000


async def settled(bus: RedisBus, fields: dict[str, int]) -> None:
    await bus.beat(NOW)
    [entry] = await bus.read("analysis", "a", 10, 1)
    tally: TallyDelta = {BUCKET: fields, MINUTES: {"0:n": 1}}
    item = Settled(entry.id, "", entry.version, 0, Heartbeat(NOW), None)
    assert await bus.settle(0, "a", [item], tally, {}, NOW) == []


async def voices(bus: RedisBus) -> dict[str, int]:
    return (await bus.snapshot(["acme"], NOW - 600)).tally.get(BUCKET, {})


def crowd(start: int, sign: int = 1) -> dict[str, int]:
    return {f"{n:016x}:n": sign for n in range(start, start + STEP)}


async def crowded(bus: RedisBus) -> None:
    for start in range(0, CROWD, STEP):
        await settled(bus, crowd(start) | {f"{start:x}".rjust(16, "f") + ":n": 40})


async def test_a_bucket_is_bounded_and_loses_no_post(bus):
    """Most of so many texts are counted together; what is said in numbers is told apart whenever it comes."""
    await crowded(bus)
    found = await voices(bus)
    assert sum(found.values()) == CROWD + 4 * 40
    assert len(found) <= ROOM + 4
    assert [found.get(f"{start:x}".rjust(16, "f") + ":n") for start in range(0, CROWD, STEP)] == [40] * 4
    assert found["~:n"] >= CROWD - ROOM


async def test_what_was_counted_together_can_be_taken_out_again(bus):
    await crowded(bus)
    for start in range(0, CROWD, STEP):
        await settled(bus, crowd(start, -1) | {f"{start:x}".rjust(16, "f") + ":n": -40})
    assert await voices(bus) == {}


async def test_a_bucket_without_its_bound_would_grow(bus):
    """Planted fault: without its bound every text has a field."""
    scripts = bus._connection.scripts
    faulty = scripts.settle.text.replace("ROOM - call('HLEN', name)", "1e9")
    assert faulty != scripts.settle.text
    bus._connection.scripts = altered(scripts, settle=Script(bus._connection, faulty))
    await crowded(bus)
    assert len(await voices(bus)) > ROOM + 4
