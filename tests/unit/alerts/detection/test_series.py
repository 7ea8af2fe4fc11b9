"""One series judged bin by bin: what raises, what never does, and that nothing depends on what comes later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detection import series as module
from alerts.detection.budget import Alarms
from alerts.detection.series import Series
from alerts.detection.storms import SHAPES, ordinary, storm

MONDAY = 1_793_577_600
"""2026-11-02 00:00 UTC."""
DAY = 86_400


def times(size: int, span: int = 300, start: int = MONDAY) -> np.ndarray:
    return start + span * np.arange(size)


def calm(days: float, span: int = 300, mean: float = 5.0, seed: int = 3) -> np.ndarray:
    """Return a brand without bursts: hours of the day, quiet weekends, chance."""
    chance = np.random.default_rng(seed)
    at = times(round(days * DAY / span), span)
    day = 1 + 0.6 * np.sin((at % DAY / 3600 - 9) * np.pi / 12)
    weekend = np.where((at - MONDAY) // DAY % 7 >= 5, 0.5, 1.0)
    return chance.poisson(mean * span / 60 * day * weekend).astype(float)


def raised(counts, span: int = 300, start: int = MONDAY, per_month: float = 1.0, zone: str = "UTC") -> list[int]:
    """Return the bins that raise an alarm."""
    at = times(len(counts), span, start)
    judged = Series(span, zone).judge(at, counts)
    alarms = Alarms(per_month)
    said = zip(at.tolist(), judged.risk.tolist(), judged.often.tolist(), strict=True)
    return [place for place, one in enumerate(said) if alarms.raised(*one)]


@pytest.mark.parametrize("span", [1, 10, 60, 300, 900, 3600])
@pytest.mark.parametrize("mean", [0.05, 1.0, 30.0, 3000.0])
def test_the_first_minutes_and_ordinary_days_raise_nothing(span, mean):
    days = 10 if span >= 300 else 3 if span >= 10 else 0.25
    assert raised(calm(days, span, mean), span) == []


@pytest.mark.parametrize("span", [60, 300, 900, 3600])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_storm_of_every_shape_is_found_at_every_step(shape, span):
    counts = calm(8, span)
    onset = round(7.3 * DAY / span)
    grown = storm(shape, 32, 300, span, len(counts) - onset, np.random.default_rng(1))
    counts[onset : onset + len(grown)] += grown
    found = raised(counts, span)
    assert found, "no alarm"
    assert onset <= found[0] <= onset + max(8 * 3600 // span, 2)


def test_a_step_raises_within_a_quarter_of_an_hour():
    counts = calm(8)
    counts[2100:2130] += 25 * 20
    assert 2100 <= raised(counts)[0] <= 2102


def test_slow_growth_is_found_though_no_bin_stands_out_from_the_one_before():
    counts = calm(9)
    counts[2016 : 2016 + 72] *= np.geomspace(1, 40, 72)
    assert 2016 < raised(counts)[0] < 2016 + 72


@settings(max_examples=25, deadline=None)
@given(st.integers(30, 2300), st.sampled_from([50, 1000, 100_000, 10_000_000]))
def test_spam_in_a_single_bin_never_raises(place, size):
    counts = calm(8)
    counts[place] += size
    assert raised(counts) == []


def test_planted_fault_if_single_bins_counted_whole_spam_would_raise(monkeypatch):
    monkeypatch.setattr("alerts.detection.windows.TIMES_SECOND", 1e9)
    counts = calm(8)
    counts[2000] += 100_000
    assert raised(counts) == [2000]


def test_weekends_half_as_busy_are_usual_after_two_of_them():
    counts = calm(24)
    judged = Series(300).judge(times(len(counts)), counts)
    saturday, tuesday = (slice(288 * day + 140, 288 * day + 148) for day in (19, 22))
    assert judged.expected[saturday].mean() < 0.75 * judged.expected[tuesday].mean()
    assert raised(counts) == []


def test_the_night_the_clock_changes_raises_nothing_where_hours_are_local():
    start = 1_792_368_000  # Monday 2026-10-19, six days before the clock goes back in Berlin
    at = times(14 * 288, start=start)
    local = (at + np.where(at < 1_792_890_000, 7200, 3600)) % DAY // 3600
    counts = np.random.default_rng(1).poisson(np.where((local >= 8) & (local < 20), 40, 3)).astype(float)
    assert raised(counts, start=start, zone="Europe/Berlin") == []
    judged = Series(300, "Europe/Berlin").judge(at, counts)
    morning = (at > 1_792_890_000 + DAY) & (local == 8)
    assert judged.expected[morning][6:12].mean() > 15


def test_bins_nobody_saw_are_no_lull_and_teach_nothing():
    counts = calm(10)
    at = times(len(counts))
    seen = np.ones(len(counts), bool)
    seen[2640:2740] = False
    gappy, alarms = Series(300), Alarms(1.0)
    judged = gappy.judge(at[seen], counts[seen])
    assert not any(map(alarms.raised, at[seen], judged.risk, judged.often))
    assert gappy.baseline.basis == 300 * seen.sum()
    after = judged.expected[2640:2652]
    assert after == pytest.approx(Series(300).judge(at, counts).expected[2740:2752], rel=0.25)


def test_a_gap_of_weeks_is_bridged_without_an_alarm_and_quickly():
    counts = calm(20)
    at = times(len(counts))
    at[2880:] += 60 * DAY
    judged = Series(300).judge(at, counts)
    assert judged.risk.max() < 1.3


def test_a_second_equal_storm_in_the_first_week_raises_too():
    counts = calm(7)
    for onset in (700, 1300):
        grown = storm("cascade", 32, 300, 300, 288, np.random.default_rng(1))
        counts[onset : onset + len(grown)] += grown
    found = raised(counts)
    assert any(700 <= place < 740 for place in found)
    assert any(1300 <= place < 1340 for place in found)


def test_rows_half_a_century_apart_are_judged():
    at = np.concatenate([times(600, start=0), times(600)])
    judged = Series(300).judge(at, np.concatenate([calm(600 / 288), calm(600 / 288)]))
    assert np.isfinite(judged.risk).all()
    assert judged.risk.max() < 1.3


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=120),
    st.lists(st.integers(1, 5000), min_size=120, max_size=120),
    st.sampled_from([1, 7, 60, 300, 3600]),
)
def test_whatever_comes_verdicts_are_finite_and_not_negative(counts, leaps, span):
    at = MONDAY + span * np.cumsum(leaps[: len(counts)])
    judged = Series(span, "Europe/Berlin").judge(at, np.array(counts, float))
    assert np.isfinite(judged.expected).all()
    assert (judged.expected >= 0).all()
    assert np.isfinite(judged.risk).all()
    assert (judged.risk >= 0).all()


def test_a_look_ahead_says_what_will_be_judged_and_teaches_nothing():
    counts, watcher = calm(5), Series(300)
    counts[1100:1120] *= 12
    at = times(len(counts))
    assert watcher.look([MONDAY], [5.0]) == 0.0
    judged = watcher.judge(at[:1102], counts[:1102])
    before = watcher.baseline.basis
    ahead = watcher.look(at[1102:1104].tolist(), counts[1102:1104].tolist())
    assert watcher.baseline.basis == before
    assert watcher.judge(at[1102:1104], counts[1102:1104]).risk[-1] == pytest.approx(ahead, rel=0.02)
    assert ahead > judged.risk[1090]
    assert watcher.look([], []) == 0.0
    assert watcher.look(at[1104:1105].tolist(), [0.0] * 1, share=0.01) >= 0.0


def test_a_calm_look_is_no_risk():
    watcher = Series(300)
    watcher.judge(times(1000), calm(1000 / 288))
    assert watcher.look([MONDAY + 300_000], [0.0]) == 0.0


def bursty(days: int = 30, seed: int = 5) -> np.ndarray:
    """Return a brand with a burst of 20 ordinary hours about every third day."""
    counts, chance = calm(days, seed=seed), np.random.default_rng(seed)
    for place in chance.integers(0, len(counts) - 40, days // 3):
        counts[place : place + 24] += chance.poisson(300 * 20 / 12 * np.exp(-np.arange(24) / 6))
    return counts


def test_a_bursty_past_does_not_make_blind():
    counts = bursty()
    onset = 28 * 288
    grown = storm("news", 64, 300, 300, 288, np.random.default_rng(2))
    counts[onset : onset + len(grown)] += grown
    assert any(onset <= place < onset + 40 for place in raised(counts))


def test_a_bursty_brand_pays_with_a_higher_threshold_and_a_calm_one_less():
    at = times(30 * 288)
    assert Series(300).judge(at, bursty()).often[-1] > 1.5
    assert Series(300).judge(at, calm(30)).often[-1] < 0.7


def test_a_storm_does_not_become_usual_but_a_new_normal_does():
    counts = calm(21)
    counts[288 * 7 : 288 * 7 + 36] *= 30
    after = slice(288 * 7 + 60, 288 * 7 + 120)
    usual = Series(300).judge(times(len(counts)), calm(21)).expected[after].mean()
    assert Series(300).judge(times(len(counts)), counts).expected[after].mean() < 2.2 * usual
    counts = calm(21)
    counts[288 * 7 :] *= 3
    judged = Series(300).judge(times(len(counts)), counts)
    assert judged.expected[-288:].mean() == pytest.approx(counts[-288:].mean(), rel=0.25)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=5, max_size=300), st.data())
def test_causal_later_rows_never_change_earlier_verdicts(counts, data):
    cut = data.draw(st.integers(1, len(counts)))
    values = np.array(counts, float)
    whole = Series(300).judge(times(len(counts)), values)
    part = Series(300).judge(times(cut), values[:cut])
    for name in ("expected", "deviation", "risk", "often"):
        assert getattr(part, name) == pytest.approx(getattr(whole, name)[:cut], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("span", [10, 60, 300, 700, 3600])
def test_bin_by_bin_is_the_same_as_all_at_once(span):
    counts = ordinary(span, 3 if span < 300 else 9, np.random.default_rng(7))[:3000]
    at = times(len(counts), span)
    at[len(at) // 2 :] += 5 * span
    whole, piece = Series(span).judge(at, counts), Series(span)
    chance, place = np.random.default_rng(1), 0
    said = []
    while place < len(at):
        end = place + int(chance.choice([1, 1, 2, 40]))
        said.append(piece.judge(at[place:end], counts[place:end]))
        place = end
    for name in ("expected", "deviation", "risk", "often"):
        joined = np.concatenate([getattr(one, name) for one in said])
        assert joined == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-9)


def test_planted_fault_a_level_that_looks_ahead_is_caught(monkeypatch):
    real = module.deviations
    monkeypatch.setattr(module, "deviations", lambda counts, *rest: real(np.roll(counts, -1), *rest))
    with pytest.raises(AssertionError):
        test_causal_later_rows_never_change_earlier_verdicts.hypothesis.inner_test(
            [1, 2, 500, 500, 500, 500, 3], type("Cut", (), {"draw": lambda *_: 4})()
        )


def test_nothing_is_judged_of_nothing():
    judged = Series(300).judge(np.empty(0, np.int64), np.empty(0))
    assert len(judged.risk) == len(judged.expected) == 0
