"""Acting beside another service and beside drills: who is not on duty changes nothing, and drills are left alone."""

import pytest

from alerts.acting import Acting
from alerts.duty import Duty
from alerts.farewell import dismiss
from alerts.watching.decision import Decision
from alerts.watching.watch import Watch
from app.crisis import open_incident
from app.domain.actor import system
from app.domain.incident import Incident, Signal
from tests.fixtures.store import NOON

pytestmark = pytest.mark.anyio
ACTOR = system("alerts")
BRAND = "nordlicht"


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    monkeypatch.setattr("alerts.duty.LEASE", 600.0)  # Redis counts it by its own clock, and machines may be busy


@pytest.fixture
def duty(context):
    return Duty(context.bus, [BRAND], "alerts-1", context.clock)


@pytest.fixture
async def rival(context):
    """Another service, which has the brand."""
    made = Duty(context.bus, [BRAND], "alerts-2", context.clock)
    assert await made.look() == {BRAND}
    return made


def incident(name: str, **more) -> Incident:
    return Incident(name, BRAND, NOON, "firing", "warning", (), **more)


def stored(context, name: str) -> Incident:
    with context.store.reading() as tx:
        return tx.incidents.get(name)


def save(context, *incidents: Incident) -> None:
    with context.store.transaction() as tx:
        for one in incidents:
            tx.incidents.save(one)


async def test_a_topic_joins_the_incident_of_its_brand_only_by_who_is_on_duty(context, duty, rival):
    await open_incident(context.store, context.bus, ACTOR, incident("i1"), NOON)
    scope = f"{BRAND}/bills"
    raised = Signal("volume", scope, NOON, alarm=True, actual=50, expected=5, low=2, high=9, risk=9, window=300)
    acting, watch = Acting(context, duty, ACTOR), Watch(scope, list, "Europe/Berlin")
    decision = Decision((raised,), "open", topic="bills")
    await acting.act(watch, context.config.brands[0], decision, NOON + 10)
    assert stored(context, "i1").signals == ()
    await rival.leave()
    await acting.act(watch, context.config.brands[0], decision, NOON + 20)
    assert stored(context, "i1").signals == (raised,)
    with context.store.reading() as tx:
        assert [one.id for one in tx.incidents.open()] == ["i1"], "it has no incident of its own"


async def test_what_a_drill_left_open_is_neither_gone_on_with_nor_shown(context, duty):
    save(context, incident("drilled", drill="d1"), incident("real", topic="bills"))
    whole, part = Watch(BRAND, list, "Europe/Berlin"), Watch(f"{BRAND}/bills", list, "Europe/Berlin")
    await Acting(context, duty, ACTOR).resume([whole, part])
    assert whole.incident is None
    assert part.incident.id == "real"
    assert [one.id for one in await context.bus.incidents()] == ["real"]


async def test_an_incident_of_a_brand_that_is_gone_is_ended_by_who_is_on_duty_for_it(context, duty, rival):
    save(context, incident("i1"))
    await dismiss(context, duty, ACTOR, ())
    assert stored(context, "i1").state == "firing"
    await rival.leave()
    await dismiss(context, duty, ACTOR, ())
    assert stored(context, "i1").state == "resolved"
    assert duty.held == set()
