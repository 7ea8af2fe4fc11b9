"""The life of an incident on our clock: grouping, inhibition, silence, flapping, re-arm, restart and kills."""

from copy import copy
from dataclasses import replace

import msgspec
import pytest

from alerts.service import AlertsService
from app.crisis import By, Handling, Silencing
from app.domain.actor import LOOPBACK
from app.domain.incident import Incident
from app.domain.person import Person
from tests.acceptance.world import World

pytestmark = pytest.mark.anyio
ANNA = By(LOOPBACK, "anna")
MINUTE, HOUR = 60, 3600
CALMING = 90 * MINUTE
"""In which what raged has certainly calmed down."""
LONG = pytest.mark.long


class Killed(BaseException):
    """The process dies here."""


class Dying:
    """The bus of a process that is killed when it is about to show what was committed."""

    def __init__(self, bus, state: str) -> None:
        self._bus, self._state = bus, state

    def __getattr__(self, name):
        return getattr(self._bus, name)

    async def show_incident(self, incident: Incident) -> None:
        if incident.state == self._state:
            raise Killed
        await self._bus.show_incident(incident)


@pytest.fixture
async def service(world: World) -> AlertsService:
    world.seed()
    with world.store.transaction() as tx:
        tx.people.put(Person("anna", "Anna"))
    made = world.service()
    await made.begin()
    await world.speak(5 * MINUTE, 20, made, step=30)
    return made


def log(world: World, incident: str) -> list[str]:
    with world.store.reading() as tx:
        return [event.kind for event in tx.events.of(incident)]


async def only(world: World) -> Incident:
    (incident,), _ = await world.incidents()
    return incident


@LONG
async def test_a_storm_that_flaps_is_one_incident_that_is_opened_and_resolved_once(world: World, service):
    for pace in (140, 20, 150, 20, 140):
        await world.speak(6 * MINUTE, pace, service, angry=pace > 20, step=30)
    await world.speak(CALMING, 20, service, step=60)
    incident = await only(world)
    kinds = log(world, incident.id)
    assert (incident.state, kinds[0], kinds[-1]) == ("resolved", "opened", "resolved")
    assert kinds.count("opened") == kinds.count("resolved") == 1
    assert kinds.count("escalated") <= 3


@LONG
async def test_what_a_person_ended_opens_anew_only_when_it_gets_far_worse(world: World, service):
    handling = Handling(world.store, world.bus, world.clock)
    await world.speak(4 * MINUTE, 140, service, angry=True)
    first = await only(world)
    await handling.resolve(ANNA, first.id, "Wir wissen Bescheid.")
    await world.speak(6 * MINUTE, 140, service, angry=True)
    assert (await only(world)).state == "resolved", "the same storm is not opened again"
    await world.speak(4 * MINUTE, 420, service, angry=True)
    incidents, _ = await world.incidents()
    assert [one.state for one in incidents] == ["resolved", "firing"]
    assert incidents[1].peak >= 2 * first.peak


async def test_what_a_person_holds_stays_theirs_while_it_rages_and_after_a_restart(world: World, service):
    await world.speak(3 * MINUTE, 140, service, angry=True)
    opened = await only(world)
    owned = await Handling(world.store, world.bus, world.clock).own(ANNA, opened.id)
    with world.store.transaction() as tx:
        assert tx.incidents.forget(["nordlicht"], set(opened.authors)) == bool(opened.authors) == 1
    watch, service._acting.tellers = service._watches["nordlicht"], ()
    decision = watch.again(world.clock.now(), heard=True)
    await service._acting.act(watch, service._brands["nordlicht"], decision, world.clock.now())
    assert (await only(world)).authors == (), "whoever remembers a name that was wiped does not bring it back"
    await world.speak(3 * MINUTE, 160, service, angry=True)
    fresh = world.service("two")
    await world.bus._connection.client.flushdb()
    await fresh.begin()
    (shown,) = await world.bus.incidents()
    assert (shown.id, shown.owner, shown.state) == (opened.id, "anna", "owned")
    kept = await only(world)
    assert (kept.acknowledged_at, kept.updated_at > owned.updated_at) == (owned.acknowledged_at, True)
    assert log(world, opened.id).count("owned") == 1


async def test_a_silent_storm_is_kept_and_heard_when_its_silence_ends(world: World, service):
    silencing = Silencing(world.store, world.bus, world.clock)
    silence = await silencing.begin(ANNA, "nordlicht", "Probe", world.clock.now() + 10 * MINUTE, severity="crisis")
    await world.speak(4 * MINUTE, 140, service, angry=True)
    incident = await only(world)
    assert (incident.silence, (await world.bus.incidents())[0].quiet(world.clock.now())) == (silence.id, True)
    await world.speak(9 * MINUTE, 150, service, angry=True, step=30)
    heard = await only(world)
    assert (heard.id, heard.silence) == (incident.id, None)
    assert log(world, incident.id).count("unsilenced") == 1
    assert [one.silence for one in await world.bus.incidents()] == [None]


async def test_a_topic_joins_the_storm_of_its_brand_once_and_after_it_has_an_incident_of_its_own(world: World, service):
    await world.speak(4 * MINUTE, 140, service, angry=True)
    whole, brand = await only(world), service._brands["nordlicht"]
    watch = service._watches["nordlicht"]
    topic = copy(watch)
    topic.topic, topic.incident = "bills", None
    decision = watch.again(world.clock.now(), heard=True)
    raised = tuple(msgspec.structs.replace(one, brand="nordlicht/bills", alarm=True) for one in decision.signals)
    decision = msgspec.structs.replace(decision, action="open", signals=raised, peak=50.0)
    before = log(world, whole.id)
    for _ in range(2):
        await service._acting.act(topic, brand, decision, world.clock.now())
    joined = await only(world)
    assert (joined.id, topic.incident) == (whole.id, None)
    assert "nordlicht/bills" in {signal.brand for signal in joined.signals}
    assert log(world, whole.id) == [*before, "joined"]
    handling = Handling(world.store, world.bus, world.clock)
    await handling.resolve(ANNA, whole.id)
    await service._acting.act(topic, brand, decision, world.clock.now())
    opened, resumed = topic.incident, copy(topic)
    assert (opened.topic, opened.brand, opened.state) == ("bills", "nordlicht", "firing")
    await service._acting.resume([resumed])
    assert resumed.incident == opened
    owned = await handling.own(ANNA, opened.id)
    await service._acting.refresh({"nordlicht": watch, "nordlicht/bills": topic}, {"nordlicht"})
    assert topic.incident == owned
    await handling.resolve(ANNA, opened.id)
    update = msgspec.structs.replace(decision, action="update")
    await service._acting.act(topic, brand, update, world.clock.now())
    assert topic.incident is None, "somebody ended it, which is taken over"
    await service._acting.resume([resumed])
    assert resumed.incident is None
    assert [one.state for one in (await world.incidents())[0]] == ["resolved", "resolved"]


STATES = {
    "open": "firing",
    "update": "firing",
    "resolve": "resolved",
    "acknowledge": "acknowledged",
    "resolve by hand": "resolved",
}


@pytest.mark.parametrize(
    "verb", [pytest.param(one, marks=() if one in {"open", "acknowledge"} else LONG) for one in STATES]
)
async def test_who_is_killed_between_the_transaction_and_the_walls_loses_and_doubles_nothing(
    world: World, service, verb: str
):
    """Whoever takes over shows what was kept, tells it once, and goes on from there."""
    if verb != "open":
        await world.speak(3 * MINUTE, 140, service, angry=True)
    before = len(log(world, (await only(world)).id)) if verb != "open" else 0
    with pytest.raises(Killed):
        await do(verb, world, service, Dying(world.bus, STATES[verb]))
    kept = await only(world)
    fresh = world.service("one")
    await fresh.begin()
    await world.speak(2 * MINUTE, 20 if "resolve" in verb else 140, fresh, angry="resolve" not in verb)
    assert (await only(world)).id == kept.id
    (shown,) = await world.bus.incidents()
    assert shown == await only(world)
    kinds = log(world, kept.id)
    assert kinds.count("opened") == 1
    assert kinds.count("resolved") == ("resolve" in verb)
    assert kinds.count("acknowledged") == (verb == "acknowledge")
    assert len(kinds) >= before
    assert (fresh._watches["nordlicht"].incident is None) == ("resolve" in verb)


async def do(verb: str, world: World, service: AlertsService, bus: Dying) -> None:
    handling = Handling(world.store, bus, world.clock)
    if verb == "acknowledge":
        await handling.acknowledge(ANNA, (await only(world)).id)
    elif verb == "resolve by hand":
        await handling.resolve(ANNA, (await only(world)).id)
    else:
        service._acting._context = replace(service._context, bus=bus)
        pace = {"open": 140, "update": 500, "resolve": 20}[verb]
        await world.speak(CALMING, pace, service, angry=verb != "resolve", step=60 if verb == "resolve" else 20)
