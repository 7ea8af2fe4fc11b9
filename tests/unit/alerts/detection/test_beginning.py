"""The first day of a scope: what is a flood, and what is ordinary talk of which little is known."""

from alerts.detection.beginning import BEFORE, flood
from alerts.detectors.volume import VolumeDetector
from alerts.watching.watch import Watch
from app.domain.tally import MinuteTally
from tests.acceptance.timeline import START, as_delta

HOUR = 3600


def talk(start: int, end: int, pace: int) -> dict[int, MinuteTally]:
    return {minute: MinuteTally(minute, pace, neutral=pace, authors=pace) for minute in range(start, end, 60)}


def test_fifteen_times_the_pace_before_is_a_flood_and_four_times_is_none():
    begin = START - HOUR
    assert flood(START, talk(begin, START - 600, 2) | talk(START - 600, START, 30), begin, None)
    assert flood(START, talk(begin, START - 600, 2) | talk(START - 600, START, 8), begin, None) is None
    assert flood(START, talk(START - 600, START, 20), START - 900, None) is None, "nobody knows what is usual"
    assert flood(START, {}, begin, None) is None
    assert flood(START, {}, START + 60, None) is None


def test_after_a_standstill_ordinary_talk_is_no_flood():
    """Planted fault: a storm after the same standstill is one."""
    begin = START - BEFORE
    before = talk(begin, begin + HOUR, 8)
    back = START - 600
    assert flood(START, before | talk(back, START, 8), begin, None) is None
    assert flood(START, before | talk(back, START, 90), begin, None)


def test_three_an_hour_leave_windows_empty_and_that_is_how_it_is():
    begin = START - BEFORE
    seldom = {minute: MinuteTally(minute, 1) for minute in range(begin, START - 600, 1200)}
    found = flood(START, seldom | talk(START - 600, START, 9), begin, None)
    assert found is not None
    assert found.expected <= 2.0


def fresh(history: dict[int, MinuteTally]) -> Watch:
    watch = Watch("demo", lambda: [VolumeDetector("demo", "UTC")], "UTC")
    watch.learn(history.values(), until=START)
    return watch


def run(watch: Watch, pace: int, seconds: int = 600) -> list[str | None]:
    actions = []
    for at in range(START, START + seconds, 10):
        if at % 60 == 0:
            watch.add(as_delta("demo", MinuteTally(at, pace, neutral=pace, authors=pace)))
        actions.append(watch.step(float(at), heard=True).action)
    return actions


def test_a_past_that_only_the_archive_has_is_what_is_usual():
    """The bus was emptied: planted fault, a pace ten times that of the archive is a flood."""
    past = talk(START - 20 * HOUR, START, 14)
    assert set(run(fresh(past), 14)) == {None}
    assert "open" in run(fresh(past), 200)
    watch = fresh(past)
    assert watch.memory.known()
    watch.memory.forget(START + 6.0 * HOUR)
    assert not watch.memory.known()


def test_of_bus_and_archive_that_counts_which_knows_more():
    watch = fresh(talk(START - 20 * HOUR, START, 14))
    watch.add(as_delta("demo", MinuteTally(START - 600, 3)))
    watch.add(as_delta("demo", MinuteTally(START - 540, 30)))
    known = watch.memory.known()
    assert (known[START - 600].count, known[START - 540].count) == (14, 30)
