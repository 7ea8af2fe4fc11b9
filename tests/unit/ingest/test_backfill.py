import asyncio
from contextlib import suppress

import pytest

from app.config.model import Config
from app.domain.actor import LOOPBACK
from app.domain.brand import Brand, Campaign, Topic, Watched
from app.domain.fault import Report
from app.domain.mention import Author, Deletion, Mention
from app.service import Context
from app.store.unheard import reading
from app.watchlist import Watchlist
from ingest import backfill as module
from ingest.backfill import Backfill, stamp, wanted
from ingest.publish import Intake
from ingest.unmatched import Unmatched
from tests.fixtures.store import NOON
from tests.intake import MemoryBus, StillClock, until

pytestmark = pytest.mark.anyio
NORD = Brand("nord", "Nord", "nordlicht")
SUED = Brand("sued", "Süd", "suedlicht", exclude=("konzert",))


def post(number, text, *, age=3_600.0, **more):
    return Mention("x", str(number), NOON - age, text, Author("anna", "@anna"), **more)


class Directory:
    """A channel of authors with few followers."""

    most = 25

    def lookup(self):
        return self

    def handles(self, _accounts):
        return []

    async def ask(self, ids):
        return {one: Author(one, followers=5) for one in ids}

    async def close(self):
        pass


class Room:
    """An intake with its unmatched file and a backfill that follows a watchlist."""

    def __init__(self, folder, store, identity, config):
        clock = StillClock(NOON)
        self.bus = MemoryBus()
        self.watchlist = Watchlist(config, self.bus, store, clock)
        self.context = Context(config, folder, clock, self.bus, store, identity, following=self.watchlist)
        self.unmatched = Unmatched(folder, 2**24, identity, clock)
        self.intake = Intake(config, self.bus, store, identity, clock, self.unmatched)
        self._task = None

    def start(self):
        self._task = asyncio.create_task(Backfill(self.context, self.intake, self.unmatched).run())

    async def stop(self):
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.unmatched.close()

    def heard(self):
        return sorted((one.id, one.published_at, *one.brands) for one in self.bus.events if isinstance(one, Mention))

    def kept(self):
        with reading(self.context.data) as file:
            return ({one.id for one in file.slice(None, file.top(), 100).posts}, file.stamp()) if file else (set(), 0)


@pytest.fixture
async def room(tmp_path, store, identity):
    made = Room(tmp_path, store, identity, Config(brands=(NORD,)))
    yield made
    await made.stop()


async def test_a_new_brand_hears_what_was_said_today_at_its_own_time(room):
    room.start()
    said = [post(1, "Südlicht, wo bleibt ihr?"), post(2, "Südlicht Konzert"), post(3, "Tee"), post(4, "Nordlicht")]
    await room.intake.take([*said, post(5, "Suedlicht", age=9 * 86_400)], "push")
    await room.watchlist.save(LOOPBACK, SUED)
    await until(lambda: len(room.heard()) == 3)
    assert room.heard() == [
        ("1", NOON - 3_600, "sued"), ("4", NOON - 3_600, "nord"), ("5", NOON - 9 * 86_400, "sued"),
    ]  # fmt: skip
    await until(lambda: room.kept() == ({"2", "3"}, stamp(room.watchlist.config)))
    assert all(event.source == "push" for event in room.bus.events)


async def test_answers_to_what_is_heard_now_are_heard_too(room):
    room.start()
    said = [
        post(1, "Südlicht!"),
        post(2, "Genau", in_reply_to="1"),
        post(3, "Na ja", in_reply_to="2"),
        post(4, "Nein", quotes="5"),
        post(5, "Tee"),
        post(6, "Oh", quotes="3"),
    ]
    await room.intake.take(said, "push")
    await room.watchlist.save(LOOPBACK, SUED)
    await until(lambda: len(room.heard()) == 4)
    assert [(one[0], *one[2:]) for one in room.heard()] == [(number, "sued") for number in "1236"]
    await until(lambda: room.kept() == ({"4", "5"}, stamp(room.watchlist.config)))


async def test_a_post_that_only_might_have_counted_stays_in_the_file(room):
    big = Brand("big", "", "suedlicht followers:>5")
    room.start()
    async with room.intake.introducing("push", Directory()):
        await room.intake.take([post(1, "Südlicht"), post(2, "Südlicht", age=60.0)], "push")
        await room.watchlist.save(LOOPBACK, big)
        await until(lambda: room.kept()[1] == stamp(room.watchlist.config))
    assert (room.heard(), room.kept()[0]) == ([], {"1", "2"})


async def test_what_changed_while_nobody_listened_is_made_up_for_at_the_start(room, tmp_path, store, identity):
    await room.intake.take([post(1, "Südlicht"), post(2, "Tee")], "push")
    await room.stop()
    later = Room(tmp_path, store, identity, Config(brands=(NORD, SUED)))
    later.start()
    await until(lambda: later.heard() == [("1", NOON - 3_600, "sued")])
    await until(lambda: later.kept() == ({"2"}, stamp(later.context.config)))
    await later.stop()
    again = Room(tmp_path, store, identity, Config(brands=(NORD, SUED)))
    again.start()
    await again.unmatched.settled()
    assert again.heard() == []
    await again.stop()


async def test_a_deleted_post_is_not_brought_back(room):
    await room.intake.take([post(1, "Südlicht"), post(2, "Südlicht")], "push")
    await room.intake.take([Deletion("x", "1", NOON)], "push")
    room.start()
    await room.watchlist.save(LOOPBACK, SUED)
    await until(lambda: [one[0] for one in room.heard()] == ["2"])


async def test_a_bus_that_is_away_or_behind_is_waited_for(room):
    await room.intake.take([post(1, "Südlicht")], "push")
    room.start()
    await until(lambda: room.kept()[1] != 0)
    room.bus.behind = 3.0
    clock = room.context.clock
    await room.watchlist.save(LOOPBACK, SUED)
    await until(lambda: 3.0 in clock.slept)
    room.bus.away, room.bus.behind = True, None
    await until(lambda: module.PAUSE in clock.slept)
    room.bus.away = False
    await until(lambda: len(room.heard()) == 1)


async def test_without_a_file_there_is_nothing_to_take(tmp_path, store, identity):
    room = Room(tmp_path, store, identity, Config(brands=(NORD,)))
    room.unmatched = Unmatched(tmp_path, 0, identity, room.context.clock)
    room.start()
    await room.watchlist.save(LOOPBACK, SUED)
    await until(lambda: module.AGAIN_AFTER in room.context.clock.slept)
    assert room.heard() == []
    await room.stop()


async def test_who_still_matches_by_the_queries_before_is_waited_for(room, monkeypatch):
    monkeypatch.setattr(module, "DIFFERING", 10**9)
    room.start()
    await until(lambda: room.kept()[1] != 0)
    before = stamp(room.watchlist.config)
    room.bus.reported = {"dashboard": {"one": Report(NOON, "before")}}
    old = Intake(
        room.context.config, room.bus, room.context.store, room.context.identity, StillClock(NOON), room.unmatched
    )
    await room.watchlist.save(LOOPBACK, SUED)
    await until(lambda: module.PAUSE in room.context.clock.slept)
    await old.take([post(1, "Südlicht"), post(2, "Tee")], "push")
    await until(lambda: room.kept() == ({"1", "2"}, before))
    room.bus.away, waited = True, room.context.clock.slept.count(module.PAUSE)
    await until(lambda: room.context.clock.slept.count(module.PAUSE) > waited + 3)
    room.bus.away, room.bus.reported = False, {"dashboard": {"one": Report(NOON, room.watchlist.in_force.word)}}
    await until(lambda: room.heard() == [("1", NOON - 3_600, "sued")])
    await until(lambda: room.kept() == ({"2"}, stamp(room.watchlist.config)))


async def test_who_never_agrees_is_waited_for_no_longer(room):
    room.start()
    await until(lambda: room.kept()[1] != 0)
    room.bus.reported = {"ingest": {"elsewhere": Report(NOON, "another")}}
    await room.watchlist.save(LOOPBACK, SUED)
    await until(lambda: room.kept()[1] == stamp(room.watchlist.config))
    assert room.context.clock.slept.count(module.PAUSE) == module.DIFFERING
    await room.watchlist.remove(LOOPBACK, "brands", "sued")
    await until(lambda: room.kept()[1] == stamp(room.watchlist.config))


async def test_a_file_that_cannot_be_read_is_tried_again(room, tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.unmatched.PATIENCE", 0.1)
    monkeypatch.setattr("ingest.unmatched.AGAIN_IN", 0.1)
    (tmp_path / "unmatched.sqlite").mkdir()
    room.start()
    await until(lambda: module.PAUSE in room.context.clock.slept)
    (tmp_path / "unmatched.sqlite").rmdir()
    await until(lambda: room.kept()[1] != 0)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (Watched((NORD,)), Watched((NORD,)), frozenset()),
        (Watched((NORD, SUED)), Watched((NORD,)), frozenset()),
        (Watched((NORD,)), Watched((NORD, SUED)), frozenset({"suedlicht"})),
        (Watched((NORD,)), Watched((NORD,), (Topic("t", "T", "preis"),)), frozenset()),
        (Watched((NORD,)), Watched((NORD,), (), (Campaign("c", "C", "nord", "#mai", 0.0, 9.0),)), frozenset({"mai"})),
        (Watched((NORD,), spam=("gewinn",)), Watched((NORD,)), frozenset({"nordlicht"})),
        (Watched((NORD,)), Watched((Brand("nord", "Nord", "nordlicht", ("@n",)),)), None),
        (Watched((SUED,)), Watched((Brand("sued", "Süd", "suedlicht"),)), frozenset({"suedlicht"})),
    ],
)
def test_only_what_is_new_is_looked_for(before, after, words):
    assert wanted(before, after) == words
    assert (stamp(Config(brands=(NORD,))) == stamp(Config(brands=(NORD,)))) is True
