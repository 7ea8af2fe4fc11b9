"""Walls while what is watched changes: what stays is not drawn anew, what comes is shown, what goes is gone."""

import anyio
import httpx
import msgspec
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect

from app.clock import SystemClock
from app.config import Config, Source
from app.domain.brand import EVERY, Brand
from app.domain.wall import Screen, Wall
from dashboard.feed import Feed
from dashboard.service import DashboardService
from tests.browser.publisher import CALM, Publisher
from tests.unit.dashboard.rooms import BRAND, NOON, OTHER, delta, said, snapshot
from tests.unit.dashboard.test_hub import CONFIG, WALL, Room, join, take
from tests.unit.dashboard.test_service import context

NEW = Brand("new", "New", "new")
RIVAL = Brand("rival", "Rival", "rival", rivals=(EVERY,))


def adopt(room, config):
    room.feed.adopt(config)
    room.hub.adopt(config)


def changed(**new):
    return CONFIG.model_copy(update=new)


def wall(*brands):
    return (replace(WALL, brands=brands),)


def test_what_stays_as_it_is_goes_on_without_a_break():
    room = Room()
    seat = join(room, Screen("main"))
    take(seat)
    adopt(room, changed(brands=(BRAND, OTHER, NEW), walls=wall("nordlicht", "other", "new")))
    room.step(1.0)
    assert take(seat)["type"] == "frame"


def test_a_new_brand_takes_its_turn():
    room = Room()
    seat = join(room, Screen("main"))
    take(seat)
    adopt(room, changed(brands=(BRAND, NEW), walls=wall("nordlicht", "new")))
    room.feed.state.brands["new"].newest = ()
    at = room.clock.now() + 1
    room.feed.state.load(snapshot(2, [said(2, at), said(3, at, brands=("new",))]), at)
    room.feed.state.brands["new"].tally = {f"new:m:{int(at) // 3600 * 3600}": {f"{int(at) % 3600 // 60}:n": 1}}
    shown = set()
    for _ in range(60):
        room.step(1.0)
        message = take(seat)
        shown |= {message["brand"]["id"]} if message["type"] == "snapshot" else set()
    assert shown == {"nordlicht", "new"}


def test_a_brand_that_goes_is_no_longer_shown_and_its_screens_show_another():
    room = Room()
    seat, pinned = join(room, Screen("main")), join(room, Screen("main", brand="nordlicht"))
    assert take(seat)["brand"]["id"] == take(pinned)["brand"]["id"] == "nordlicht"
    adopt(room, changed(brands=(OTHER,), walls=wall("other")))
    room.step(1.0)
    for one in (seat, pinned):
        message = take(one)
        assert (message["type"], message["brand"]["id"]) == ("snapshot", "other")
    assert set(room.feed.state.brands) == {"other"}


def test_a_brand_that_is_renamed_is_drawn_anew():
    room = Room()
    seat = join(room, Screen("main", brand="nordlicht"))
    take(seat)
    adopt(room, changed(brands=(replace(BRAND, name="Polarlicht"), OTHER)))
    room.step(1.0)
    assert take(seat)["brand"]["name"] == "Polarlicht"


def test_a_screen_pinned_to_a_brand_to_come_shows_it_once_it_is_there():
    room = Room()
    seat = join(room, Screen("main", brand="new"))
    assert take(seat)["brand"]["id"] == "nordlicht"
    adopt(room, changed(brands=(BRAND, OTHER, NEW)))
    room.step(1.0)
    assert take(seat)["brand"]["id"] == "new"


def test_screens_of_a_wall_that_went_are_sent_away_and_a_new_wall_has_room():
    room = Room()
    seat = join(room, Screen("main"))
    take(seat)
    adopt(room, changed(walls=(Wall("foyer", "Foyer", ("other",)),)))
    assert (seat.outlet.dropped, room.hub.seats) == (4404, 0)
    assert [room.hub.knows(name) for name in ("main", "foyer")] == [False, True]
    assert take(join(room, Screen("foyer")))["brand"]["id"] == "other"
    room.hub.leave(seat)
    room.step(1.0)


def test_a_competitor_is_shown_where_a_wall_or_a_screen_asks_for_it():
    room = Room()
    adopt(room, changed(competitors=(RIVAL,)))
    room.step(1.0)
    assert take(join(room, Screen("main", brand="rival")))["brand"]["id"] == "rival"
    assert take(join(room, Screen("main")))["brand"]["id"] == "nordlicht"


def test_sources_bound_to_one_brand_follow():
    feed = Feed(None, CONFIG.brands, SystemClock())
    feed.adopt(changed(sources=(Source(id="s", connector="push", brand="other"), Source(id="t", connector="push"))))
    assert feed.around.bound == {"s": "other"}


@pytest.mark.anyio
async def test_a_running_dashboard_shows_a_new_brand_with_its_past(bus, store, tmp_path):
    publisher = Publisher(bus)
    now = SystemClock().now()
    await publisher.say([publisher.mention(one, now, "new") for one in CALM])
    await publisher.beat(now)
    made = context(bus, store, tmp_path)
    config = Config(brands=(BRAND, NEW))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(DashboardService(made).run)
        with anyio.fail_after(10):
            await made.ready.wait()
        address = f"127.0.0.1:{made.options['port']}"
        async with connect(f"ws://{address}/ws/wall/main?brand=new&lang=en") as socket:
            assert msgspec.json.decode(await socket.recv())["brand"]["id"] == "nordlicht"
            made.watchlist._put(made.watchlist.in_force._replace(config=config))
            with anyio.fail_after(10):
                text = ""
                while str(len(CALM)) not in text:
                    await publisher.beat()
                    message = msgspec.json.decode(await socket.recv())
                    if message["type"] == "snapshot":
                        assert message["brand"]["id"] == "new"
                    text = str(message["panels"].get("headline", ""))
        async with httpx.AsyncClient() as http:
            found = (await http.get(f"http://{address}/api/v1/brands")).json()
        assert [one["id"] for one in found["items"]] == ["nordlicht", "new"]
        tasks.cancel_scope.cancel()


def test_nothing_of_a_brand_that_went_is_kept():
    room = Room()
    before = room.feed.state.brands["nordlicht"]
    assert room.feed.state.follow(["nordlicht"]) == set()
    assert room.feed.state.follow(["nordlicht", "other"]) == {"other"}
    assert room.feed.state.brands["nordlicht"] is before
    assert room.feed.state.brands["other"].count(NOON) == 0


def test_what_the_snapshot_of_a_new_brand_holds_is_not_counted_twice():
    room = Room()
    state, at = room.feed.state, NOON
    state.follow(["nordlicht", "other"])
    state.follow(["nordlicht", "other", "new"])
    counted = [said(2, at, brands=("new", "nordlicht")), said(3, at, brands=("new",))]
    ahead = snapshot(3, counted, at)
    state.join(replace(ahead, newest={"new": tuple(counted)}), at)
    assert (state.seqs, state.brands["new"].count(at), state.brands["nordlicht"].count(at)) == ({0: 1}, 2, 0)
    for seq, mentions in ((2, counted[:1]), (3, counted[1:]), (4, [said(4, at, brands=("new",))])):
        assert state.apply(delta(seq, mentions, at), at)
    assert (state.brands["new"].count(at), state.brands["nordlicht"].count(at)) == (3, 1)
    assert len(state.brands["new"].newest) == 3
