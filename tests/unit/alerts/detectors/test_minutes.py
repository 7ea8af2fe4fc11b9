"""Detectors of minutes: more people, reach-weighted negatives, sentiment that falls, a campaign turned against us."""

import random

import pytest

from alerts.detector import alone, scopes
from alerts.detectors.authors import AuthorsDetector
from alerts.detectors.campaign import CampaignDetector
from alerts.detectors.reach import ReachDetector
from alerts.detectors.sentiment import SentimentDetector
from app.domain.tally import MinuteTally

START = 1_795_010_400
DAYS = 4


def minute(start: int, pace: float, bad: float = 0.2, good: float = 0.2, **more) -> MinuteTally:
    chance = random.Random(start)
    count = sum(chance.random() < pace / 60 for _ in range(60))
    labels = [chance.random() for _ in range(count)]
    negative, positive = sum(one < bad for one in labels), sum(one > 1 - good for one in labels)
    told = {"authors": count, "reach": 200 * count, "negative_reach": 200 * negative} | more
    neutral = count - negative - positive
    return MinuteTally(start, count, negative=negative, neutral=neutral, positive=positive, **told)


def taught(kind, pace: float = 10.0):
    detector = kind("brand", "Europe/Berlin")
    detector.learn([minute(start, pace) for start in range(START - DAYS * 86_400, START, 60)])
    return detector


def judged(detector, *, pace: float = 10.0, minutes: int = 60, **more):
    recent = [minute(START + 60 * number, pace, **more) for number in range(minutes)]
    return detector.step(START + 60 * minutes - 1, recent)


@pytest.mark.parametrize("kind", [AuthorsDetector, ReachDetector, SentimentDetector, CampaignDetector])
def test_an_ordinary_hour_raises_nothing(kind):
    detector = taught(kind)
    assert not judged(detector).alarm
    assert judged(detector).risk < 3


def test_many_people_raise_and_few_who_say_much_do_not():
    detector = taught(AuthorsDetector)
    assert not judged(detector, pace=50.0, minutes=15, authors=3).alarm
    assert judged(taught(AuthorsDetector), pace=50.0, minutes=15).alarm


def test_negative_mentions_that_many_can_see_raise_though_no_more_than_usual_are_said():
    assert judged(taught(ReachDetector), minutes=30, negative_reach=50_000).alarm
    assert not judged(taught(ReachDetector), minutes=30, negative_reach=0).alarm


def test_sentiment_that_falls_raises_whatever_the_volume():
    said = judged(taught(SentimentDetector), bad=0.6, good=0.05)
    assert said.alarm
    assert said.actual > 1.5 * said.expected


def test_sentiment_of_few_mentions_or_that_rises_says_nothing():
    assert judged(taught(SentimentDetector), minutes=1, bad=1.0).risk == 0.0
    assert judged(taught(SentimentDetector), bad=0.0, good=0.6).risk == 0.0


def test_a_burst_of_negative_mentions_in_one_minute_is_no_fall():
    detector = taught(SentimentDetector)
    recent = [minute(START + 60 * number, 10.0) for number in range(60)]
    recent[30] = MinuteTally(recent[30].start, 300, negative=300)
    assert not detector.step(START + 3599, recent).alarm


def test_sentiment_says_what_it_saw():
    detector = taught(SentimentDetector)
    said = judged(detector, bad=0.6, good=0.05)
    assert detector.told(said, "de").startswith("Die Stimmung ist gefallen: ")
    assert detector.told(said, "en").startswith("Sentiment has fallen: ")


def test_a_campaign_turns_against_us_and_is_enough_by_itself():
    detector = taught(CampaignDetector, pace=1.0)
    said = judged(detector, pace=2.0, bad=0.7, good=0.0)
    assert said.alarm
    assert alone(detector)
    assert scopes(CampaignDetector) == ("campaign",)
    assert "Kampagne kippt" in detector.told(said, "de")
    assert "turned against us" in detector.told(said, "en")
    assert not judged(taught(CampaignDetector, pace=1.0), pace=2.0, bad=0.3).alarm
