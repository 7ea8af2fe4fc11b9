import asyncio
from contextlib import asynccontextmanager

import pytest
from pydantic import BaseModel

from app import registry
from app.clock import SystemClock
from app.config import Config, Source
from app.domain.brand import Brand
from app.domain.mention import Author, Mention
from app.errors import BusUnavailable
from app.service import Context
from ingest.connector import Batch
from ingest.publish import Intake
from ingest.roster import Roster
from tests.fixtures.store import NOON
from tests.intake import MemoryBus, until

pytestmark = pytest.mark.anyio

NORD, SUED = Brand("nord", "Nord", "nord"), Brand("sued", "Sued", "sued")


class Options(BaseModel):
    word: str = "nord"


class Speaker:
    """Says its word whenever it is asked for, and notes that it lives."""

    Options = Options
    living: dict[str, "Speaker"] = {}  # noqa: RUF012 - shared on purpose
    began: list[str] = []  # noqa: RUF012 - as above

    def __init__(self, setting):
        self.setting, self.news, self.said = setting, asyncio.Event(), 0
        self.began.append(setting.source)

    async def listen(self, cursor):
        source = self.setting.source
        self.living[source] = self
        self.setting.report("live", "")
        try:
            while True:
                await self.news.wait()
                self.news.clear()
                self.said += 1
                text = f"{self.setting.options.word} {self.said}"
                yield Batch([Mention("x", f"{source}-{text}", NOON, text, Author("anna"))], str(self.said))
        finally:
            del self.living[source]


@pytest.fixture(autouse=True)
def speakers(monkeypatch):
    monkeypatch.setattr(registry, "load", lambda group, name: Speaker)
    Speaker.living, Speaker.began = {}, []


class ForgetfulBus(MemoryBus):
    """Notes which sources it was told to forget; `deaf` it does not answer to that."""

    def __init__(self):
        super().__init__()
        self.forgotten, self.deaf = [], False

    async def forget_source(self, source):
        if self.deaf:
            raise BusUnavailable("planted")
        self.forgotten.append(source)
        self.states.pop(source, None)


@pytest.fixture
def bus():
    return ForgetfulBus()


def source(name, word="nord"):
    return Source(id=name, connector="speaker", options=Options(word=word))


def config(*sources, brands=(NORD,)):
    return Config(brands=brands, sources=sources)


@pytest.fixture
def running(bus, store, identity, tmp_path):
    @asynccontextmanager
    async def run(start):
        context = Context(start, tmp_path, SystemClock(), bus, store, identity)
        intake = Intake(start, bus, store, identity, context.clock)
        task = asyncio.create_task(Roster(context, intake, "me").run())

        def change(new):
            context.watchlist._put(context.watchlist.in_force._replace(config=new))

        yield change
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    return run


def living():
    return set(Speaker.living)


async def test_sources_come_go_and_change_without_touching_the_others(running, bus):
    async with running(config(source("stays"), source("goes"), source("changes"))) as change:
        await until(lambda: living() == {"stays", "goes", "changes"})
        stays = Speaker.living["stays"]
        change(config(source("stays"), source("changes", "sued"), source("comes")))
        await until(lambda: living() == {"stays", "changes", "comes"})
        assert Speaker.living["stays"] is stays
        assert Speaker.living["changes"].setting.options.word == "sued"
        assert Speaker.began == ["stays", "goes", "changes", "changes", "comes"]
        assert bus.holders["source:goes"][0] == "", "its lease is free for others"
    assert bus.forgotten == ["goes"]
    assert living() == set()


async def test_a_source_that_comes_back_goes_on_where_it_was(running, bus):
    one = config(source("a"))
    async with running(one) as change:
        await until(lambda: living() == {"a"})
        Speaker.living["a"].news.set()
        await until(lambda: bus.cursors.get("a") == "1")
        change(config())
        await until(lambda: not living())
        change(one)
        await until(lambda: living() == {"a"})
    assert bus.cursors["a"] == "1"


async def test_what_is_watched_counts_from_the_change_on(running, bus):
    async with running(config(source("a", "sued"))) as change:
        await until(lambda: living() == {"a"})
        Speaker.living["a"].news.set()
        await until(lambda: bus.cursors.get("a") == "1")
        change(config(source("a", "sued"), brands=(NORD, SUED)))
        await until(lambda: Speaker.living["a"].news.set() or bus.events)
    assert bus.events[0].brands == ("sued",)
    assert Speaker.began == ["a"]


async def test_a_bus_that_is_away_while_a_source_goes_stops_nobody(running, bus):
    bus.deaf = True
    async with running(config(source("a"), source("b"))) as change:
        await until(lambda: living() == {"a", "b"})
        change(config(source("b"), source("c")))
        await until(lambda: living() == {"b", "c"})
