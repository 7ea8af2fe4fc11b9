import anyio
import pytest

from alerts.sources import SourceWatch
from app.clock import ManualClock
from app.config import Config, Source
from app.domain.brand import Brand
from app.domain.source import SourceState
from app.errors import BusUnavailable
from app.service import Context
from tests.intake import MemoryBus

pytestmark = pytest.mark.anyio
NOW = 1_795_010_400.0


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
def make(bus, store, identity, tmp_path, clock):
    config = Config(brands=(Brand("acme", "Acme", "acme"),), sources=(Source(id="live", connector="bluesky"),))

    def made(worker="one", config=config):
        return SourceWatch(Context(config, tmp_path, clock, bus, store, identity, worker=worker))

    return made


@pytest.fixture
def report(bus, clock):
    async def told(status, cause="", name="live"):
        before = bus.states.get(name)
        since = before.since if before and before.status == status else clock.now()
        await bus.report_source(SourceState(name, "bluesky", status, since, clock.now(), "why", cause=cause))

    return told


def audited(store):
    with store.reading() as tx:
        return [(row.verb, row.actor, row.subject, row.detail["cause"]) for row in reversed(tx.audit.find().items)]


async def test_an_alarm_is_raised_told_and_ended_with_an_audit_row_each(make, report, bus, clock, store):
    watch = make()
    for status, cause in [("unreachable", "network")] * 14 + [("failed", "credential")] + [("live", "")] * 8:
        await report(status, cause)
        await watch.look()
        clock.advance(10)
    (alarm,) = await bus.alarms()
    assert (alarm.source, alarm.connector, alarm.kind, alarm.since) == ("live", "bluesky", "deaf", NOW)
    assert (alarm.opened_at, alarm.cause, alarm.resolved_at) == (NOW + 120, "credential", NOW + 210)
    assert "key is missing" in alarm.reason["en"], "a cause that changes is told anew"
    assert audited(store) == [
        ("alarm.open", "alerts", "live", "network"),
        ("alarm.resolve", "alerts", "live", "credential"),
    ]


async def test_of_several_services_one_acts_and_another_takes_its_alarms_over(make, report, bus, clock, store):
    first, second = make("one"), make("two")
    await report("failed", "credential")
    clock.advance(70)
    await report("failed", "credential")
    for watch in (first, second):
        await watch.look()
    await bus.release("alerts:sources", "one")
    clock.advance(5)
    await report("failed", "credential")
    for watch in (second, first, second):
        await watch.look()
    assert len(await bus.alarms()) == 1
    assert len(audited(store)) == 1


async def test_a_source_that_is_heard_no_more_takes_its_alarm_along(make, report, bus, clock):
    await report("failed", "credential")
    await report("failed", "credential", name="removed")
    clock.advance(70)
    for name in ("live", "removed"):
        await report("failed", "credential", name=name)
    await make().look()
    (alarm,) = await bus.alarms()
    assert alarm.source == "live"
    await bus.release("alerts:sources", "one")
    await make(config=Config(brands=(Brand("acme", "Acme", "acme"),))).look()
    assert (await bus.alarms())[0].resolved_at is not None


async def test_an_outage_of_the_bus_is_waited_out_and_duty_given_up_at_the_end(make, report, bus, clock, monkeypatch):
    watch, looked = make(), anyio.Event()
    look = watch.look

    async def once():
        if not looked.is_set():
            looked.set()
            raise BusUnavailable("away")
        await look()
        group.cancel_scope.cancel()

    monkeypatch.setattr(watch, "look", once)
    async with anyio.create_task_group() as group:
        group.start_soon(watch.run)
    assert bus.holders["alerts:sources"][0] == ""
