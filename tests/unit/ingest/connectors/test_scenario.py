"""The player of drills as a source: past, talk, the storm from the order on, answers to us, recordings, restarts."""

import json
from copy import deepcopy
from functools import cache

import anyio
import msgspec
import pytest

from alerts.detectors.authors import AuthorsDetector
from alerts.detectors.volume import VolumeDetector
from app.domain.brand import Brand
from app.domain.drill import Mark
from app.domain.instant import rfc3339
from app.domain.tally import MinuteTally
from app.errors import WrongInput
from app.marking import put_mark
from app.scenarios import calm, scenario, scenarios
from ingest.connector import Setting
from ingest.connectors.push import PushOptions
from ingest.connectors.scenario import ScenarioConnector, ScenarioOptions
from ingest.scenario.player import Player, Stage, quiet_past
from tests.acceptance.timeline import START, Line
from tests.intake import StillClock, Told

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000.0
BRANDS = (Brand("nord", "Nord Strom", "nord", ("@nord",)),)


@pytest.fixture
def play(tmp_path):
    """Return batches until an instant; orders are given as (seconds from the beginning, order)."""
    space = tmp_path / "space"
    put_mark(space, Mark("d1"))

    async def listen(until, *orders, cursor=None, at=NOW, **options):
        clock = StillClock(at)

        async def commands(topic):
            assert topic == "drill"
            for order in orders:
                yield order
            await anyio.sleep_forever()

        chosen = ScenarioOptions(**{"scenario": "data-leak", "name": "Nord Strom", **options})
        connector = ScenarioConnector(Setting("drill", chosen, clock, space, Told(), BRANDS, commands))
        batches = []
        async for batch in connector.listen(cursor):
            batches.append(batch)
            await anyio.lowlevel.checkpoint()
            if clock.now() >= at + until:
                break
        return batches

    return listen


def begin(at=NOW + 5):
    return {"do": "begin", "at": str(at)}


def storm(batches):
    return [event for batch in batches for event in batch.events if "-talk-" not in event.id]


async def test_it_begins_with_the_past_and_half_an_hour_of_talk(play):
    batches = await play(10, rate=3.0)
    [history] = batches[0].history
    assert history.brand == "nord"
    assert len(history.minutes) > 10_000
    talk = [event for batch in batches for event in batch.events]
    assert 40 < len(talk) < 200
    assert all(NOW // 60 * 60 - 1800 < one.published_at <= NOW + 11 for one in talk)
    assert talk == sorted(talk, key=lambda one: one.published_at)
    assert storm(batches) == []


async def test_the_storm_comes_with_the_order_and_a_restart_tells_nothing_twice_or_never(play):
    whole = storm(await play(200, begin()))
    assert whole[0].published_at == NOW + 5
    assert len(whole) > 30
    first = await play(90, begin())
    cursor = next(batch.cursor for batch in reversed(first) if batch.cursor)
    at = json.loads(cursor)["at"]
    then = await play(NOW + 200 - at, cursor=cursor, at=at)
    both = [one.id for one in storm(first) + storm(then)]
    assert both == [one.id for one in whole][: len(both)]
    assert len(both) >= len(whole) - 1
    assert not then[0].history


async def test_faster_is_the_same_posts_in_less_time_and_an_answer_calms(play):
    slow, fast = storm(await play(245, begin())), storm(await play(63, begin(), speed=4.0))
    assert {one.id for one in fast[:40]} <= {one.id for one in slow[:60]}
    said = {"do": "statement", "at": str(NOW + 65)}
    odd = {"do": "dance"}
    calmed = storm(await play(400, begin(), said, said, begin(), odd, speed=4.0))
    raging = storm(await play(400, begin(), speed=4.0))
    assert len(calmed) < 0.7 * len(raging)


async def test_what_is_usual_comes_from_the_file_and_a_large_brand_gets_a_large_storm(play, tmp_path):
    file = tmp_path / "past.mpk"
    start = int(NOW) // 60 * 60 - 2 * 86_400
    file.write_bytes(msgspec.msgpack.encode([MinuteTally(start + 60 * n, 30, 6) for n in range(2 * 1440)]))
    large = await play(120, begin(), past=file)
    assert large[0].history[0].minutes[0].count == 30
    assert len(storm(large)) > 5 * len(storm(await play(120, begin())))


async def test_a_recording_is_moved_to_the_beginning(play, tmp_path):
    file = tmp_path / "storm.ndjson"
    lines = [
        {
            "channel": "x",
            "id": str(n),
            "published_at": rfc3339(NOW - 9_000 + 10 * n),
            "text": "Oh",
            "author": {"id": "a"},
        }
        for n in range(8)
    ]
    file.write_text("\n".join(["kaputt", *map(json.dumps, lines)]))
    heard = storm(await play(60, begin(), scenario="", recording=file, speed=2.0))
    assert [one.id for one in heard] == [str(n) for n in range(8)]
    assert [round(one.published_at - NOW) for one in heard] == [5, 10, 15, 20, 25, 30, 35, 40]
    part = await play(20, begin(), scenario="", recording=file, speed=2.0)
    cursor = next(batch.cursor for batch in reversed(part) if batch.cursor)
    rest = storm(await play(60, scenario="", recording=file, speed=2.0, cursor=cursor, at=NOW + 21))
    assert len(storm(part) + rest) == 8


async def test_it_plays_nowhere_but_in_a_drill(tmp_path):
    setting = Setting("drill", ScenarioOptions(name="Nord Strom"), StillClock(NOW), tmp_path, Told(), BRANDS)
    with pytest.raises(WrongInput, match="in a drill only"):
        await anext(ScenarioConnector(setting).listen(None))
    wrong = Setting("drill", PushOptions(), StillClock(NOW), tmp_path, Told(), BRANDS)
    with pytest.raises(TypeError):
        ScenarioConnector(wrong)


@cache
def learned():
    line = Line(MinuteTally, kinds=(VolumeDetector, AuthorsDetector))
    line.watch.learn(quiet_past(7, 0.5, START, 2 * 1440), until=START)
    return line.watch


@pytest.mark.parametrize("name", [one.id for one in scenarios()])
def test_every_scenario_raises_within_minutes(name):
    player = Player(Stage(scenario(name), calm("de"), "de", "Nord Strom"))

    @cache
    def minute(start):
        posts = player.talk(start, 0.5) + player.minute((start - START) // 60, start, 60) if start >= START else []
        voices = len({one.author.id for one in posts})
        return MinuteTally(start, len(posts), len(posts) // 2, len(posts) - len(posts) // 2, authors=voices)

    line = Line(minute, kinds=(VolumeDetector, AuthorsDetector))
    line.watch = deepcopy(learned())
    line.run(START, START + 360)
    assert line.opened, "it raises nothing"
    assert line.opened[0][0] - START <= (240 if name == "boycott-call" else 150)


async def test_a_drill_without_a_scenario_says_nothing_of_its_own():
    player = Player(Stage(None, calm("en"), "en", "Nord"))
    assert player.minute(0, 0.0, 60) == []
    with pytest.raises(ValueError, match="words of its own"):
        player._told()
