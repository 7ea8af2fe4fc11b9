"""Thousands of brands are learned while the service works: those people speak of first, nothing twice."""

import anyio
import pytest

from alerts.watching import learning
from alerts.watching.learning import Learning
from app.domain.brand import Brand
from app.domain.tally import MinuteTally
from tests.acceptance.world import DAY, World

pytestmark = pytest.mark.anyio
MANY = [f"b{number}" for number in range(300)]


def said(world: World, brand: str, count: int, ago: int = 7200) -> None:
    now = int(world.clock.now())
    with world.store.transaction() as tx:
        assert tx.tallies.seed(brand, f"{brand}{ago}", [MinuteTally(now - ago, count, neutral=count)], now)


def lessons(world: World) -> Learning:
    return Learning(world.service()._context, "Europe/Berlin")


async def test_those_spoken_of_come_first_and_ours_before_all(world: World):
    said(world, "b200", 5)
    said(world, "b299", 50)
    teacher = lessons(world)
    first = await teacher.some(MANY, {"b7", "b200"})
    assert list(first)[:3] == ["b200", "b7", "b299"]
    assert len(first) <= learning.PACK
    assert first["b200"].oldest == world.clock.now() - 7200
    assert first["b7"].oldest == float("inf")


async def test_what_takes_long_is_handed_over_one_by_one(world: World, monkeypatch):
    monkeypatch.setattr(learning, "BREATH", 0.0)
    assert list(await lessons(world).some(MANY, ())) == ["b0"]


async def test_a_past_that_comes_later_is_learned_once(world: World):
    teacher = lessons(world)
    watches = list((await teacher.some(MANY[:9], ())).values())
    at = world.clock.now()
    assert await teacher.again(watches, at) == set()
    said(world, "b3", 5, 2 * DAY)
    assert await teacher.again(watches, at) == {"b3"}
    assert await teacher.again(watches, at) == set()
    teacher.forget({"b3"})
    assert (teacher._counted.keys(), teacher._spoken.keys()) == ({"b3"}, {"b3"})


async def test_the_service_is_ready_before_all_is_learned(world: World):
    world.config = world.config.model_copy(update={"brands": tuple(Brand(one, one, one) for one in MANY[:120])})
    service = world.service()
    learned = service.learn

    async def late() -> bool:
        await service._context.ready.wait()
        return await learned()

    service.learn = late
    async with anyio.create_task_group() as group:
        group.start_soon(service.run)
        with anyio.fail_after(10):
            await service._context.ready.wait()
            assert service._watches == {}
            while len(service._watches) < 120:  # noqa: ASYNC110 - the service under test has no event for it
                await anyio.sleep(0.01)
        group.cancel_scope.cancel()
