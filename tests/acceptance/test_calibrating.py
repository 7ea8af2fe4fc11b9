"""Budgets in the running service: bars by the past, a change that takes effect, verdicts that count."""

import pytest
from msgspec.structs import replace

from app.budgets import Budgets
from app.domain.actor import LOOPBACK
from app.domain.brand import Topic
from app.domain.incident import Incident
from tests.acceptance.world import DAY, World

pytestmark = pytest.mark.anyio


async def minutes(world: World, service, number: int) -> None:
    await world.speak(60 * number, 20, service, step=30)


async def test_bars_are_worked_out_kept_with_their_price_and_follow_a_change(world: World):
    world.seed(days=4)
    service = world.service()
    await service.begin()
    watch = service._watches["nordlicht"]
    assert watch.record.days > 1.5
    await minutes(world, service, 2)
    budgets = Budgets(world.store, world.clock)
    kept = {one.severity: one for one in budgets.of(world.config, "nordlicht").thresholds}
    assert {severity: one.risk for severity, one in kept.items()} == dict(watch.bars)
    assert len(kept["crisis"].prices) == 5
    before = dict(watch.bars)
    budgets.put(LOOPBACK, "nordlicht", 3.0, 0.4, 0.1)
    await minutes(world, service, 2)
    assert all(watch.bars[severity] > before[severity] for severity in ("note", "warning", "crisis"))


async def test_a_restart_goes_on_with_the_record_and_verdicts_count(world: World):
    world.seed(days=4)
    service = world.service()
    await service.begin()
    watch = service._watches["nordlicht"]
    at = world.clock.now() - DAY
    for day in range(2):
        watch.record.put(at + day * DAY / 2, 3.0 - day)
    await world.speak(3720, 20, service, step=60)
    noise = Incident("i1", "nordlicht", at, "resolved", "warning", (), since=at, resolved_at=at + 60, verdict="real")
    with world.store.transaction() as tx:
        tx.incidents.save(noise)
    fresh = world.service("two")
    await fresh.begin()
    again = fresh._watches["nordlicht"]
    assert again.record.high == pytest.approx(watch.record.high)
    with world.store.transaction() as tx:
        tx.incidents.save(replace(noise, verdict="noise"))
    third = world.service("three")
    await third.begin()
    assert third._watches["nordlicht"].bars["crisis"] > again.bars["crisis"], "one more of them was false"


async def test_a_brand_shares_its_budget_with_its_topics(world: World):
    world.config = world.config.model_copy(update={"topics": (Topic("preis", "Preis", "preis"),)})
    world.seed(days=3)
    service = world.service()
    await service.begin()
    whole, part = service._watches["nordlicht"], service._watches["nordlicht/preis"]
    assert part.bars["crisis"] > 1.5, "less of the budget, and no past of its own"
    assert whole.bars["crisis"] < part.bars["crisis"]
