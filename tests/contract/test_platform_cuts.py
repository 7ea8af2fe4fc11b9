"""Platforms that are asked, and X's stream: whatever is cut in the middle, nothing is lost and nothing comes twice."""

import asyncio
import random
from pathlib import Path

import pytest

from app.domain.instant import rfc3339
from ingest.connector import Setting
from ingest.connectors import appstore, google_reviews, playstore, reddit, x, youtube
from tests.intake import StillClock, Told, until
from tests.peers import apple, business, play
from tests.peers import reddit as reddits
from tests.peers import x as xs
from tests.peers import youtube as youtubes
from tests.peers.apple import FakeApple
from tests.peers.business import FakeBusiness
from tests.peers.play import FakePlay
from tests.peers.reddit import FakeReddit
from tests.peers.x import FakeX
from tests.peers.youtube import FakeYoutube
from tests.proxy import Proxy

pytestmark = pytest.mark.anyio

NOW = 1_795_280_000.0
AT_ONCE = 7
"""Posts between two cuts: more than a page."""


class Story:
    """A platform that people write on, reached over a line that is cut."""

    def __init__(self, clock):
        self.clock = clock
        self.written = []

    async def write(self):
        """Have somebody write something."""
        self.clock.at += 1.0
        number = len(self.written)
        self.written.append(await self.say(f"p{number}", rfc3339(self.clock.at), self.clock.at))


class YoutubeStory(Story):
    peer = staticmethod(lambda clock: FakeYoutube())

    def connector(self, url):
        self.site.most = 5
        self.site.units = 10**6
        options = youtube.YoutubeOptions(api_key=youtubes.KEY, videos=["v1"], url=url, quota=10**6)
        return youtube.YoutubeConnector(Setting("s", options, self.clock, Path(), Told()))

    async def say(self, name, written, at):
        self.site.say(name, "Nordlicht", written)
        return name


class RedditStory(Story):
    peer = staticmethod(lambda clock: FakeReddit())

    def connector(self, url):
        self.site.most, self.site.left = 5, 10**6
        options = reddit.RedditOptions(
            client_id=reddits.CLIENT,
            client_secret=reddits.SECRET,
            contact="ada",
            subreddits=["strom"],
            url=url,
            login_url=url,
        )
        return reddit.RedditConnector(Setting("s", options, self.clock, Path(), Told()))

    async def say(self, name, written, at):
        self.site.post(f"t3_{name}", "Nordlicht", at)
        return f"t3_{name}"


class GoogleStory(Story):
    peer = staticmethod(lambda clock: FakeBusiness())

    def connector(self, url):
        self.site.most = 5
        options = google_reviews.GoogleReviewsOptions(
            client_id=business.CLIENT,
            client_secret=business.SECRET,
            refresh_token=business.REFRESH,
            locations=[business.HERE],
            url=url,
            login_url=f"{url}/token",
        )
        return google_reviews.GoogleReviewsConnector(Setting("s", options, self.clock, Path(), Told()))

    async def say(self, name, written, at):
        self.site.review(name, "Nordlicht", written)
        return f"{business.HERE}/reviews/{name}"


class PlayStory(Story):
    peer = staticmethod(FakePlay)

    def connector(self, url):
        self.site.most, self.site.left = 5, 10**6
        options = playstore.PlaystoreOptions(packages=[play.APP], credentials=self.site.account, url=url)
        return playstore.PlaystoreConnector(Setting("s", options, self.clock, Path(), Told()))

    async def say(self, name, written, at):
        self.site.review(name, "Nordlicht", at)
        return f"{play.APP}/{name}"


class AppleStory(Story):
    peer = staticmethod(FakeApple)

    def connector(self, url):
        self.site.most, self.site.left = 5, 10**6
        options = appstore.AppstoreOptions(
            apps=[apple.APP], key_id=apple.KEY, issuer_id=apple.ISSUER, private_key=apple.private_key(), url=url
        )
        return appstore.AppstoreConnector(Setting("s", options, self.clock, Path(), Told()))

    async def say(self, name, written, at):
        self.site.review(name, "Nordlicht", written)
        return name


class XStory(Story):
    peer = staticmethod(FakeX)

    def connector(self, url):
        self.site.most = 5
        options = x.XOptions(token=xs.TOKEN, rules=["nordlicht"], url=url)
        return x.XConnector(Setting("s", options, self.clock, Path(), Told()))

    async def say(self, name, written, at):
        return await self.site.post("Nordlicht", at)


STORIES = {
    "youtube": YoutubeStory,
    "reddit": RedditStory,
    "google_reviews": GoogleStory,
    "playstore": PlayStory,
    "appstore": AppleStory,
    "x": XStory,
}


async def cut(story, cuts, seed):
    """Have people write while the line is cut at random moments; return what was heard and how often it was cut."""
    draw, heard = random.Random(seed), []
    async with story.peer(story.clock) as site:
        story.site = site
        with Proxy(site.port) as proxy:
            batches = story.connector(f"http://127.0.0.1:{proxy.port}").listen(None)
            taking = asyncio.create_task(_take(batches, heard))
            try:
                while proxy.cuts < cuts:
                    if draw.random() < 0.5:
                        await asyncio.to_thread(proxy.cut_answers, draw.choice((1, 1, 2)))
                    for _ in range(AT_ONCE):
                        await story.write()
                        await asyncio.sleep(draw.random() * 0.004)
                    await asyncio.to_thread(proxy.cut)
                    await asyncio.sleep(draw.random() * 0.02)
                await asyncio.to_thread(proxy.cut_answers, 0)
                for _ in range(2):  # once more after everything is heard: another round
                    await story.write()
                    await until(lambda: len(set(heard)) >= len(story.written), 20)
            finally:
                taking.cancel()
                await asyncio.gather(taking, return_exceptions=True)
                await batches.aclose()
            return heard, proxy.cuts


async def _take(batches, heard):
    async for batch in batches:
        heard += [event.id for event in batch.events]


class _Brisk(StillClock):
    """A clock whose waiting takes a millisecond."""

    async def sleep(self, seconds):
        await super().sleep(seconds)
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("name", STORIES)
async def test_three_cuts_lose_and_double_nothing(name):
    story = STORIES[name](_Brisk(NOW))
    heard, cuts = await cut(story, 3, 3)
    assert cuts >= 3
    assert sorted(heard) == sorted(story.written)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", STORIES)
async def test_twenty_cuts_lose_and_double_nothing(name, seed):
    story = STORIES[name](_Brisk(NOW))
    heard, cuts = await cut(story, 20, seed)
    assert cuts >= 20
    assert sorted(heard) == sorted(story.written)


async def test_a_connector_that_forgets_where_it_was_is_caught(monkeypatch):
    story = RedditStory(_Brisk(NOW))
    monkeypatch.setattr("ingest.listings.Known.add", lambda self, entries: None)
    heard, _ = await cut(story, 3, 3)
    assert sorted(heard) != sorted(story.written)
