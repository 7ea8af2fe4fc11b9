"""Time lines: what raises an incident, what must not, and what a restart leaves."""

import random
import re
from math import pi, sin

import pytest

from alerts.detection.surge import Limits
from alerts.detector import Detector
from alerts.detectors.volume import VolumeDetector
from alerts.explanation.wording import reason
from app.domain.tally import MinuteTally, split
from ingest.demo.storm import Storm
from tests.acceptance.timeline import DAY, START, ZONE, Line, Minutes, as_delta, demo_history, demo_line, demo_minutes

pytestmark = pytest.mark.untraced

HOUR = 3600


def test_the_demo_storm_raises_within_three_minutes_with_its_reason_in_both_languages():
    line = stormy_line()
    assert len(line.opened) == 1
    at, decision = line.opened[0]
    assert at - STORM.start <= 180
    sentences = reason(decision.figures, ("Abschlag", "Hotline"), ZONE)
    assert re.match(
        r"Seit 16:0\d Uhr \d+(,\d)?-mal so viele (negative )?Erwähnungen wie üblich "
        r"\(\d+ statt \d+(,\d)? je Minute\), ",
        sentences["de"],
    ), sentences
    assert re.match(
        r"Since 16:0\d, \d+(\.\d)? times as many (negative )?mentions as usual \(\d+ instead", sentences["en"]
    )
    assert decision.signals[0].expected < decision.signals[0].actual


def nights_and_weekends(*hours: float):
    """Storms at so many hours after START, each at another second of its minute."""
    begins = [int(START + hour * HOUR) + 11 + 21 * (place % 3) for place, hour in enumerate(hours)]
    return pytest.mark.parametrize("begin", begins)


def delay(begin: int) -> float:
    """Return the seconds from the start of a storm to its alarm, judged every ten seconds."""
    line = demo_line(Storm(begin, minutes=30)).skip((begin - 600) // 60 * 60)
    line.run((begin - 600) // 60 * 60, begin + 600)
    return line.opened[0][0] - begin


@nights_and_weekends(13.5, 61)
def test_a_storm_in_the_dead_of_night_and_one_at_the_weekend_raise_as_soon(begin):
    assert delay(begin) <= 150


@pytest.mark.long
@nights_and_weekends(5, 12, 13.5, 16, 61, 94, 104.5)
def test_the_hour_of_the_storm_does_not_matter(begin):
    assert all(delay(begin + later) <= 150 for later in (0, 25, 50))


@pytest.mark.long
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_calm_fortnight_judged_every_ten_seconds_stays_far_within_its_budget(seed):
    """The budget would be fourteen notes, two warnings, and a crisis every second fortnight."""
    raised = [decision.severity for _, decision in demo_line(seed=seed).run(START, START + 14 * DAY).opened]
    assert raised.count("crisis") == 0
    assert raised.count("warning") <= 1
    assert raised.count("note") <= 1


def test_the_storm_stays_one_incident_becomes_a_crisis_and_is_resolved_after_calm():
    line = stormy_line()
    assert line.watch.incident.severity == "crisis"
    assert line.watch.incident.peak > 100
    line.run(START + 2 * HOUR, START + 5 * HOUR, step=30)
    assert len(line.opened) == 1
    assert len(line.resolved) == 1
    assert 1 <= line.updates < 60


def test_four_days_without_a_storm_raise_at_most_one():
    """Fourteen days, three of them, are judged every ten seconds by `make test-long`, above."""
    assert at_most_one(alarms(demo_line().watch.detectors, days=4))


class Always(VolumeDetector):
    limits = Limits(risk=0.0, ratio=0.0, least=-1e9)


class Never(VolumeDetector):
    limits = Limits(risk=1e9, floor=1e9)


def test_the_checks_catch_a_detector_that_always_or_never_raises():
    always = Always("demo", ZONE)
    always.learn(demo_history(2))
    assert not at_most_one(alarms((always,), days=2))
    line = Line(demo_minutes(STORM), kinds=(Never,))
    line.watch.learn(demo_history(3), until=START)
    assert not line.run(STORM.start, STORM.start + 600).opened


@pytest.mark.parametrize(("humps", "swing"), [(1, 0.9), (2, 0.9)])
def test_a_learned_day_rhythm_raises_nothing_however_steep(swing, humps):
    minutes = scripted(lambda at: 20 * (1 + swing * sin(humps * 2 * pi * at / DAY)))
    line = Line(minutes)
    line.watch.learn([minutes(start) for start in range(START - 5 * DAY, START, 60)], until=START)
    assert not line.run(START, START + DAY, step=60).opened


def test_a_burst_confined_to_one_minute_raises_nothing():
    spam = START + 1200
    minutes = scripted(lambda at: 20, {spam: 600})
    line = Line(minutes)
    line.watch.learn([minutes(start) for start in range(START - 3 * DAY, START, 60)], until=START)
    assert not line.run(START, START + HOUR).opened


def test_an_outage_of_two_hours_and_the_return_raise_nothing_and_teach_nothing():
    minutes = scripted(lambda at: 0 if START + HOUR <= at < START + 3 * HOUR else 20)
    line = Line(minutes)
    line.watch.learn([minutes(start) for start in range(START - 3 * DAY, START, 60)], until=START)
    line.run(START, START + HOUR, step=60)
    before = line.watch.usual(START + HOUR).minutes[-1].expected
    line.run(START + HOUR, START + 3 * HOUR, step=60, heard=False)
    line.run(START + 3 * HOUR, START + 6 * HOUR, step=60)
    assert not line.opened
    assert line.watch.usual(START + HOUR).minutes[-1].expected == pytest.approx(before, rel=0.1)


def test_an_outage_in_the_middle_of_a_storm_is_not_calm():
    line = stormy_line()
    line.minutes = scripted(lambda at: 0)
    line.run(START + 2 * HOUR, START + 5 * HOUR, step=60, heard=False)
    assert not line.resolved


def test_a_restart_in_the_middle_keeps_one_incident():
    line = demo_line(STORM).run(STORM.start - 120, STORM.start + 600)
    assert line.watch.incident is not None
    back = STORM.start + 900
    recorded = (line.minutes(start) for start in range(START, back, 60))
    line.restart((*demo_history(4), *recorded), at=back)
    line.run(back, back + 900)
    assert len(line.opened) == 1


def test_a_brand_without_history_does_not_raise_on_its_first_mentions_but_on_a_flood_after_hours():
    flood = START + 4 * HOUR
    minutes = scripted(lambda at: 0 if at < START else 3 if at < flood else 90)
    line = Line(minutes)
    line.run(START, flood, step=60)
    assert not line.opened
    line.run(flood, flood + 1200)
    assert len(line.opened) == 1
    assert 0 < line.opened[0][1].figures.basis <= 4.5 * HOUR
    assert "Basis: " in reason(line.opened[0][1].figures, (), ZONE)["de"]


def test_causal_what_comes_later_never_changes_what_was_said():
    late = Storm(START + HOUR, minutes=30)
    storm, calm = Line(demo_minutes(late)), Line(demo_minutes())
    for line in (storm, calm):
        line.watch.learn(demo_history(2), until=START)
        line.run(late.start - 600, late.start - 10)
    assert storm.signals == calm.signals


def test_a_storm_of_last_week_replayed_at_once_raises_nothing_now_and_is_forgotten():
    line = demo_line().run(START, START + 120)
    before = line.watch.usual(START).minutes[60].expected
    for start in range(START - 7 * DAY, START - 7 * DAY + HOUR, 60):
        line.watch.add(as_delta("demo", MinuteTally(start, 900, negative=800)))
    line.run(START + 120, START + 600)
    assert not line.opened
    assert all(split(name)[2] > START - 5 * HOUR for name in line.watch.tally)
    assert line.watch.usual(START).minutes[60].expected == pytest.approx(before, rel=0.02)


def test_what_claims_to_come_from_the_future_waits_and_is_a_burst_of_one_minute_then():
    line = demo_line()
    line.watch.add(as_delta("demo", MinuteTally(START + 600, 900, negative=800)))
    assert not line.run(START, START + 1200).opened


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_a_jump_of_the_clock_raises_nothing(jump):
    line = Line(scripted(lambda at: 20))
    line.watch.learn([line.minutes(start) for start in range(START - 3 * DAY, START, 60)], until=START)
    line.run(START, START + 600)
    assert not line.run(START + 600 + jump, START + 1800 + jump).opened


def test_a_source_that_falls_silent_and_says_nothing_of_it_teaches_nothing_for_a_day():
    line = Line(scripted(lambda at: 0 if START + HOUR <= at < START + 13 * HOUR else 20))
    line.watch.learn([line.minutes(start) for start in range(START - 3 * DAY, START, 60)], until=START)
    line.run(START, START + 16 * HOUR, step=60)
    assert not line.opened
    assert line.watch.usual(START + 16 * HOUR).minutes[-1].expected == pytest.approx(20, rel=0.1)
    line.minutes = scripted(lambda at: 0)
    line.run(START + 16 * HOUR, START + 52 * HOUR, step=60)
    assert line.watch.usual(START + 52 * HOUR).minutes[-1].expected < 16


def waved(*waves: tuple[float, int]) -> Line:
    """Return a line with waves of a quarter of an hour at some hours, so many mentions a minute."""
    begins = [(START + hour * HOUR, pace) for hour, pace in waves]
    line = Line(scripted(lambda at: max((pace for begin, pace in begins if begin <= at < begin + 900), default=20)))
    line.watch.learn([line.minutes(start) for start in range(START - 4 * DAY, START, 60)], until=START)
    return line


def test_a_second_wave_folds_in_and_after_the_end_only_one_twice_as_high_opens_anew():
    line = waved((1, 160), (1.7, 160), (5, 160), (8, 400)).run(START, START + 10 * HOUR, step=30)
    assert [int(at - START) // HOUR for at, _ in line.opened] == [1, 8]
    assert len(line.resolved) == 2


@pytest.mark.long
def test_twelve_hours_after_the_end_a_wave_as_high_opens_anew():
    line = waved((1, 160), (16, 160)).run(START, START + 17 * HOUR, step=30)
    assert [int(at - START) // HOUR for at, _ in line.opened] == [1, 16]


STORM = Storm(START + HOUR + 37, minutes=30)


def stormy_line() -> Line:
    return demo_line(STORM).run(STORM.start - 300, START + 2 * HOUR)


def at_most_one(raised: list[int]) -> bool:
    """Tell whether those minutes are one alarm, within two hours."""
    return not raised or raised[-1] - raised[0] < 2 * HOUR


def alarms(detectors: tuple[Detector, ...], days: int = 14) -> list[int]:
    """Return the minutes in which detectors that know the past raise in a demo life without storms."""
    world = demo_minutes()
    recent, raised = list(demo_history(2)[-62:]), []
    for start in range(START, START + days * DAY, 60):
        recent = [*recent[-61:], world(start)]
        signals = [detector.step(start + 59, recent) for detector in detectors]
        if any(signal.alarm for signal in signals):
            raised.append(start)
        for detector in detectors:
            detector.learn(recent[-4:-3])
    return raised


def scripted(pace, extra: dict[int, int] | None = None) -> Minutes:
    """Return minutes that follow a pace with the chance of single mentions, a fifth of them negative."""

    def minute(start: int) -> MinuteTally:
        chance = random.Random(start)
        mean = pace(start)
        count = max(0, round(chance.gauss(mean, mean**0.5))) + (extra or {}).get(start, 0)
        return MinuteTally(start, count, negative=count // 5, neutral=count - count // 5)

    return minute
