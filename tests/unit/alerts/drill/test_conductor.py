"""The conductor when something is missing: a Redis, a player, a past, a statement, the drill's own row."""

import shutil
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio import to_thread

from alerts.drill import conductor as module
from alerts.drill.conductor import LEARNED, TOPIC, Conductor
from app.bus.redis import RedisBus
from app.config import Config
from app.domain.brand import Brand
from app.domain.drill import Drill
from app.domain.events import IncidentEvent
from app.domain.source import SourceState
from app.domain.usual import Usual
from app.installation import open_archive
from app.progress import Progress
from tests.fixtures.store import NOON
from tests.fixtures.system import until

pytestmark = pytest.mark.anyio
CONFIG = Config(brands=(Brand("nord", "Nord Strom", "nord"),))
DRILL = Drill("d1", NOON, "data-leak", "nord", "de", minutes=0.1)


@pytest.fixture
def space(tmp_path, empty_archive, monkeypatch, redis_server):
    monkeypatch.setattr(module, "PATIENCE", 5.0)
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    made = tmp_path / "space"
    made.mkdir()
    shutil.copy(empty_archive, made / "emberwatch.sqlite")
    return made


@pytest.fixture
def conductor(space, store, clock):
    return Conductor(DRILL, space, CONFIG, store, clock, Progress())


async def conduct(conductor):
    """Conduct to the end; return how many seconds of the clock it took."""
    stopped, began = [], conductor._clock.monotonic()
    with anyio.fail_after(20):
        await conductor.run(lambda: stopped.append(True))
    assert stopped == [True]
    conductor.close()
    return conductor._clock.monotonic() - began


def kept(store):
    with store.reading() as tx:
        return tx.drills.get("d1")


@asynccontextmanager
async def player(bus: RedisBus):
    """Play nothing, but listen; yields what was ordered."""
    orders: list[str] = []

    async def listen() -> None:
        async for order in bus.commands(TOPIC):
            said = order["do"]
            orders.append(said)

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        with anyio.fail_after(10):
            while not await bus.command(TOPIC, {"do": "warm up"}):  # noqa: ASYNC110 - Redis tells nobody who listens
                await anyio.sleep(0.01)
        yield orders
        group.cancel_scope.cancel()


async def test_a_space_in_which_nothing_comes_up_is_given_up_after_patience(conductor, store, monkeypatch):
    monkeypatch.delenv("REDIS_URL")
    assert module.PATIENCE < await conduct(conductor) <= module.PATIENCE + 2 * module.LOOK
    assert (kept(store).state, kept(store).score) == ("failed", None)
    assert "Nothing runs on" in kept(store).problem


@pytest.mark.parametrize("live", [True, False])
async def test_a_scenario_nobody_plays_ends_with_a_sentence_whether_it_has_a_past_or_not(conductor, store, bus, live):
    if live:  # it listens, and has half the history that is needed
        await bus.report_source(SourceState("drill", "scenario", "live", NOON, NOON))
        await bus.show_usual(Usual("nord", NOON, (), basis=LEARNED / 2))
    assert await conduct(conductor) > 2 * module.PATIENCE
    assert (kept(store).state, kept(store).began) == ("failed", None)
    assert kept(store).problem == "Nobody plays the scenario; the space's log tells why."


async def test_a_storm_that_nobody_noticed_is_over_after_its_time_and_scored_with_nothing(conductor, store, bus):
    await bus.report_source(SourceState("drill", "scenario", "live", NOON, NOON))
    await bus.show_usual(Usual("nord", NOON, (), basis=LEARNED))
    async with player(bus) as orders:
        took = await conduct(conductor)
        assert await bus.command(TOPIC, {"do": "over"})
        await to_thread.run_sync(until, lambda: "over" in orders, "the last order")
    assert orders == ["warm up", "begin", "over"], "nobody said anything, so nothing calms down"
    assert took == pytest.approx(module.SOON + 6.0, abs=module.LOOK)
    card = kept(store).score
    assert (kept(store).state, kept(store).problem) == ("done", None)
    assert (card.raised, card.statement, card.would_tell, card.told) == (None, None, (), 0)


async def test_a_storm_that_others_see_too_is_scored_by_its_own_brand(conductor, space, store, bus, clock):
    await bus.report_source(SourceState("drill", "scenario", "live", NOON, NOON))
    await bus.show_usual(Usual("nord", NOON, (), basis=LEARNED))
    own = open_archive(space, clock)
    with own.transaction() as tx:
        for brand, late in (("west", 3.0), ("nord", 4.0)):
            tx.events.append(
                IncidentEvent(brand, brand, NOON + module.SOON + late, "opened", "system", "alerts", "warning", 2)
            )
    own.close()
    async with player(bus):
        await conduct(conductor)
    assert (kept(store).score.raised, kept(store).score.incidents) == (4.0, 1)
