import json
from pathlib import Path

import pytest

from app.errors import SourceUnavailable
from ingest.connector import Setting
from ingest.connectors.meta import MetaConnector, MetaOptions
from tests.intake import StillClock, Told
from tests.peers.graph import TOKEN, FakeGraph

pytestmark = pytest.mark.anyio
NOW = 1_795_291_200.0
CALL = json.dumps({"object": "instagram", "entry": [{"id": "17841405", "time": 1_795_280_000, "changes": [
    {"field": "mentions", "value": {"media_id": "999", "comment_id": "4444"}},
    {"field": "mentions", "value": {"media_id": "998"}},
    {"field": "mentions", "value": {"media_id": "997"}},
    {"field": "mentions", "value": {"media_id": "../me"}},
]}]}).encode()  # fmt: skip


async def completed(graph, token=TOKEN):
    options = MetaOptions(app_secret="geheim", token=token, url=graph.url)
    hook = MetaConnector.hook(options)
    heard = hook.read({}, CALL, NOW)
    await hook.complete(heard, Setting("pages", options, StillClock(NOW), Path(), Told()))
    return heard


async def test_the_words_of_mentions_on_instagram_are_asked_for():
    async with FakeGraph() as graph:
        said = {"timestamp": "2026-11-21T17:00:00+0000", "username": "anna.b"}
        graph.known = {
            "4444": {**said, "text": "@nordlicht wann?"},
            "998": {**said, "caption": "Danke @nordlicht", "permalink": "https://www.instagram.com/p/x/"},
        }
        heard = await completed(graph)
        comment, post = heard.events
        assert (comment.id, comment.kind, comment.in_reply_to, comment.text) == (
            "4444", "comment", "999", "@nordlicht wann?",
        )  # fmt: skip
        assert (post.id, post.kind, post.url) == ("998", "post", "https://www.instagram.com/p/x/")
        assert (post.author.handle, post.published_at) == ("anna.b", 1_795_280_400.0)
        assert (heard.unreadable, heard.fault) == (1, "mention on Instagram that is not told")
        graph.known["4444"]["timestamp"] = "gestern"
        assert len((await completed(graph)).events) == 1


async def test_a_refused_token_is_counted_and_a_server_that_fails_makes_meta_call_again():
    async with FakeGraph() as graph:
        heard = await completed(graph, "other")
        assert (heard.unreadable, heard.fault) == (3, "mention on Instagram that our token may not read")
        assert (await completed(graph, None)).events == []
        graph.status = 500
        with pytest.raises(SourceUnavailable):
            await completed(graph)
