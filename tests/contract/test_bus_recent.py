"""Whose mentions are on their way: found in the streams, by whichever process they came and however it ended."""

import pytest

from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.config import Config
from app.domain.brand import Brand
from app.domain.mention import Author, AuthorRemoval
from ingest.publish import Intake
from tests.fixtures.bus import everywhere
from tests.traffic import NOW, gone, said, work

pytestmark = pytest.mark.anyio
ANNA = ("forum", "anna")


pytest_generate_tests = everywhere


@pytest.fixture
def bus(spread_bus: RedisBus) -> RedisBus:
    return spread_bus


def by(author, number, **more):
    return said(number, author=Author(author), **more)


async def archived(bus) -> None:
    """Do as if the archive had read everything, and trim."""
    while entries := await bus.read_analysed("archive", "a", 500, 1):
        await bus.acknowledge("archive", entries)
    await bus.trim()


async def found(bus) -> set[str]:
    return (await bus.recent_by([ANNA]))[ANNA]


async def test_a_mention_is_found_wherever_it_is_until_it_is_archived(bus):
    await bus.publish([by("anna", 1), by("bert", 2)])
    assert await bus.recent_by([ANNA, ("forum", "bert"), ("x", "anna")]) == {
        ANNA: {"1"},
        ("forum", "bert"): {"2"},
        ("x", "anna"): set(),
    }
    await work(bus)
    await bus.trim()
    assert await found(bus) == {"1"}
    await bus.publish([by("anna", 3)])
    [entry] = await bus.read("analysis", "a", 10, 1)
    await bus.bury(entry.partition, entry, "an analyzer failed")
    assert await found(bus) == {"1", "3"}
    await bus.retry_letter((await bus.letters())[0])
    assert await found(bus) == {"1", "3"}
    while await work(bus):
        pass
    await archived(bus)
    await bus.publish([by("bert", n) for n in range(10, 40)])
    while await work(bus):
        await archived(bus)
    assert "1" not in await found(bus)


async def test_what_was_trimmed_leaves_nothing_behind(bus):
    for start in range(0, 60, 20):
        await bus.publish([by("anna", start + n) for n in range(20)])
        await found(bus)
        while await work(bus):
            pass
        await archived(bus)
    await found(bus)
    held = sum(len(followed._order) for followed in bus._followed.values())
    assert held <= 4 * bus._connection.partitions
    assert len(await found(bus)) <= held


async def test_an_account_that_vanishes_right_after_its_listener_was_killed_takes_everything_along(
    bus, any_redis, store, identity
):
    """The one that heard the mentions is gone with all it remembered; nothing is archived yet."""
    config = Config(brands=(Brand("acme", "Acme", "acme"),))
    killed = Intake(config, bus, store, identity, SystemClock())
    posts = [by("anna", n, text="acme", key="") for n in range(5)]
    assert (await killed.take(posts, "live")).accepted == 5
    await work(bus)
    other = RedisBus(any_redis, partitions=bus._connection.partitions, lag_limit=1000, clock=SystemClock())
    await other.open()
    heir = Intake(config, other, store, identity, SystemClock())
    await killed.take([by("anna", 5, text="acme", key=""), gone(0)], "live")
    assert (await heir.take([AuthorRemoval("forum", "anna", NOW)], "live")).deleted == 5
    assert (await heir.take([AuthorRemoval("forum", "anna", NOW)], "live")).deleted == 0
    await other.close()


async def test_what_nobody_can_read_is_passed(bus):
    client = bus._connection.client
    await client.xadd("ew:{p0}:mentions", {"v": 1, "k": "", "e": b"\x07what"})
    await client.xadd("ew:{p0}:analysed", {"v": 1, "t": "1.0", "m": b"\x01\x80"})
    await bus.publish([by("anna", 1), gone(1)])
    assert await found(bus) == {"1"}
