from ingest.pace import HELD, Pace


def test_a_step_that_took_long_makes_the_next_one_smaller():
    pace = Pace(500)
    pace.learn(500, 4 * HELD)
    assert pace.size == 125
    pace.learn(125, 1000.0)
    assert pace.size == 10


def test_after_quick_steps_it_is_as_large_as_it_may_be_again():
    pace = Pace(500)
    pace.learn(500, 10 * HELD)
    sizes = []
    for _ in range(5):
        pace.learn(pace.size, HELD / 100)
        sizes.append(pace.size)
    assert sizes == [100, 200, 400, 500, 500]
    pace.learn(0, 0.0)
    assert pace.size == 500
