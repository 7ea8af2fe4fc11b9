import json

import pytest

from ingest.connector import Setting
from ingest.connectors.discourse_hook import DiscourseHookConnector, DiscourseHookOptions
from ingest.connectors.push import PushOptions
from ingest.wires.discourse_hook import read
from tests.connectors.discourse_hook import KIT, NOW, SITE, recordings
from tests.intake import StillClock, Told


def test_private_messages_pings_and_new_topics_say_nothing():
    for name in ("private.json", "ping.json", "topic_created.json"):
        [path] = [path for path in KIT.recordings if path.name == name]
        assert KIT.read(path.read_bytes()) == ([], 0)


def test_what_cannot_be_read_is_counted():
    for body, fault in (
        (b"[]", "call that is no JSON object"),
        (b'{"post": {"id": 1}}', "a post that cannot be read"),
        (b'{"topic": {"archetype": "regular"}}', "a topic without id"),
    ):
        heard = read(body, "topic_destroyed", SITE, NOW)
        assert (heard.received, heard.unreadable, heard.fault) == (1, 1, fault)


async def _listened(told, tmp_path, options):
    connector = DiscourseHookConnector(Setting("forum", options, StillClock(NOW), tmp_path, told))
    return [batch async for batch in connector.listen(None)]


@pytest.mark.anyio
async def test_it_waits_to_be_called(tmp_path):
    told = Told()
    options = DiscourseHookOptions(url=f"{SITE}/", secret="geheim")
    assert await _listened(told, tmp_path, options) == []
    assert "/hooks/forum" in told.said[0][1]
    hook = DiscourseHookConnector.hook(options)
    assert hook.challenge({}) is None
    assert not hook.trusted({}, b"")
    [path] = [path for path in recordings("discourse_hook") if path.name == "post_created.json"]
    body = json.dumps(json.loads(path.read_text())["payload"]).encode()
    assert hook.read({"x-discourse-event": "post_created"}, body, NOW).events[0].id == f"{SITE}/t/12/1"
    with pytest.raises(TypeError):
        DiscourseHookConnector.hook(PushOptions())
    with pytest.raises(ValueError, match="https://forum"):
        DiscourseHookOptions(url="forum")
