"""What a budget costs, tried with storms on a brand's own figures."""

from alerts.calibration.record import MOST, bar
from alerts.calibration.tryout import Tryout, prices
from app.domain.tally import MinuteTally
from tests.acceptance.timeline import DAY, START, Line


def test_a_smaller_budget_never_sees_more_or_sooner():
    watch = Line(MinuteTally).watch
    watch.learn([MinuteTally(start, 3, negative=1, neutral=2) for start in range(START - DAY, START, 60)], until=START)
    courses = Tryout("demo", watch.detectors, watch.volume, MOST).courses(START, watch.risk)
    bars = {budget: bar(budget, [], 20.0) for budget in (0.25, 1.0, 4.0, 30.0)}
    told = prices(bars, courses)
    assert [one.budget for one in told] == [0.25, 1.0, 4.0, 30.0]
    assert [one.found for one in told] == sorted(one.found for one in told)
    assert [one.delay for one in told] == sorted((one.delay for one in told), reverse=True)
    assert told[-1].found > 0.5
    assert courses == Tryout("demo", watch.detectors, watch.volume, MOST).courses(START, watch.risk), "nothing is left"


def test_what_nobody_can_see_has_no_delay():
    assert prices({1.0: 99.0}, [])[0].delay is None
