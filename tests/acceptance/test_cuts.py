"""Cutting the line to a channel at random moments loses nothing and doubles nothing."""

import asyncio
import random
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.clock import SystemClock
from app.config import Config
from app.domain.brand import Brand
from app.domain.mention import Deletion, Mention
from benchmarks.jetstream import Jetstream
from ingest.connector import Setting
from ingest.connectors import hackernews, mastodon
from ingest.connectors.bluesky import BlueskyConnector, BlueskyOptions
from ingest.connectors.hackernews import HackerNewsConnector, HackerNewsOptions
from ingest.connectors.mastodon import MastodonConnector, MastodonOptions
from ingest.publish import Intake
from tests.intake import MemoryBus, Told, until
from tests.peers.hackernews import FakeHackerNews
from tests.peers.mastodon import TOKEN, FakeMastodon
from tests.proxy import Proxy

pytestmark = pytest.mark.anyio

BRANDS = (Brand("nord", "Nord", "nordlicht"),)


class Hasty(SystemClock):
    """The machine's clock for who has no time to wait."""

    async def sleep(self, seconds):
        await asyncio.sleep(min(seconds, 0.02))


class Bluesky:
    """People on Bluesky, and how they are heard."""

    def __init__(self, version):
        self.server = Jetstream()
        self._path = {"v1": "/subscribe", "v2": "/xrpc/network.bsky.jetstream.subscribeEvents"}[version]

    def connector(self, port):
        return BlueskyConnector(setting(BlueskyOptions(url=f"ws://127.0.0.1:{port}{self._path}")))

    async def post(self, text):
        uri = await self.server.post(text)
        return uri, uri

    async def edit(self, uri, text):
        await self.server.post(text, rkey=uri.rpartition("/")[2], operation="update")

    async def delete(self, uri):
        await self.server.delete(uri)


class Fediverse:
    """People on an instance that streams, or is only asked."""

    def __init__(self, how):
        self.server = FakeMastodon()
        self._at = 0.0
        self._token = SecretStr(TOKEN) if how == "streamed" else None
        if not self._token:  # nothing tells of them: the re-check does, and edits are not heard
            self.edit = self.delete = None

    def connector(self, port):
        self.server.streams_at = f"127.0.0.1:{port}"
        options = MastodonOptions(url=f"http://127.0.0.1:{port}", token=self._token, pause=1)
        return MastodonConnector(setting(options))

    def _now(self):
        """Return an instant of its own: versions are told apart by the millisecond."""
        self._at = max(time.time(), self._at + 0.002)
        return self._at

    async def post(self, text):
        status = await self.server.post(text, at=self._now())
        return status["uri"], status

    async def edit(self, status, text):
        await self.server.edit(status, text, self._now())

    async def delete(self, status):
        await self.server.delete(status)


class News:
    """People on Hacker News."""

    def __init__(self, _):
        self.server = FakeHackerNews()
        self.server.say("vorher")

    def connector(self, port):
        return HackerNewsConnector(setting(HackerNewsOptions(url=f"http://127.0.0.1:{port}/v0", pause=5)))

    async def post(self, text):
        number = self.server.say(text, at=time.time())
        return str(number), number

    async def edit(self, number, text):
        self.server.change(number, text=text)

    async def delete(self, number):
        self.server.delete(number)


CHANNELS = [(Bluesky, "v1"), (Bluesky, "v2"), (Fediverse, "streamed"), (Fediverse, "asked"), (News, "")]


def setting(options):
    return Setting("live", options, Hasty(), Path(), Told())


class Heard:
    """What went through one intake, however often the connector was cut or begun anew."""

    def __init__(self, bus, intake):
        self.bus, self._intake, self.cursor = bus, intake, None
        self.gaps = []

    async def listen(self, connector):
        batches = connector.listen(self.cursor)
        try:
            async for batch in batches:
                await self._intake.take(batch.events, "live")
                self.cursor = batch.cursor or self.cursor
                self.gaps += [batch.gap] if batch.gap else []
        finally:
            await batches.aclose()

    @asynccontextmanager
    async def listening(self, connector):
        task = asyncio.create_task(self.listen(connector))
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def newest(self):
        """Return by id the text of each mention, None for a deleted one."""
        return {event.id: event.text if isinstance(event, Mention) else None for event in self.bus.newest.values()}


async def told(channel, numbers, draw, *, changing=True):
    """Tell a story of posts, edits and deletions; return what has to stand in the end."""
    wanted, living = {}, []
    for number in numbers:
        name, handle = await channel.post(f"Nordlicht {number}")
        wanted[name] = f"Nordlicht {number}"
        living.append((name, handle))
        chance = draw.random() if changing else 1.0
        if channel.edit and chance < 0.1:
            name, handle = draw.choice(living[-20:])
            wanted[name] = f"Nordlicht {number} verbessert"
            await channel.edit(handle, wanted[name])
        elif channel.delete and chance < 0.2:
            name, handle = living.pop(draw.randrange(max(0, len(living) - 20), len(living)))
            wanted[name] = None
            await channel.delete(handle)
        await asyncio.sleep(draw.uniform(0, 0.01))
    return wanted


async def cut(proxy, times, draw):
    """Cut every connection at random moments, each time after something has gone through."""
    for _ in range(times):
        await asyncio.sleep(draw.uniform(0.005, 0.12))
        before = proxy.cuts
        while proxy.cuts == before:
            await asyncio.to_thread(proxy.cut)
            await asyncio.sleep(0.002)


async def survive(channel, intake, bus, times, seed):
    """Return what was lost, what was doubled and which gaps were told."""
    draw = random.Random(seed)
    heard = Heard(bus, intake)
    async with channel.server:
        with Proxy(channel.server.port) as proxy:
            async with heard.listening(channel.connector(proxy.port)):
                await until(lambda: heard.cursor is not None)
                telling = asyncio.create_task(told(channel, range(times * 20), draw))
                await cut(proxy, times, draw)
                wanted = await telling
                with suppress(TimeoutError):
                    await until(lambda: not missing(wanted, heard.newest()))
            wanted |= await told(channel, range(10_000, 10_020), draw, changing=False)
            async with heard.listening(channel.connector(proxy.port)):  # as after a crash
                with suppress(TimeoutError):
                    await until(lambda: not missing(wanted, heard.newest()))
    return missing(wanted, heard.newest()), doubled(bus), heard.gaps


def missing(wanted, newest):
    """Return what does not stand as it should; whoever was deleted need not have been heard."""
    return [name for name, text in wanted.items() if newest.get(name, None if text is None else "") != text]


def doubled(bus):
    """Return what was published anew though nothing had changed."""
    versions = Counter(
        (event.id, event.text) if isinstance(event, Mention) else event.id
        for event in bus.events
        if isinstance(event, Mention | Deletion)
    )
    return [name for name, count in versions.items() if count > 1]


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
def intake(bus, store, identity, monkeypatch):
    monkeypatch.setattr(mastodon, "OVERLAP", 0)
    monkeypatch.setattr(mastodon, "PACE", 0.0)
    monkeypatch.setattr(hackernews, "LONG_BREAK", 1e9)
    return Intake(Config(brands=BRANDS), bus, store, identity, SystemClock())


@pytest.mark.parametrize(("channel", "how"), [(Fediverse, "streamed"), (News, "")])
async def test_three_cuts_lose_and_double_nothing(intake, bus, channel, how):
    assert await survive(channel(how), intake, bus, 3, 1) == ([], [], [])


@pytest.mark.long
@pytest.mark.parametrize(("channel", "how"), CHANNELS)
async def test_twenty_cuts_lose_and_double_nothing(intake, bus, channel, how):
    assert await survive(channel(how), intake, bus, 20, time.time()) == ([], [], [])


def test_a_loss_and_a_double_are_found(bus):
    one = Mention("x", "1", 0.0, "Nordlicht", None)
    bus.events = [one, one]
    assert doubled(bus) == [("1", "Nordlicht")]
    assert missing({"1": "Nordlicht", "2": "weg", "3": None}, {"1": "anders", "3": "noch da"}) == ["1", "2", "3"]
