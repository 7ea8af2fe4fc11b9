import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.domain.instant import rfc3339
from ingest.connector import Setting
from ingest.connectors.push import PushOptions
from ingest.connectors.replay import ReplayConnector, ReplayOptions
from tests.intake import StillClock, Told

pytestmark = pytest.mark.anyio

NOW = 1_795_000_000.0


def line(number, at):
    said = {"channel": "x", "id": str(number), "published_at": rfc3339(at), "text": "Hallo", "author": {"id": "a"}}
    return json.dumps(said)


async def play(path, clock, *, cursor=None, **options):
    setting = Setting("replay", ReplayOptions(path=path, **options), clock, Path(), Told())
    return [batch async for batch in ReplayConnector(setting).listen(cursor)]


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "recording.ndjson"
    lines = [
        line(1, NOW - 100),
        "",
        "kaputt",
        line(2, NOW - 100),
        line(3, NOW - 90),
        line(4, NOW - 95),
        line(5, NOW - 40),
    ]
    file.write_text("\n".join([*lines, "auch kaputt"]) + "\n", "utf-8")
    return file


async def test_lines_come_at_their_distances_divided_by_the_speed(recording):
    clock = StillClock(NOW)
    batches = await play(recording, clock, speed=10)
    assert [[event.id for event in batch.events] for batch in batches] == [["1", "2"], ["3", "4"], ["5"]]
    assert clock.slept == pytest.approx([1.0, 5.0])
    assert [batch.cursor for batch in batches] == ["4", "6", "8"]
    assert sum(batch.received for batch in batches) == 8


async def test_max_does_not_wait_and_a_cursor_resumes_after_its_line(recording):
    clock = StillClock(NOW)
    [batch] = await play(recording, clock, speed="max", cursor="4")
    assert [event.id for event in batch.events] == ["3", "4", "5"]
    assert clock.slept == []
    assert await play(recording, clock, speed="max", cursor="8") == []


async def test_batches_are_bounded(tmp_path):
    file = tmp_path / "long.ndjson"
    file.write_text("\n".join(line(n, NOW - 9) for n in range(1_200)), "utf-8")
    assert [len(batch.events) for batch in await play(file, StillClock(NOW), speed="max")] == [500, 500, 200]


def test_wrong_options_are_refused_with_a_sentence():
    for speed in ("fast", 0, -1, "inf", "nan"):
        with pytest.raises(ValidationError, match="no speed"):
            ReplayOptions(path="x", speed=speed)
    with pytest.raises(TypeError, match="ReplayOptions"):
        ReplayConnector(Setting("replay", PushOptions(), StillClock(0), Path(), Told()))
