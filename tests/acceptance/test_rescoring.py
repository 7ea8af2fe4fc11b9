"""A correction has the open incident judged again at once; it ends by the usual calm, not by a jump."""

from types import SimpleNamespace

import anyio
import pytest

from alerts.service import AlertsService
from app.config import AnalysisSection
from app.domain.actor import LOOPBACK
from app.domain.correction import CORRECTED, Correction, Judgement, imposed
from app.domain.incident import Incident
from app.judgement import Judgements
from app.service import Context
from app.store.corrections import Said
from app.store.search import MentionFilter
from ingest.analysis import AnalysisService
from ingest.archive import keep
from tests.acceptance.world import World
from tests.correcting import Blunt

pytestmark = [pytest.mark.anyio, pytest.mark.untraced]


async def archive(world: World) -> None:
    while entries := await world.bus.read_analysed("archive", "a", 500, 1):
        with world.store.transaction() as tx:
            keep(tx, entries)
        await world.bus.acknowledge("archive", entries)


async def correct(world: World, number: int) -> None:
    """Say of so many angry mentions that they are positive, and have analysis count that."""
    with world.store.reading() as tx:
        found = tx.mentions.find(MentionFilter(sentiment="negative"), None, number).items
    first, *others = found
    await Judgements(world.store, world.bus, world.clock).judge(
        LOOPBACK, first.mention.key, [Said("sentiment", "positive")]
    )
    for one in others:
        said = imposed(one.analysis, Judgement("positive"))
        assert await world.bus.correct(Correction(one.mention, said, world.clock.now()), 1) == "accepted"
    config = SimpleNamespace(brands=(), analysis=AnalysisSection())
    context = Context(config, None, world.clock, world.bus, None, world.identity, {"consumer": "a"})
    await AnalysisService(context, [Blunt()]).take(await world.bus.read("analysis", "a", 5000, 1))


async def signal(world: World, name: str) -> tuple[Incident, float, bool]:
    (incident,), _ = await world.incidents()
    found = next(one for one in incident.signals if one.detector == name)
    return incident, found.actual, found.alarm


async def listening(world: World) -> None:
    while not await world.bus.command(CORRECTED, {"brands": ""}):  # noqa: ASYNC110 - Redis has no event for it
        await anyio.sleep(0.01)  # until it has subscribed


async def heard(service: AlertsService) -> None:
    with anyio.fail_after(5):
        while not service._corrected._brands - {""}:  # noqa: ASYNC110 - the service has no event for it
            await anyio.sleep(0.01)
    await service.work()


async def stormy(world: World) -> AlertsService:
    world.seed()
    service = world.service()
    await service.begin()
    await world.speak(300, 20, service, step=30)
    await world.speak(180, 140, service, angry=True)
    await archive(world)
    return service


async def test_a_correction_changes_the_open_incident_without_waiting_for_a_step(world: World):
    service = await stormy(world)
    async with anyio.create_task_group() as group:
        group.start_soon(service._corrected.run)
        await listening(world)
        service._corrected.put({"nordlicht"})
        await service.work()
        incident, before, alarm = await signal(world, "negative")
        assert alarm
        await correct(world, 40)
        await archive(world)
        await heard(service)
        later, after, alarm = await signal(world, "negative")
        assert 0 < before - after <= 40
        assert (later.id, later.state, later.severity, later.peak) == (
            incident.id, incident.state, incident.severity, incident.peak,
        )  # fmt: skip
        assert later.reason != incident.reason
        assert await world.bus.incidents() == [later], "walls know"
        await correct(world, 200)
        await heard(service)
        later, _, alarm = await signal(world, "negative")
        assert not alarm, "what no longer raises says so"
        assert later.state == "firing", "it ends by calm only"
        group.cancel_scope.cancel()


async def test_who_does_not_hear_of_it_changes_nothing_until_a_step(world: World):
    """The planted fault: nobody listens."""
    service = await stormy(world)
    (before,), _ = await world.incidents()
    await correct(world, 40)
    await service.work()
    (after,), _ = await world.incidents()
    assert after == before
    service._corrected.put({"nordlicht", "of nobody"})
    await service.work()
    (after,), _ = await world.incidents()
    assert after != before
