import json

import pytest

from app.config import read
from app.domain.instant import rfc3339
from app.domain.mention import Deletion
from app.errors import BusUnavailable
from ingest import playback
from ingest.playback import Playback
from ingest.publish import Intake
from ingest.recording import LONGEST_LINE, instant, lines, speed_of
from tests.fixtures.store import NOON
from tests.intake import MemoryBus, StillClock

pytestmark = pytest.mark.anyio

CONFIG = "brands: [{id: nordlicht, name: Nordlicht, query: nordlicht}]"


def line(number, at, **more):
    said = {"channel": "x", "id": str(number), "published_at": rfc3339(at), "text": "Nordlicht", "author": {"id": "a"}}
    return json.dumps({**said, **more}).encode()


def gone(number, at):
    return json.dumps({"channel": "x", "id": str(number), "deleted_at": rfc3339(at)}).encode()


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
def made(bus, store, identity):
    def make(speed, now=NOON):
        clock = StillClock(now)
        intake = Intake(read(CONFIG, "config.yaml"), bus, store, identity, clock)
        return Playback(intake, clock, "replay", speed), clock

    return make


RECORDING = [
    line(1, NOON - 500),
    b"kaputt",
    line(2, NOON - 480),
    line(1, NOON - 500, text="Nordlicht!", edited_at=rfc3339(NOON - 440)),
    gone(2, NOON - 400),
]


async def test_every_line_is_played_when_it_is_due(made, bus):
    player, clock = made(2.0)
    seen = []
    outcome = await player.play(lines(RECORDING, NOON), progress=seen.append)
    assert (outcome.accepted, outcome.edited, outcome.deleted, outcome.rejected_total) == (2, 1, 1, 1)
    assert outcome.rejected[0]["line"] == 2
    assert clock.slept == pytest.approx([10.0, 20.0, 20.0])
    assert [event.source for event in bus.events] == ["replay"] * 4
    assert seen == [3, 4, 5]


async def test_shifted_events_keep_their_distances_divided_by_the_speed(made, bus):
    player, clock = made(2.0)
    await player.play(lines(RECORDING, NOON), to=NOON)
    assert [instant(event) for event in bus.events] == pytest.approx([NOON, NOON + 10, NOON + 30, NOON + 50])
    assert bus.events[2].revision == int((NOON + 30) * 1_000_000)
    assert clock.at == pytest.approx(NOON + 50)


async def test_as_fast_as_possible_nothing_is_waited_for(made, bus):
    player, clock = made(None)
    await player.play(lines(RECORDING, NOON), to=NOON - 100)
    assert clock.slept == []
    assert instant(bus.events[-1]) == NOON
    assert isinstance(bus.events[-1], Deletion)


async def test_long_recordings_go_in_batches(made):
    player, _ = made(None)
    seen = []
    outcome = await player.play(lines([line(n, NOON - 5) for n in range(1_100)], NOON), progress=seen.append)
    assert outcome.accepted == 1_100
    assert seen == [501, 1001]


async def test_it_waits_while_the_system_is_behind_and_gives_up_when_it_is_gone(made, bus, monkeypatch):
    player, clock = made(None)
    patient = clock.sleep

    async def caught_up(seconds):
        bus.behind = None if seconds else bus.behind
        await patient(seconds)

    bus.behind = 7.0
    monkeypatch.setattr(clock, "sleep", caught_up)
    await player.play(lines([line(1, NOON)], NOON))
    assert 7.0 in clock.slept
    bus.away = True
    with pytest.raises(BusUnavailable):
        await player.play(lines([line(2, NOON)], NOON))
    assert clock.at >= NOON + playback.PATIENCE


async def test_rejected_lines_are_listed_up_to_a_bound(made):
    player, _ = made(None)
    outcome = await player.play(lines([b"x"] * 1_200, NOON))
    assert outcome.rejected_total == 1_200
    assert len(outcome.rejected) == 1_000


def test_a_line_may_be_long_but_not_endless():
    [read] = lines([b"x" * (LONGEST_LINE + 1)], NOON)
    assert "bytes" in read.error


def test_speeds():
    assert speed_of("max") is None
    assert speed_of("60") == 60.0
    with pytest.raises(ValueError, match="no speed"):
        speed_of("0")
