from datetime import datetime
from statistics import fmean

from ingest.demo.rhythm import ZONE, Bump, Rhythm

RHYTHM = Rhythm(7, ("Kiel", "Husum"))
MONDAY = int(datetime(2026, 11, 16, tzinfo=ZONE).timestamp()) // 60


def usual(hour, day=0):
    return RHYTHM.usual(MONDAY + day * 1440 + hour * 60)


def test_the_average_of_a_week_is_one():
    assert abs(fmean(RHYTHM.usual(MONDAY + minute) for minute in range(7 * 1440)) - 1) < 0.001


def test_nights_are_quiet_and_three_peaks_stand_out_of_a_workday():
    assert usual(3) < 0.25
    for peak in (8, 12, 19):
        assert usual(peak) > usual(peak - 2)
        assert usual(peak) > usual(peak + 2)
    assert max(range(24), key=usual) == 19


def test_a_weekend_morning_starts_later():
    assert usual(8, day=5) < usual(8) * 0.7
    assert usual(1, day=5) > usual(1)


def test_days_quarters_and_minutes_differ_a_little():
    ratios = [RHYTHM.level(MONDAY + minute) / RHYTHM.usual(MONDAY + minute) for minute in range(3000)]
    assert abs(fmean(ratios) - 1) < 0.1
    assert 0.5 < min(ratios) < 0.8
    assert 1.2 < max(ratios) < 2


def test_bumps_are_small_rare_and_of_both_kinds():
    found = [RHYTHM.bump(minute) for minute in range(MONDAY, MONDAY + 42 * 1440)]
    shares = [bump[1] for bump in found if bump]
    assert 0 < len(shares) < len(found) * 0.05
    assert max(shares) <= 0.4
    assert {bump[0].topic for bump in found if bump} == {"outage", "football"}


def test_a_bump_grows_and_shrinks():
    bump = Bump("outage", 100, 40, 0.4, "Kiel")
    assert bump.share(99) == bump.share(140) == 0
    assert 0 < bump.share(101) < bump.share(120)
