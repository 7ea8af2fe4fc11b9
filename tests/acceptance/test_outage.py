"""Time lines: a source falls silent, comes back and brings what was said meanwhile; and storms that begin then."""

import random

import pytest

from alerts.sources import SourceWatch
from alerts.watching.memory import LATE, SETTLED
from app.domain.tally import MinuteTally
from tests.acceptance.timeline import DAY, START, Line
from tests.acceptance.world import World

pytestmark = pytest.mark.untraced

HOUR = 3600


def world(storm: tuple[int, int] | None = None, pace: float = 8.0):
    """Return the minutes of an ordinary brand, with a storm of so many seconds at an instant."""

    def minute(start: int) -> MinuteTally:
        chance = random.Random(start)
        raging = storm is not None and storm[0] <= start < storm[0] + storm[1]
        count = max(0, round(chance.gauss(pace, pace**0.5))) + (60 if raging else 0)
        bad = 0.5 if raging else 0.2
        negative, positive = round(bad * count), round(0.2 * count)
        return MinuteTally(
            start,
            count,
            negative=negative,
            neutral=count - negative - positive,
            positive=positive,
            reach=300 * count,
            authors=round(0.9 * count),
        )

    return minute


class Cut(Line):
    """A line whose source is cut off for a while: what was said then comes when it is back."""

    def silent(self, start: int, end: int) -> "Cut":
        at = float(start)
        while at < end:
            at += 10.0
            self._act(at, self.watch.step(at, heard=False))
        return self


def cut(storm: tuple[int, int] | None = None, days: int = 3) -> Cut:
    line = Cut(world(storm))
    line.watch.learn([line.minutes(start) for start in range(START - days * DAY, START, 60)], until=START)
    return line


def test_an_outage_on_a_quiet_day_raises_nothing_and_neither_does_what_comes_afterwards():
    line = cut().run(START, START + 600)
    line.silent(START + 600, START + 600 + 2 * HOUR)
    line.run(START + 600 + 2 * HOUR, START + 4 * HOUR)
    assert line.opened == []


def test_what_comes_after_an_outage_is_learned_at_the_minutes_it_was_said():
    line = cut().run(START, START + 600)
    taught = line.watch.volume.baseline.basis
    back = START + 600 + HOUR
    line.silent(START + 600, back)
    assert line.watch.volume.baseline.basis <= taught + 600, "nothing is learned of a time nobody listened"
    line.run(back, back + int(SETTLED) - 60)
    assert line.watch.volume.baseline.basis <= taught + 600, "nor before all of it can have come"
    line.run(back + int(SETTLED) - 60, back + int(SETTLED) + 600)
    assert line.watch.volume.baseline.basis >= taught + HOUR + SETTLED - LATE
    expected = line.watch.usual(back).minutes[0].expected
    assert expected == pytest.approx(8, rel=0.15)


def test_of_an_outage_after_which_nothing_comes_nothing_is_learned():
    line = cut().run(START, START + 600)
    back = START + 600 + HOUR
    line.silent(START + 600, back)
    taught = line.watch.volume.baseline.basis
    line._told = (back, 0.0)
    line.run(back, back + 1800)
    assert line.opened == []
    assert line.watch.volume.baseline.basis - taught < 1800 + 600
    assert line.watch.usual(back).minutes[-1].expected == pytest.approx(8, rel=0.15)


def test_a_storm_that_begins_during_an_outage_and_goes_on_is_seen_when_the_source_is_back():
    line = cut(storm=(START + 1800, 2 * HOUR)).run(START, START + 900)
    back = START + 3600
    line.silent(START + 900, back)
    line.run(back, back + 120)
    assert len(line.opened) == 1
    assert line.opened[0][1].severity != "note"


def test_a_storm_that_was_over_before_the_source_was_back_is_told_all_the_same():
    line = cut(storm=(START + 1800, 1800)).run(START, START + 900)
    back = START + 3 * HOUR
    line.silent(START + 900, back)
    line.run(back, back + int(SETTLED) + 60)
    assert len(line.opened) == 1
    at, decision = line.opened[0]
    assert at >= back
    assert START + 1800 <= decision.figures.since <= START + 3600
    line.run(back + int(SETTLED) + 60, back + 2 * HOUR, step=30)
    assert len(line.opened) == len(line.resolved) == 1


def test_a_source_that_is_missing_is_no_change_of_mind():
    """The friendly half of what is said is cut off: the rest is more negative, and that means nothing."""
    line = cut().run(START, START + 600)
    friendly = line.minutes

    def rest(start: int) -> MinuteTally:
        minute = friendly(start)
        return MinuteTally(start, minute.negative + 2, negative=minute.negative, neutral=2, authors=minute.negative + 2)

    line.minutes = rest
    line.run(START + 600, START + 2 * HOUR, heard=False)
    assert line.opened == []


def test_the_check_catches_a_storm_that_is_back_filled():
    """The planted fault: were it counted when it comes, and not when it was said, it would be a storm."""
    line = cut().run(START, START + 600)
    back = START + 600 + 2 * HOUR
    line.silent(START + 600, back)
    late = sum(line.minutes(start).count for start in range(START + 600, back, 60))
    honest = line.minutes
    line._told = (back, 0.0)
    line.minutes = lambda start: (
        MinuteTally(start, late // 5, negative=late // 25, neutral=late // 5 - late // 25)
        if back <= start < back + 300
        else honest(start)
    )
    line.run(back, back + 600)
    assert len(line.opened) == 1


@pytest.mark.anyio
async def test_the_services_raise_a_source_alarm_and_no_other_and_what_is_back_filled_lies_where_it_was_said(
    world: World,
):
    world.seed()
    service = world.service()
    await service.begin()
    sources = SourceWatch(service._context)
    await world.speak(120, 20, service)
    for _ in range(40):
        world.clock.advance(60)
        await world.source("unreachable")
        await world.beat()
        await service.work()
        await sources.look()
    (alarm,) = await world.bus.alarms()
    assert (alarm.kind, alarm.resolved_at) == ("deaf", None)
    await world.source("live")
    await world.bus.publish([world._mention(place, 2400) for place in range(800)])
    await world.beat()
    await world.speak(900, 20, service)
    await sources.look()
    assert await world.incidents() == ([], ["alarm.open"])
    said = service._watches["nordlicht"].memory.said
    missed = [said[start].count for start in sorted(said) if start < world.clock.now() - 1000][-30:]
    assert 10 <= min(missed) <= max(missed) <= 40
