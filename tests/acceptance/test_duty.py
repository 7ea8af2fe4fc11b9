"""Several alerts services share the brands: one acts for each, another takes over, no incident is opened twice."""

import pytest

from alerts.duty import SETTLED, Duty, lease_of
from tests.acceptance.world import World

pytestmark = pytest.mark.anyio
BRANDS = [f"brand-{number}" for number in range(40)]


async def meet(world: World, *duties: Duty, seconds: float = 0.0) -> None:
    """Let all say that they live, and look."""
    world.clock.advance(seconds)
    for one in duties:
        await world.bus.report_service("alerts", one._owner, world.clock.now())
    for one in duties:
        await one.look()


async def test_who_joins_gets_a_share_and_every_brand_has_one_holder(world: World):
    first, second = (Duty(world.bus, BRANDS, name, world.clock) for name in ("a", "b"))
    await meet(world, first)
    assert first.held == set(BRANDS)
    await meet(world, first, second, seconds=SETTLED / 2)
    assert second.held == set(), "what was just taken is not handed over at once"
    await meet(world, first, second, seconds=SETTLED)
    assert first.held | second.held == set(BRANDS)
    assert not first.held & second.held
    assert 10 <= len(second.held) <= 30
    await meet(world, first, second, seconds=SETTLED)
    share = set(second.held)
    await meet(world, second, first, seconds=SETTLED)
    assert second.held == share, "once shared, nothing moves"
    await second.leave()
    await meet(world, first, seconds=SETTLED)
    assert first.held == set(BRANDS)


async def test_brands_of_a_service_that_died_are_taken_over_and_it_notices_when_it_wakes(world: World):
    dead, alive = (Duty(world.bus, BRANDS, name, world.clock) for name in ("a", "b"))
    await dead.look()
    assert await alive.look() == set()
    for brand in BRANDS:  # and their time is over
        await world.bus._connection.client.delete(f"ew:{{{lease_of(brand)}}}:lease")
    assert await alive.look() == set(BRANDS)
    assert not await dead.confirm(BRANDS[0])
    assert BRANDS[0] not in dead.held


async def test_a_storm_opens_one_incident_whoever_acts_when_it_is_due(world: World):
    world.seed(days=1)
    first, second = world.service("a"), world.service("b")
    await first.begin()
    await second.begin()
    assert (first._duty.held, second._duty.held) == ({"nordlicht"}, set())
    await world.speak(300, 20, first, second, step=30)
    await world.speak(180, 140, angry=True)  # the first is stopped, and the storm comes
    await world.bus._connection.client.delete(f"ew:{{{lease_of('nordlicht')}}}:lease")  # and its lease has ended
    await second.work()
    assert second._duty.held
    (incident,), audit = await world.incidents()
    assert (incident.state, audit) == ("firing", ["incident.open"])
    await first.work()
    await world.speak(120, 140, first, second, angry=True)
    (same,), audit = await world.incidents()
    assert (same.id, audit.count("incident.open")) == (incident.id, 1)
    assert first._watches["nordlicht"].incident is None


@pytest.mark.parametrize("careful", [True, False])
async def test_who_is_held_up_between_judging_and_acting_does_not_act(world: World, monkeypatch, careful):
    """Planted fault: without asking once more there would be an incident."""
    world.seed(days=1)
    service = world.service("a")
    await service.begin()
    await world.speak(300, 20, service, step=30)
    await world.speak(180, 140, angry=True)
    describe = service._acting.describe

    async def held_up(*given):
        told = await describe(*given)
        await world.bus._connection.client.set(f"ew:{{{lease_of('nordlicht')}}}:lease", "b", px=60_000)
        return told

    async def careless(_):
        return True

    monkeypatch.setattr(service._acting, "describe", held_up)
    if not careful:
        monkeypatch.setattr(service._duty, "confirm", careless)
        service._duty._looked = world.clock.monotonic()
    await service.work()
    assert len((await world.incidents())[0]) == (0 if careful else 1)
