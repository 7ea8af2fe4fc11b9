"""Rules in the running service: taken up without a restart, joined to the incident, recorded across restarts."""

import pytest

from app.domain.actor import LOOPBACK
from app.domain.rule import Rule

pytestmark = pytest.mark.anyio
FIXED = Rule("fest", "Fest", "mentions(3m) > 30", severity="crisis")
SHADOW = Rule("schatten", "Schatten", "mentions(3m) > 2 * usual", shadow=True)


def records(world, name):
    with world.store.reading() as tx:
        return tx.rules.of(name)


async def test_a_rule_is_in_force_once_it_is_saved_and_out_of_force_once_it_is_gone(world):
    world.seed(days=2, pace=20)
    service = world.service()
    await service.begin()
    await world.speak(180, 20, service)
    assert await world.incidents() == ([], [])
    watchlist = service._context.watchlist
    await watchlist.save(LOOPBACK, SHADOW)
    await watchlist.save(LOOPBACK, FIXED)
    await world.speak(130, 20, service)
    (incident,), verbs = await world.incidents()
    assert verbs.count("incident.open") == 1
    assert (incident.rules, incident.severity) == (("fest",), "crisis")
    assert incident.signals[0].detector == "rule:fest"
    assert records(world, "fest")[0].times == 1
    assert records(world, "schatten")[0].episodes == ()
    before = records(world, "fest")[0]

    another = world.service("two")
    another._context.watchlist._read = service._context.config
    another._context.watchlist._put(service._context.watchlist.in_force)
    await service._duty.leave()
    await another.begin()
    await world.speak(130, 20, another)
    (incident,), _ = await world.incidents()
    assert incident.rules == ("fest",)
    (record,) = records(world, "fest")
    assert (record.times, record.since) == (1, before.since)
    assert record.episodes[0].start == before.episodes[0].start
    assert record.episodes[0].end > before.episodes[0].end

    await another._context.watchlist.remove(LOOPBACK, "rules", "fest")
    await world.speak(130, 20, another)
    assert records(world, "fest")[0].judged_at < world.clock.now() - 100
