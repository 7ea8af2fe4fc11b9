"""Time lines: a topic that surges while the brand is calm is an incident of its own; one of the brand takes it in."""

import random
from copy import deepcopy
from functools import cache
from itertools import pairwise

import pytest

from alerts.watching.scopes import detectors, watched
from alerts.watching.watch import Watch
from app.config import Config
from app.domain.brand import Brand, Campaign, Topic
from app.domain.incident import Incident
from app.domain.tally import MinuteTally
from tests.acceptance.timeline import DAY, START, ZONE, as_delta
from tests.acceptance.world import World

HOUR = 3600
CONFIG = Config(
    brands=(Brand("nord", "Nord", "nord"),),
    topics=(Topic("preis", "Preis", "preis"), Topic("other", "Other", "other", brands=("else",))),
    campaigns=(Campaign("gruen", "Grün", "nord", "#gruen", START - DAY, START + DAY),),
    sources=({"id": "demo", "connector": "demo"},),
)


def minute(start: int, pace: float, more: float = 0.0, bad: float = 0.2) -> MinuteTally:
    chance = random.Random(start)
    count = max(0, round(chance.gauss(pace, pace**0.5)) + round(more))
    negative = sum(chance.random() < bad for _ in range(count))
    return MinuteTally(start, count, negative=negative, neutral=count - negative, authors=count, reach=200 * count)


def life(scope: str, kind: str, pace: float) -> Watch:
    return deepcopy(_learned(scope, kind, pace))


@cache
def _learned(scope: str, kind: str, pace: float) -> Watch:
    watch = Watch(scope, lambda: [one(scope, ZONE) for one in detectors(kind)], ZONE)
    watch.learn([minute(start, pace) for start in range(START - 4 * DAY, START, 60)], until=START)
    return watch


def run(
    whole: Watch, part: Watch, storm: float, *, all_of_it: float, minutes: int = 30
) -> list[tuple[str | None, float]]:
    """Return what is opened, and when, while a topic brings so much more a minute, and the brand so much."""
    opened: list[tuple[str | None, float]] = []
    for place in range(6 * minutes):
        at = START + 10.0 * place + 10.0
        start = int(at - 1) // 60 * 60
        if at % 60 == 0:
            part.take(_whole(part, minute(start, 0.5, storm, 0.6)))
            whole.take(_whole(whole, minute(start, 40.0, all_of_it, 0.2)))
        for watch in (whole, part):
            calm = watch is whole or whole.incident is None
            decision = watch.step(at, heard=True, calm=calm)
            if decision.action == "open":
                opened.append((decision.topic, at - START))
                if calm:
                    watch.resume(
                        Incident("i", "nord", at, "firing", decision.severity, decision.signals, updated_at=at)
                    )
    return opened


def _whole(watch: Watch, new: MinuteTally):
    delta = as_delta(watch.scope, new)
    (name,) = delta
    return {name: watch.tally.get(name, {}) | delta[name]}


def test_what_is_watched_are_brands_their_topics_and_their_campaigns():
    found = watched(CONFIG)
    assert {scope: one.kind for scope, one in found.items()} == {
        "nord": "brand", "nord/preis": "topic", "nord/gruen": "campaign",
    }  # fmt: skip
    assert "campaign" not in {kind.name for kind in detectors("brand")}
    assert "critic" not in {kind.name for kind in detectors("topic")}


def test_a_topic_that_surges_while_the_brand_is_calm_is_an_incident_of_its_own():
    opened = run(life("nord", "brand", 40.0), life("nord/preis", "topic", 0.5), 6.0, all_of_it=0.0)
    assert [topic for topic, _ in opened] == ["preis"]


def test_while_the_brand_has_an_incident_its_topics_only_join_and_not_at_every_step():
    opened = run(life("nord", "brand", 40.0), life("nord/preis", "topic", 0.5), 6.0, all_of_it=300.0)
    assert opened[0][0] is None or any(topic is None for topic, _ in opened)
    joined = [at for topic, at in opened if topic == "preis"]
    assert len(joined) <= 7
    assert all(later - earlier >= 300 for earlier, later in pairwise(joined[1:]))


@pytest.mark.anyio
async def test_the_service_watches_a_topic_and_opens_its_incident(world: World):
    world.config = world.config.model_copy(update={"topics": (Topic("preis", "Preis", "preis"),)})
    world.seed()
    service = world.service()
    await service.begin()
    assert set(service._watches) == {"nordlicht", "nordlicht/preis"}
    watch = service._watches["nordlicht/preis"]
    assert (watch.brand, watch.topic, watch.scope) == ("nordlicht", "preis", "nordlicht/preis")
