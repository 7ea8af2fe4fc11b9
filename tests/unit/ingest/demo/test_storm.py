from ingest.demo.storm import Storm

STORM = Storm(1_000, 30)


def test_it_grows_to_more_than_four_times_the_usual_within_three_minutes():
    assert STORM.strength(5) == 0
    assert STORM.strength(30) < 1
    assert STORM.strength(170) > 4


def test_it_fades_and_ends():
    assert STORM.strength(15 * 60) > 5
    assert STORM.strength(30 * 60) < 1
    assert STORM.strength(46 * 60) == 0
    assert [STORM.phase(minute * 60) for minute in (1, 8, 20)] == ["early", "peak", "late"]


def test_it_can_be_called_off():
    calmed = Storm(1_000, 30, calmed=1_300)
    assert calmed.calm(1_299) == 1
    assert calmed.calm(1_600) < 0.03
    assert STORM.calm(1e9) == 1


def test_another_may_begin_once_it_fades():
    assert not STORM.fading(1_100)
    assert STORM.fading(1_000 + 31 * 60)
    assert STORM.fading(1_000 + 4 * 60, speed=10)
    assert Storm(1_000, 30, calmed=1_050).fading(1_060)


def test_it_is_over_when_nothing_is_left():
    assert not STORM.over(1_000 + 40 * 60)
    assert STORM.over(1_000 + 46 * 60)
    assert STORM.over(1_000 + 5 * 60, speed=10)
    assert Storm(1_000, 30, calmed=1_050).over(1_050 + 1000)
