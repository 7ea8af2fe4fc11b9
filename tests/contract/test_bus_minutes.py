"""What the alerts service reads, and what became of the group it once read in."""

import pytest

from app.bus.redis import RedisBus
from tests.traffic import NOW, said, work

pytestmark = pytest.mark.anyio
HOUR = int(NOW) // 3600 * 3600


async def test_minutes_are_read_alone_and_an_empty_bucket_is_told_as_one(bus: RedisBus):
    await bus.publish([said(1), said(2), said(3, published_at=NOW - 3600)])
    await work(bus)
    found = await bus.minutes(["acme", "else"], NOW - 3600, NOW)
    assert set(found) == {f"{brand}:m:{start}" for brand in ("acme", "else") for start in (HOUR - 3600, HOUR)}
    assert found[f"else:m:{HOUR}"] == {}
    kept = (await bus.snapshot(["acme"], NOW - 7200)).tally
    assert found[f"acme:m:{HOUR}"] == kept[f"acme:m:{HOUR}"]
    assert found[f"acme:m:{HOUR - 3600}"] == kept[f"acme:m:{HOUR - 3600}"]


async def test_the_watermark_is_that_of_the_partition_furthest_behind(bus: RedisBus):
    assert await bus.watermark() == 0.0
    await bus.beat(NOW)
    await work(bus)
    assert await bus.watermark() == NOW


async def test_a_group_nobody_reads_any_more_holds_up_no_trimming(bus: RedisBus):
    stream = "ew:{p0}:analysed"
    client = bus._connection.client
    await client.xgroup_create(stream, "alerts", id="0")
    await bus.publish([said(1)])
    await work(bus)
    await bus.acknowledge("archive", await bus.read_analysed("archive", "a", 500, 1))
    await bus.trim()
    before = await client.xlen(stream)
    await bus._connection.prepare()
    assert [group["name"] for group in await client.xinfo_groups(stream)] == [b"archive"]
    await bus.trim()
    assert await client.xlen(stream) < before
    assert "alerts" not in await bus.lag()
