import asyncio

import pytest

from ingest.lines import MOST, gathered

pytestmark = pytest.mark.anyio


async def stream(*lines, fails=None):
    for line in lines:
        yield line
    if fails:
        raise fails


async def take(lines, taken):
    async for some in gathered(lines):
        taken += some


async def test_lines_that_come_together_are_handed_on_together():
    assert [some async for some in gathered(stream("a", "b", "c"))] == [["a", "b", "c"]]
    assert [len(some) async for some in gathered(stream(*"x" * (MOST + 1)))] == [MOST, 1]
    assert [some async for some in gathered(stream())] == []


async def test_what_came_before_a_failure_is_handed_on_then_it_fails():
    taken = []
    with pytest.raises(OSError, match="broken"):
        await take(stream("a", "b", fails=OSError("broken")), taken)
    assert taken == ["a", "b"]
    with pytest.raises(OSError, match="broken"):
        await take(stream(fails=OSError("broken")), taken)


async def test_a_line_alone_does_not_wait_for_the_next():
    more = asyncio.Event()

    async def slow():
        yield "a"
        await more.wait()
        yield "b"

    lines = gathered(slow())
    assert await anext(lines) == ["a"]
    more.set()
    assert await anext(lines) == ["b"]
    await lines.aclose()


async def test_who_stops_taking_ends_the_reading():
    ended = asyncio.Event()

    async def endless():
        try:
            while True:
                yield "a"
                await asyncio.sleep(0)
        finally:
            ended.set()

    lines = gathered(endless())
    await anext(lines)
    await lines.aclose()
    async with asyncio.timeout(5):
        await ended.wait()
