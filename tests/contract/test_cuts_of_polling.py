"""Feeds, WordPress, Discourse, Stack Exchange: lines are cut at any moment; nothing is lost, nothing comes twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.hearing import Hearing
from tests.intake import StillClock
from tests.peers.discourse import FakeDiscourse
from tests.peers.feeds import FeedSite, rss
from tests.peers.stackexchange import FakeStackExchange
from tests.peers.wordpress import FakeWordpress
from tests.proxy import Proxy

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000.0


class Feeds:
    """A feed of everything said so far."""

    connector = "feeds"

    def __init__(self, clock):
        self.peer, self.items = FeedSite(), []

    def options(self, url):
        return {"url": f"{url}/feed"}

    def say(self, number, at, url):
        self.items.insert(0, {"guid": f"urn:x:{number}", "at": at, "title": f"Title {number}"})
        self.peer.put("/feed", rss(self.items))
        return [f"urn:x:{number}"]


class Wordpress:
    """A post and a comment on it."""

    connector = "wordpress"

    def __init__(self, clock):
        self.peer = FakeWordpress()

    def options(self, url):
        return {"url": url}

    def say(self, number, at, url):
        self.peer.post(number, at, f"text {number}")
        self.peer.comment(number, number, at, f"comment {number}")
        return [f"{url}/?p={number}", f"{url}/?p={number}#comment-{number}"]


class Discourse:
    """Posts of one topic."""

    connector = "discourse"

    def __init__(self, clock):
        self.peer = FakeDiscourse()

    def options(self, url):
        return {"url": url}

    def say(self, number, at, url):
        self.peer.post(number, at, f"text {number}")
        return [f"{url}/t/1/{number}"]


class StackExchange:
    """A question with its answer."""

    connector = "stackexchange"

    def __init__(self, clock):
        self.peer = FakeStackExchange(clock)
        self.peer.left = 10**6

    def options(self, url):
        return {"url": f"{url}/2.3", "query": "x", "comments": False}

    def say(self, number, at, url):
        self.peer.put("questions", number, at, f"question {number}")
        self.peer.put("answers", 10_000 + number, at, f"answer {number}", parent=number)
        return [f"stackoverflow/q/{number}", f"stackoverflow/a/{10_000 + number}"]


CHANNELS = [Feeds, Wordpress, Discourse, StackExchange]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_answers_that_break_off_lose_and_double_nothing(channel, tmp_path):
    clock = StillClock(NOW)
    there = channel(clock)
    async with there.peer as peer:
        heard = Hearing(there.connector, there.options(peer.url), clock, tmp_path)
        said: list[str] = []
        for number in range(1, 4):
            said += there.say(number, clock.at, peer.url)
            peer.cut(1)
            wanted = len(said)
            await heard.until(lambda heard, wanted=wanted: len(heard.ids) >= wanted)
        assert peer.cuts == 3
        assert sorted(heard.ids) == sorted(said)


@pytest.fixture
async def proxied(request, tmp_path) -> AsyncIterator:
    clock = StillClock(NOW)
    there = request.param(clock)
    there.peer.pause = 0.006
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(there.peer)
        proxy = stack.enter_context(Proxy(there.peer.port))
        url = f"http://127.0.0.1:{proxy.port}"
        yield there, proxy, url, Hearing(there.connector, there.options(url), clock, tmp_path), clock


@pytest.mark.long
@pytest.mark.parametrize("proxied", CHANNELS, indirect=True)
async def test_twenty_cuts_at_any_moment_lose_and_double_nothing(proxied):
    """Each time the connector is also started again from its cursor."""
    there, proxy, url, heard, clock = proxied
    draw, said, number = random.Random(3), [], 0
    while proxy.cuts < 20:
        for _ in range(draw.randint(1, 4)):
            number += 1
            said += there.say(number, clock.at, url)
        before = proxy.cuts
        cutting = asyncio.ensure_future(_cut(proxy, draw.uniform(0.0, 0.03)))
        await heard.until(lambda _, before=before: proxy.cuts > before)
        await cutting
    await heard.until(lambda heard: set(said) <= set(heard.ids))
    assert sorted(heard.ids) == sorted(said)
    assert heard.reasons, "no answer was cut off"


async def _cut(proxy, seconds):
    """Cut until a line was there to be cut."""
    await asyncio.sleep(seconds)
    before = proxy.cuts
    while proxy.cuts == before:
        await asyncio.to_thread(proxy.cut)
        await asyncio.sleep(0.001)


async def test_a_connector_that_forgets_would_be_found(tmp_path):
    clock = StillClock(NOW)
    there = Discourse(clock)
    async with there.peer as peer:
        heard = Hearing(there.connector, there.options(peer.url), clock, tmp_path)
        said = there.say(1, clock.at, peer.url)
        await heard.rounds(1)
        heard.cursor = None
        await heard.rounds(1)
        assert sorted(heard.ids) != sorted(said)
