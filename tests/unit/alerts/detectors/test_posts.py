"""Detectors of single posts: a loud critic, a post nobody answers, reports of a fault; with quiet lives of each."""

import random

import pytest

from alerts.detector import Hearing, Telling, alone, scopes
from alerts.detectors.critic import CriticDetector
from alerts.detectors.fault import FaultDetector
from alerts.detectors.unanswered import UnansweredDetector
from app.domain.outage import fault_in
from app.domain.post import Post
from app.domain.tally import MinuteTally

DAY = 86_400.0
NOW = 1_795_010_400.0


def post(number: int, at: float = NOW, **more) -> Post:
    return Post(**{"key": f"k{number}", "at": at, "author": f"a{number}", "negative": True} | more)


def lived(detector, days: int, daily: int, seed: int = 1, **more):
    """Have a detector live through ordinary days, judged every ten minutes; return how often it raised."""
    chance = random.Random(seed)
    raised = 0
    begin = NOW - days * DAY
    posts = sorted(begin + chance.random() * days * DAY for _ in range(days * daily))
    told = 0
    for step in range(days * 144):
        at = begin + 600.0 * step
        while told < len(posts) and posts[told] <= at:
            reach = int(min(200 * chance.paretovariate(1.0), 40_000))
            detector.hear([post(told, posts[told], reach=reach, **more)])
            told += 1
        raised += detector.step(at, ()).alarm
    return raised


@pytest.mark.parametrize("kind", [CriticDetector, FaultDetector, UnansweredDetector])
def test_each_is_enough_by_itself_has_words_and_is_silent_about_nothing(kind):
    detector = kind("brand", "UTC")
    detector.learn([])
    said = detector.step(NOW, ())
    assert (said.alarm, said.risk) == (False, 0.0)
    assert isinstance(detector, Hearing)
    assert isinstance(detector, Telling)
    assert alone(detector)
    assert scopes(kind) == ("brand",)


def test_a_critic_with_a_million_followers_raises_and_says_so():
    detector = CriticDetector("brand", "UTC")
    detector.hear([post(1, reach=1_000_000)])
    said = detector.step(NOW + 60, ())
    assert said.alarm
    assert said.actual == 1_000_000
    assert "etwa 1.000.000 Menschen" in detector.told(said, "de")
    assert "about 1,000,000 people" in detector.told(said, "en")


def test_no_critic_is_loud_whom_few_can_hear_who_is_friendly_or_who_spoke_yesterday():
    detector = CriticDetector("brand", "UTC")
    detector.hear([post(1, reach=900), post(2, reach=10**6, negative=False), post(3, NOW - DAY, reach=10**6)])
    assert not detector.step(NOW + 60, ()).alarm


def test_a_small_critic_that_is_taken_up_fast_is_loud():
    detector = CriticDetector("brand", "UTC")
    detector.hear([post(1, reach=200)])
    assert not detector.step(NOW + 60, ()).alarm
    detector.hear([post(1, reach=200, followed=3000)])
    assert detector.step(NOW + 600, ()).alarm


def test_where_loud_critics_are_usual_one_more_is_none():
    detector = CriticDetector("brand", "UTC")
    assert lived(detector, 14, 60) <= 2
    detector.hear([post(10**6, NOW, reach=30_000)])
    assert not detector.step(NOW + 60, ()).alarm
    detector.hear([post(10**6 + 1, NOW, reach=9_000_000)])
    assert detector.step(NOW + 60, ()).alarm


def test_ordinary_voices_of_a_brand_nobody_knows_yet_are_not_loud_in_its_first_hour():
    """Planted fault: one post that a million see is loud though the brand is a minute old."""
    detector = CriticDetector("brand", "UTC")
    detector.hear(
        [post(number, NOW + 60 * number, reach=reach) for number, reach in enumerate((90_000, 128_800, 203_000))]
    )
    said = [detector.step(NOW + at, ()) for at in range(30, 3600, 30)]
    assert {(one.alarm, one.risk) for one in said} == {(False, 0.0)}
    detector.hear([post(9, NOW + 3500, reach=1_000_000)])
    assert detector.step(NOW + 3600, ()).alarm


def test_an_article_reaches_no_more_than_articles_of_its_outlet_do_unless_it_is_taken_up():
    detector = CriticDetector("brand", "UTC")
    detector.hear([post(1, reach=900_000, article=True), post(2, reach=9_000_000, negative=False, article=True)])
    assert not detector.step(NOW + 60, ()).alarm
    detector.hear([post(1, reach=900_000, article=True, followed=4_000)])
    assert detector.step(NOW + 90, ()).alarm


def test_on_a_brand_known_for_long_a_post_in_ten_days_raises_and_an_ordinary_one_counts_for_nothing():
    busy, quiet = CriticDetector("brand", "UTC"), CriticDetector("brand", "UTC")
    assert lived(busy, 14, 60) <= 2
    assert lived(quiet, 14, 1) <= 1
    for detector in (busy, quiet):
        detector.hear([post(10**6, reach=30_000)])
        assert detector.step(NOW + 60, ()).risk == 0.0
    quiet.hear([post(10**6 + 1, reach=450_000)])
    assert quiet.step(NOW + 90, ()).alarm


def test_a_post_that_waits_longer_than_stated_raises_until_it_is_answered():
    detector = UnansweredDetector("brand", "UTC")
    waiting = post(1, reach=20_000, due_at=NOW + 3600)
    detector.hear([waiting])
    assert not detector.step(NOW + 3599, ()).alarm
    late = detector.step(NOW + 3600, ())
    assert late.alarm
    assert detector.step(NOW + 4 * 3600, ()).risk > late.risk
    assert "wartet seit 60 Minuten" in detector.told(late, "de")
    assert "waiting for an answer for 60 minutes" in detector.told(late, "en")
    detector.hear([post(1, reach=20_000, due_at=None)])
    assert not detector.step(NOW + 4 * 3600, ()).alarm


def test_who_has_waited_a_day_waits_no_more():
    detector = UnansweredDetector("brand", "UTC")
    detector.hear([post(1, due_at=NOW + 60)])
    assert not detector.step(NOW + DAY, ()).alarm


def test_eight_people_who_report_a_fault_within_half_an_hour_raise():
    detector = FaultDetector("brand", "UTC")
    for number in range(8):
        detector.hear([post(number, NOW + 60 * number, fault="ausfall")])
    said = detector.step(NOW + 600, ())
    assert said.alarm
    assert said.actual == 8
    assert "8 Menschen melden in 30 Minuten" in detector.told(said, "de")
    assert "8 people report" in detector.told(said, "en")


def test_one_who_reports_it_eight_times_is_one_and_complaints_of_other_things_are_none():
    detector = FaultDetector("brand", "UTC")
    detector.hear([post(number, author="same", fault="down") for number in range(8)])
    detector.hear([post(number) for number in range(100, 120)])
    assert not detector.step(NOW + 60, ()).alarm


@pytest.mark.parametrize("known", [14 * 1440, 3])
def test_a_busy_brand_of_which_many_always_speak_of_faults_raises_nothing_at_its_start_but_ten_times_of_it_does(known):
    minutes = [MinuteTally(int(NOW) // 60 * 60 - 60 * back, 60) for back in range(known, 0, -1)]
    detector = FaultDetector("brand", "UTC")
    if known > 3:
        detector.learn(minutes)
    detector.hear([post(number, NOW - number, fault="ausfall") for number in range(min(known, 30) * 3)])
    assert not detector.step(NOW, minutes[-60:]).alarm
    detector.hear([post(100 + number, NOW - number, fault="ausfall") for number in range(900)])
    assert detector.step(NOW, minutes[-60:]).alarm


def test_reports_as_usual_raise_nothing():
    assert lived(FaultDetector("brand", "UTC"), 14, 40, fault="kaputt") <= 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Totalausfall bei @nordlicht", True),
        ("Ist euer Netz down?", True),
        ("App geht seit heute morgen nicht mehr", True),
        ("Kein Strom in Köln", True),
        ("the site is down again", True),
        ("your app won't load", True),
        ("Störung in ganz Berlin", True),
        ("Ich finde den Tarif zu teuer", False),
        ("calm down, it works", False),
        ("Danke, alles bestens", False),
        ("Der Ausflug war schön", False),
    ],
)
def test_the_words_of_a_fault(text, fault):
    assert bool(fault_in(text)) is fault
