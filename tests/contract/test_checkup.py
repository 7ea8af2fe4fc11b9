"""A checkup given up before it began leaves no fault; one that hangs is a fault for as long as it hangs."""

from threading import Event

import anyio
import pytest
from anyio import to_thread

from app.config import Config
from app.domain.brand import Brand
from app.service import Context
from dashboard import checkup
from dashboard.checkup import Checkup

pytestmark = pytest.mark.anyio


@pytest.fixture
def context(tmp_path, clock, store, identity, bus, monkeypatch):
    monkeypatch.setattr(checkup, "PATIENCE", 0.2)
    return Context(Config(brands=(Brand("nord", "Nord", "nord"),)), tmp_path, clock, bus, store, identity)


async def look_late(looks, clock):
    """Look, and again after the archive has been busy for longer than another writer takes."""
    await looks.look()
    clock.advance(checkup.GRACE)
    await looks.look()


async def test_a_busy_process_is_no_fault_once_it_has_a_thread_again(context, clock):
    looks, free = Checkup(context), Event()
    limiter = to_thread.current_default_thread_limiter()
    threads, limiter.total_tokens = limiter.total_tokens, 1
    try:
        async with anyio.create_task_group() as busy:
            busy.start_soon(to_thread.run_sync, free.wait)
            await anyio.wait_all_tasks_blocked()
            try:
                await look_late(looks, clock)
            finally:
                free.set()
    finally:
        limiter.total_tokens = threads
    assert context.faults["archive"].kind == "away"
    with anyio.fail_after(10):
        while context.faults:
            await looks.look()


async def test_one_that_hangs_is_a_fault_until_it_ends(context, clock, store):
    looks = Checkup(context)
    with store._writer.begin():
        await look_late(looks, clock)
        assert context.faults["archive"].kind == "away"
    with anyio.fail_after(10):
        while context.faults:
            await looks.look()
