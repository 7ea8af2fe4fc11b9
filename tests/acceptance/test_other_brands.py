"""The alerts service while what is watched changes: new brands are learned, those that go leave nothing behind."""

import anyio
import pytest

from alerts.duty import lease_of
from alerts.service import AlertsService
from app.crisis import open_incident
from app.domain.actor import system
from app.domain.brand import EVERY, Brand, Topic
from app.domain.incident import Incident
from tests.acceptance.test_alerts_service import stormy, until
from tests.acceptance.world import DAY, World

pytestmark = pytest.mark.anyio
OTHER = Brand("other", "Other", "other", demo=True)


def change(service: AlertsService, **new: object) -> None:
    """Put another configuration in force for a service."""
    watchlist = service._context.watchlist
    watchlist._put(watchlist.in_force._replace(config=watchlist.config.model_copy(update=new)))


async def test_a_new_brand_is_learned_from_history_while_the_others_go_on(world: World):
    world.seed()
    service = world.service()
    service._brands, service._scopes = {}, {}
    service._duty.follow(())
    async with anyio.create_task_group() as group:
        group.start_soon(service.run)
        await service._context.ready.wait()
        await anyio.wait_all_tasks_blocked()
        assert service._watches == {}
        change(service, brands=(OTHER, *world.config.brands), competitors=(Brand("r", "R", "r", rivals=(EVERY,)),))
        with anyio.fail_after(10):
            await until(lambda: set(service._watches) == {"nordlicht", "other"} == service._duty.held)
        group.cancel_scope.cancel()
    assert service._watches["nordlicht"].basis > 2.9 * DAY


async def test_a_change_of_others_forgets_nothing_of_those_that_stay(world: World):
    world.seed()
    service = world.service()
    await service.begin()
    watch = service._watches["nordlicht"]
    change(service, brands=(Brand("nordlicht", "Nordlicht", "nordlicht OR polarlicht", demo=True), OTHER))
    await world.speak(30, 20, service)
    assert service._watches["nordlicht"] is watch
    assert service._brands["nordlicht"].name == "Nordlicht"


async def test_a_brand_that_goes_leaves_no_open_incident_and_no_duty(world: World):
    service = await stormy(world)
    change(service, brands=(OTHER,))
    await world.speak(30, 140, service, angry=True)
    (incident,), audit = await world.incidents()
    assert (incident.state, audit[-1]) == ("resolved", "incident.resolve")
    assert [one.state for one in await world.bus.incidents()] == ["resolved"]
    assert await world.bus.lease(lease_of("nordlicht"), "another", 5) is not None
    assert (set(service._watches), service._duty.held) == (set(), {"other"})


async def test_a_topic_that_goes_leaves_no_open_incident(world: World):
    bills, hotline = Topic("bills", "Bills", "bill"), Topic("hotline", "Hotline", "hotline")
    world.config = world.config.model_copy(update={"topics": (bills, hotline)})
    service = world.service()
    await service.begin()
    for topic in ("bills", "hotline"):
        opened = Incident(topic, "nordlicht", 0.0, "firing", "note", (), topic=topic)
        await open_incident(world.store, world.bus, system("alerts"), opened, world.clock.now())
    change(service, topics=(bills,))
    await world.speak(10, 20, service)
    found, _ = await world.incidents()
    assert {one.id: one.state for one in found} == {"bills": "firing", "hotline": "resolved"}
    with world.store.reading() as tx:
        assert tx.events.of("hotline")[-1].detail == {"reason": "unwatched"}


@pytest.mark.long
async def test_of_a_brand_that_another_service_is_on_duty_for_nothing_is_resolved(world: World):
    service = await stormy(world)
    await world.bus.release(lease_of("nordlicht"), "one")
    assert await world.bus.lease(lease_of("nordlicht"), "another", 60) is not None
    change(service, brands=(OTHER,))
    await world.speak(30, 20, service)
    (incident,), _ = await world.incidents()
    assert incident.state == "firing"
    assert service._duty.held == {"other"}


async def test_who_starts_after_a_brand_went_ends_what_was_left_open(world: World):
    await stormy(world)
    await world.bus.release(lease_of("nordlicht"), "one")
    world.config = world.config.model_copy(update={"brands": (OTHER,)})
    await world.service("two").begin()
    (incident,), _ = await world.incidents()
    assert incident.state == "resolved"
