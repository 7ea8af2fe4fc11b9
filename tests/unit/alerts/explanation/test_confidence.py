"""How sure an incident is: rises with risk and history, falls with what speaks against it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.explanation.confidence import DAY, confidence
from app.domain.explanation import Counter

HOLDS, BREAKS, OPEN = (Counter("without_author", holds=holds) for holds in (True, False, None))
risks, days, bots = st.floats(0, 60), st.floats(0, 30), st.floats(0, 1)
tried = st.lists(st.sampled_from((HOLDS, BREAKS, OPEN)), max_size=4)


def test_the_formula():
    assert confidence(12, 7 * DAY) == pytest.approx(1 - 2**-6)
    assert confidence(6, 0) == pytest.approx(0.875 * 0.5)
    assert confidence(60, 7 * DAY, (BREAKS, OPEN, HOLDS), 0.5) == pytest.approx(0.7 * 0.95 * 0.75)
    assert confidence(-1, 7 * DAY) == 0


@given(risks, days, tried, bots)
def test_it_is_a_share_and_each_part_pulls_its_way(risk, day, counters, made):
    sure = confidence(risk, day * DAY, counters, made)
    assert 0 <= sure <= 1
    assert confidence(risk + 1, day * DAY, counters, made) >= sure
    assert confidence(risk, (day + 1) * DAY, counters, made) >= sure
    assert confidence(risk, day * DAY, [*counters, BREAKS], made) <= sure
    assert confidence(risk, day * DAY, [*counters, OPEN], made) <= sure
    assert confidence(risk, day * DAY, [*counters, HOLDS], made) == sure
    assert confidence(risk, day * DAY, counters, min(made + 0.1, 1)) <= sure
