from dataclasses import replace

import anyio
import pytest

from alerts.notification.heartbeat import Heartbeat
from app import registry
from app.bus.port import Settled
from app.domain.alarm import Alarm
from app.errors import BusUnavailable
from tests.acceptance.telling import House, a_house
from tests.fixtures.store import NOON
from tests.peers.post_office import post_office

pytestmark = pytest.mark.anyio
REASON = {"de": "live hört seit 15:00 Uhr nicht: keine Verbindung.", "en": "live has not been listening since 15:00."}


class Life:
    """A house whose services live, or not, as a test says."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.stepped: float | None = None
        self.down: set[str] = set()
        self.stands = False
        house.section = house.section.model_copy(
            update={
                "heartbeat": house.section.heartbeat.model_copy(update={"url": f"{house.receiver.url}/ping/s3cret"})
            }
        )
        self.dispatcher = house.service()
        self.heartbeat = Heartbeat(self.dispatcher._context, self.dispatcher, self._stepped)

    @property
    def faults(self):
        return self.dispatcher._context.faults

    async def run(self, seconds: float, step: float = 10.0) -> None:
        house, end = self.house, self.house.clock.now() + seconds
        while house.clock.now() < end:
            house.clock.advance(step)
            now = house.clock.now()
            for name in set(registry.names("services")) - self.down:
                await house.bus.report_service(name, f"{name}-1", now)
            if not self.stands:
                await self.beat(now)
            async with anyio.create_task_group() as group:
                await self.dispatcher.look(group)
            await self.heartbeat.look()

    async def beat(self, now: float) -> None:
        """Have a heartbeat travel through analysis, so that the watermark moves."""
        bus = self.house.bus
        await bus.beat(now)
        entries = await bus.read("analysis", "a", count=100, block_ms=1)
        settled = [Settled(entry.id, "", entry.version, 0, entry.event, None) for entry in entries]
        assert await bus.settle(0, "a", settled, {}, {}, now) == []

    def _stepped(self) -> float:
        return self.house.clock.now() if self.stepped is None else self.stepped

    def calls(self) -> int:
        return len(self.house.receiver.came)


@pytest.fixture
async def life(tmp_path, redis_server, store, clock):
    with post_office() as office:
        async with a_house(tmp_path, redis_server, store, clock, office) as house:
            house.people(house.anna(), duty=("anna",))
            yield Life(house)


async def test_the_outside_hears_every_minute_while_all_is_well_and_no_more_once_data_stand_still(life):
    await life.run(300)
    assert 5 <= life.calls() <= 6
    assert life.faults == {}
    life.stands = True
    await life.run(300)
    assert life.calls() <= 7
    assert "data stand still" in life.faults["heartbeat"].reason
    assert life.house.subjects() == ["Emberwatch: Etwas von uns steht still (kein Stimmungsalarm)"]
    life.stands = False
    await life.run(200)
    assert life.calls() >= 8
    assert life.faults == {}
    assert life.house.subjects()[1:] == ["Emberwatch: Läuft wieder (kein Stimmungsalarm)"]


async def test_detectors_that_stop_silence_it_too(life):
    await life.run(100)
    heard, life.stepped = life.calls(), life.house.clock.now()
    await life.run(240)
    assert life.calls() <= heard + 1
    assert "detectors do not step" in life.faults["heartbeat"].reason


async def test_an_outside_that_refuses_or_is_away_is_shown_and_kept_for_the_doctor(life):
    life.house.receiver.script = [404]
    await life.run(20)
    fault = life.faults["heartbeat"]
    assert (fault.kind, "HTTP 404" in fault.reason, "s3cret" in fault.reason) == ("heartbeat", True, False)
    with life.house.store.reading() as tx:
        assert not tx.dispatch.beat().good
    await life.run(60)
    assert life.faults == {}
    with life.house.store.reading() as tx:
        assert tx.dispatch.beat().good


async def test_an_outside_that_cannot_be_reached_is_a_fault_and_nothing_breaks(life):
    away = life.house.section.heartbeat.model_copy(update={"url": "http://127.0.0.1:9/ping/s3cret"})
    life.house.section = life.house.section.model_copy(update={"heartbeat": away})
    life.dispatcher = life.house.service()
    life.heartbeat = Heartbeat(life.dispatcher._context, life.dispatcher, life._stepped)
    await life.run(20)
    assert life.faults["heartbeat"].reason == (
        "The heartbeat is not sent. The outside refuses the connection; does it run?"
    )


async def test_a_dispatcher_that_does_not_come_through_silences_it(life):
    await life.run(30)
    heard = life.calls()
    life.dispatcher.looked -= 1000
    life.heartbeat._beaten = float("-inf")
    await life.heartbeat.look()
    assert life.calls() == heard
    assert "telling people does not come through" in life.faults["heartbeat"].reason


async def test_it_goes_on_when_the_bus_comes_back(life, capsys):
    await life.run(10)
    clock = life.house.clock

    class Away:
        """A bus that is away for two looks."""

        left = 2

        def __getattr__(self, name):
            return getattr(life.house.bus, name)

        async def reports(self):
            Away.left -= 1
            if Away.left >= 0:
                raise BusUnavailable("Redis is away.")
            scope.cancel()
            return await life.house.bus.reports()

    life.heartbeat._context = replace(life.heartbeat._context, bus=Away())
    began = clock.now()
    with anyio.CancelScope() as scope:
        await life.heartbeat.run()
    assert clock.now() - began == 10
    assert capsys.readouterr().out.count("no heartbeat") == 2


async def test_silent_sources_and_missing_services_are_told_once_together_and_are_no_sentiment_alarm(life):
    await life.run(70)
    alarm = Alarm("a1", "live", "bluesky", "deaf", "network", NOON, NOON, NOON, REASON)
    await life.house.bus.show_alarm(alarm)
    life.down = {"archive"}
    await life.run(600)
    (letter,) = life.house.office.letters
    text = letter.get_body(("plain",)).get_content()
    assert "live hört seit 15:00 Uhr nicht" in text
    assert "Der Dienst archive meldet sich nicht" in text
    assert "kein Stimmungsalarm" in text
    assert "https://leitstand.example.org/admin/sources" in text


async def test_only_who_tells_people_beats(life):
    await life.house.bus.lease("alerts:dispatch", "alerts-2", 1e6)
    await life.run(200)
    assert life.calls() == 0
