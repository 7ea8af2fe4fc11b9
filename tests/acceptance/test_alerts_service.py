"""The alerts service on a real bus and a real archive, its time moved by hand."""

from collections.abc import Callable

import anyio
import msgspec
import pytest

from alerts.service import AlertsService
from app.crisis import resolve_incident, update_incident
from app.domain.actor import system
from app.errors import BusUnavailable
from tests.acceptance.world import DAY, World

pytestmark = pytest.mark.anyio


async def until(reached: Callable[[], object]) -> None:
    while not reached():  # noqa: ASYNC110 - the service under test has no event for it
        await anyio.sleep(0.01)


async def stormy(world: World) -> AlertsService:
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(300, 20, service, step=30)
    assert await world.incidents() == ([], [])
    await world.speak(180, 140, service, angry=True)
    return service


async def test_a_storm_becomes_one_incident_with_reason_drivers_and_authors(world: World):
    began = world.clock.now() + 300
    service = await stormy(world)
    (incident,), audit = await world.incidents()
    assert audit[0] == "incident.open"
    assert incident.opened_at - began <= 180
    assert abs(incident.since - began) <= 60
    assert "abschlag" in incident.terms or "#nordlichtabzocke" in incident.terms
    assert incident.authors[0] == "Person 39"
    assert incident.demo
    assert "-mal so viele" in incident.reason["de"]
    assert "times as many" in incident.reason["en"]
    assert await world.bus.incidents() == [incident]
    await world.speak(300, 140, service, angry=True)
    (later,), audit = await world.incidents()
    assert (later.id, later.severity) == (incident.id, "crisis")
    assert {signal.detector for signal in later.signals} >= {"negative", "volume"}
    assert later.peak > 100
    assert audit.count("incident.open") == 1
    assert 1 <= audit.count("incident.update") <= 7


async def test_after_half_an_hour_of_calm_it_is_resolved(world: World):
    service = await stormy(world)
    await world.speak(3600, 20, service, step=60)
    (incident,), audit = await world.incidents()
    assert incident.state == "resolved"
    assert audit[-1] == "incident.resolve"
    assert service._watches["nordlicht"].incident is None


async def test_the_usual_band_is_shown_at_the_start_and_every_minute(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    first = (await world.bus.usual())["nordlicht"]
    assert len(first.minutes) == 75
    assert first.basis > 2.9 * DAY
    assert first.minutes[0].expected == pytest.approx(20, rel=0.1)
    await world.speak(70, 20, service)
    assert (await world.bus.usual())["nordlicht"].at >= first.at + 50


async def test_a_past_that_arrives_late_is_learned_and_shown(world: World):
    service = world.service()
    await service.begin()
    assert (await world.bus.usual())["nordlicht"].minutes == ()
    world.seed()
    await world.speak(20, 20, service)
    assert (await world.bus.usual())["nordlicht"].basis > 2.9 * DAY
    await world.speak(330, 20, service, step=30)
    assert await world.incidents() == ([], [])


async def test_a_restart_in_the_middle_of_a_storm_keeps_its_incident(world: World):
    await stormy(world)
    (before,), _ = await world.incidents()
    await world.speak(120, 140, angry=True)
    await world.bus._connection.client.delete("ew:incidents")
    fresh = world.service()
    await fresh.begin()
    assert [one.id for one in await world.bus.incidents()] == [before.id]
    await world.speak(120, 140, fresh, angry=True)
    (after,), audit = await world.incidents()
    assert after.id == before.id
    assert audit.count("incident.open") == 1


async def test_who_was_killed_before_the_walls_heard_of_it_is_made_up_for_within_a_minute(world: World):
    service = await stormy(world)
    await world.bus._connection.client.delete("ew:incidents")
    await world.speak(60, 140, service, angry=True)
    (incident,), _ = await world.incidents()
    assert await world.bus.incidents() == [incident]


async def test_nothing_counts_twice_after_a_restart(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(120, 20, service)
    await world.speak(600, 20, step=30)
    fresh = world.service()
    await fresh.begin()
    await world.speak(120, 20, fresh)
    kept = await world.bus.snapshot(["nordlicht"], world.clock.now() - 7200)
    counted = {name: fields for name, fields in kept.tally.items() if ":m:" in name}
    assert fresh._watches["nordlicht"].tally == counted
    assert await world.incidents() == ([], [])


async def test_an_outage_of_the_source_raises_nothing_and_teaches_nothing(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(180, 20, service)
    watch = service._watches["nordlicht"]
    basis = watch.basis
    for _ in range(0, 1800, 60):
        world.clock.advance(60)
        await world.source("unreachable")
        await world.beat()
        await service.work()
    assert watch.basis - basis <= 180
    await world.speak(300, 20, service, step=30)
    assert await world.incidents() == ([], [])
    assert watch.usual(world.clock.now()).minutes[60].expected == pytest.approx(20, rel=0.1)


async def test_an_incident_somebody_else_resolved_is_taken_over(world: World):
    service = await stormy(world)
    (incident,), _ = await world.incidents()
    await resolve_incident(world.store, world.bus, system("alerts"), incident, world.clock.now())
    await world.speak(120, 140, service, angry=True)
    assert service._watches["nordlicht"].incident is None
    incidents, _ = await world.incidents()
    assert [one.state for one in incidents] == ["resolved"]


async def test_a_name_wiped_from_the_stored_incident_goes_from_the_walls_and_stays_away(world: World):
    service = await stormy(world)
    await world.speak(1200, 20, service, step=60)
    (incident,), _ = await world.incidents()
    assert (incident.state, bool(incident.authors)) == ("firing", True)
    with world.store.transaction() as tx:
        assert tx.incidents.forget(["nordlicht"], set(incident.authors)) == 1
    await world.speak(60, 20, service)
    assert (await world.bus.incidents())[0].authors == ()
    assert service._watches["nordlicht"].incident.authors == ()
    remembered = await update_incident(
        world.store, world.bus, system("alerts"), msgspec.structs.replace(incident, authors=()), world.clock.now()
    )
    assert remembered.authors == ()


async def test_after_the_clock_was_set_back_it_goes_on_judging(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(60, 20, service)
    world.clock.advance(-3600)
    await world.speak(60, 20, service, step=30)
    assert service._stepped <= world.clock.now()
    assert await world.incidents() == ([], [])


async def test_it_runs_gets_ready_and_comes_back_after_the_bus_was_away(world: World):
    world.seed()
    service = world.service()
    real, failures = service._bus, []

    class Away:
        """The bus, away once."""

        def __getattr__(self, name):
            return getattr(real, name)

        async def watermark(self):
            if service._context.ready.is_set() and not failures:
                failures.append(1)
                raise BusUnavailable("Redis is away.")
            return await real.watermark()

    service._bus = Away()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run)
        with anyio.fail_after(20):
            await service._context.ready.wait()
            await until(lambda: failures)
            await world.speak(20, 20)
            spoken = await real.watermark()  # the clock runs on: whoever waits in the service moves it
            await until(lambda: service._stepped >= spoken - 20)
        group.cancel_scope.cancel()
    assert failures
