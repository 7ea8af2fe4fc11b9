"""The whole life of forecasts: told while a storm grows, compared with what came after we spoke, judged in the end."""

import pytest

from app.crisis import By, Handling, Record
from app.domain.actor import LOOPBACK
from app.domain.tally import minutes
from app.effects import effects
from tests.acceptance.world import World, world

__all__ = ["world"]
pytestmark = pytest.mark.anyio


async def archived(world: World) -> None:
    """Have the archive count what is on the bus, as its service would."""
    snapshot = await world.bus.snapshot(["nordlicht"], world.clock.now() - 6 * 3600)
    found = sorted(minutes(snapshot.tally, "nordlicht").values(), key=lambda one: one.start)
    with world.store.transaction() as tx:
        assert tx.tallies.seed("nordlicht", "archive", found, world.clock.now())


async def test_a_storm_is_forecast_answered_and_judged(world: World):
    service = world.service()
    world.seed(pace=6)
    await service.begin()
    await world.speak(300, 6, service, step=60)
    while not (await world.incidents())[0]:
        await world.speak(30, 40, service, angry=True, step=30)
    (first,), _ = await world.incidents()
    assert first.forecast.refused == "young"
    for pace in (40, 50, 60, 75, 90):
        await world.speak(360, pace, service, angry=True, step=120)
    (grown,), _ = await world.incidents()
    said = grown.forecast
    assert said.refused is None
    assert said.low < said.high
    assert said.curve[0].start == said.at <= world.clock.now()
    assert (said.covered, said.judged) == (None, 0)

    spoke = world.clock.now()
    record = Record(world.store, world.bus, world.clock)
    await record.statement(By(LOOPBACK), first.id, spoke, "Wir prüfen.")
    await world.speak(2400, 15, service, angry=True, step=300)
    await archived(world)
    with world.store.reading() as tx:
        (effect,) = effects(tx, tx.incidents.get(first.id), tx.events.of(first.id), world.clock.now())
    assert effect.at == spoke
    assert effect.why != "none"
    assert effect.until is None or effect.until <= world.clock.now()

    await Handling(world.store, world.bus, world.clock).resolve(By(LOOPBACK), first.id, "vorbei")
    await world.speak(900, 5, service, step=300)
    while len((await world.incidents())[0]) == 1:
        await world.speak(60, 250, service, angry=True, step=60)
    _, second = (await world.incidents())[0]
    assert second.forecast.judged >= 2
    assert 0 <= second.forecast.covered <= 1
    with world.store.reading() as tx:
        assert all(one.judged for one in tx.forecasts.of(first.id))
