import asyncio
from types import SimpleNamespace

import anyio
import pytest

from app.clock import ManualClock
from app.config import Source
from app.config.model import SiteSection
from app.domain.habit import HOUR, WEEK, Hour
from app.errors import StoreUnavailable
from ingest.connector import Batch
from ingest.health import Health
from ingest.ledger import Ledger

pytestmark = pytest.mark.anyio
START = 1_795_010_400
"""A full hour."""


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def health(clock):
    return Health(Source(id="one", connector="x"), clock)


@pytest.fixture
def ledger(store, clock, health):
    context = SimpleNamespace(store=store, clock=clock, config=SimpleNamespace(site=SiteSection(zone="UTC")))
    return Ledger(context, health)


def kept(store):
    with store.reading() as tx:
        return tx.hours.read("one", 0)


def minutes(ledger, clock, number):
    for _ in range(number):
        clock.advance(60)
        ledger.note()


async def test_items_and_seconds_of_listening_go_into_their_hour(ledger, health, clock, store):
    ledger.note()
    health.say("live", "")
    health.hear(Batch(received=5))
    ledger.note()
    minutes(ledger, clock, 30)
    ledger.enter()
    health.say("unreachable", "gone")
    health.hear(Batch(received=2))
    minutes(ledger, clock, 30)
    minutes(ledger, clock, 10)
    health.say("live", "")
    minutes(ledger, clock, 10)
    ledger.enter()
    assert kept(store) == [Hour(START, 7, 31 * 60), Hour(START + HOUR, 0, 9 * 60)]


async def test_a_machine_that_slept_did_not_listen(ledger, health, clock, store):
    health.say("live", "")
    ledger.note()
    clock.advance(900)
    ledger.note()
    ledger.enter()
    assert kept(store) == []


async def test_what_is_usual_comes_back_once_an_hour_and_old_hours_go(ledger, health, clock, store):
    with store.transaction() as tx:
        tx.hours.add("one", [Hour(START - 10 * WEEK, 1, 1)])
        tx.hours.add("one", [Hour(START - n * WEEK, 40, 3600) for n in range(1, 5)])
    ledger.note()
    ledger.enter()
    assert kept(store)[0].start == START - 4 * WEEK
    assert health.report().usual == 40
    assert health.report().patience is None, "the hours before are not known"
    known = health.habit
    minutes(ledger, clock, 1)
    ledger.enter()
    assert health.habit is known


async def test_what_cannot_be_written_now_waits_and_faults_stop_nobody(ledger, health, clock, store, monkeypatch):
    failures = [StoreUnavailable("locked"), ValueError("odd")]
    enter = ledger.enter
    done = asyncio.Event()

    def once():
        if failures:
            raise failures.pop()
        enter()
        done.set()

    monkeypatch.setattr(ledger, "enter", once)
    health.say("live", "")
    health.hear(Batch(received=5))
    async with anyio.create_task_group() as group:
        group.start_soon(ledger.run)
        await done.wait()
        group.cancel_scope.cancel()
    assert kept(store)[0].items == 5
