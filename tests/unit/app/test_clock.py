import time

import pytest

from app.clock import ManualClock, SystemClock

pytestmark = pytest.mark.anyio


async def test_a_manual_clock_stands_until_it_is_moved():
    clock = ManualClock(100.0)
    assert (clock.now(), clock.monotonic()) == (100.0, 0.0)
    clock.advance(2.5)
    await clock.sleep(1.5)
    assert (clock.now(), clock.monotonic()) == (104.0, 4.0)


async def test_the_system_clock_is_the_machines():
    clock = SystemClock()
    before, began = time.time(), clock.monotonic()
    await clock.sleep(0.001)
    assert before <= clock.now() <= time.time()
    assert clock.monotonic() > began
