"""The first hour of a fresh demo: calm talk and its outlets raise nothing; a storm has a beginning of its own."""

import pytest

from alerts.detectors import critic
from alerts.detectors.critic import CriticDetector
from app.domain.post import Post
from ingest.demo.generator import Generator
from ingest.demo.storm import Storm
from tests.acceptance.timeline import START, Line, demo_line

pytestmark = pytest.mark.untraced

HOUR = 3600
ARTICLE = Post("press", START + 20.0, "deichkurier", negative=True, reach=128_800, article=True)


def posts(begin: int, end: int) -> list[Post]:
    """Return what the demo's people mean badly, with what they reach."""
    world = Generator(7)
    plans = [plan for minute in range(begin // 60, end // 60) for plan in world._planner.plans(minute)]
    return [
        Post(plan.token, plan.at, "a", negative=True, reach=plan.speaker.reach, article=plan.line.kind == "article")
        for plan in plans
        if plan.line.sentiment == "negative" and plan.line.kind != "repost"
    ]


def fresh(*said: Post, storm: Storm | None = None) -> Line:
    """Return a demo that knows its minutes for a fortnight, and of single posts what is said from now on."""
    line = demo_line(storm)
    line.watch.detectors = (*line.watch.detectors, CriticDetector("demo", "UTC"))
    line.watch.hear(said)
    return line


def test_a_calm_fresh_demo_raises_nothing_in_its_first_hour():
    said = posts(START, START + HOUR)
    assert len(said) > 50
    assert not fresh(ARTICLE, *said).run(START, START + HOUR, step=30).opened


def test_planted_fault_a_critic_who_takes_ordinary_reach_for_loud_is_caught(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(critic, "UNKNOWN", 0.5)
    monkeypatch.setattr(critic, "PRESS", 1.0)
    assert fresh(ARTICLE).run(START, START + 60).opened


def test_a_storm_that_joins_a_lone_critic_has_a_beginning_of_its_own():
    storm = Storm(START + 1200, minutes=30)
    loud = Post("loud", START + 20.0, "somebody", negative=True, reach=2_000_000)
    line = fresh(loud, storm=storm).run(START, storm.start)
    assert [at for at, _ in line.opened] == [START + 20.0]
    assert line.watch.incident.since < storm.start - 900
    line.run(storm.start, storm.start + 600)
    assert len(line.opened) == 1
    since = line.watch.incident.since
    assert storm.start - 60 <= since <= storm.start + 180
    line.run(storm.start + 600, storm.start + 1200)
    assert line.watch.incident.since == since, "it is the same storm"
