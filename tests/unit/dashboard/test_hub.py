import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import ManualClock
from app.config.model import Config
from app.domain.incident import Incident
from app.domain.source import SourceState
from app.domain.wall import Screen, Wall
from dashboard.feed import Feed
from dashboard.hub import Hub
from dashboard.panels.volume import VolumePanel
from dashboard.rotation import Rotation, eligible
from dashboard.state import State
from dashboard.surroundings import Surroundings
from tests.unit.dashboard.rooms import BRAND, NOON, OTHER, delta, said, snapshot

WALL = Wall("main", "Main", ("nordlicht", "other"), dwell=25)
CONFIG = Config(brands=(BRAND, OTHER), walls=(WALL,))


class Tap:
    """An outlet whose screen takes a message when the test says so; until then its bytes wait."""

    def __init__(self):
        self.sent = []
        self.dropped = None

    def waiting(self):
        return sum(map(len, self.sent))

    def push(self, frame):
        self.sent.append(frame)

    def drop(self, code, reason):
        self.dropped = code

    def take(self):
        (frame,) = self.sent
        self.sent.clear()
        return message(frame)


def message(frame):
    """Return what is in a websocket frame that fills its bytes exactly."""
    assert frame[0] == 0x81, "a whole text message"
    start = {126: 4, 127: 10}.get(frame[1], 2)
    assert len(frame) == start + (frame[1] if start == 2 else int.from_bytes(frame[2:start]))
    return msgspec.json.decode(frame[start:])


class Room:
    """A hub whose feed the test fills by hand."""

    def __init__(self):
        self.clock = ManualClock(NOON)
        self.feed = Feed(None, CONFIG.brands, self.clock)
        self.feed.state.load(snapshot(1), NOON)
        self.hub = Hub(CONFIG, self.feed, self.clock)
        self.seq = 1

    def step(self, seconds=0.25):
        self.clock.advance(seconds)
        self.seq += 1
        at = self.clock.now()
        self.feed.state.apply(delta(self.seq, [said(self.seq, at)], at), at)
        self.hub.draw()


def join(room, screen):
    return room.hub.join(screen, Tap())


def take(seat):
    return seat.outlet.take()


def test_the_first_message_is_a_snapshot_then_frames_of_what_changed():
    room = Room()
    seat = join(room, Screen("main"))
    first = take(seat)
    assert (first["type"], first["scene"], first["brand"]["id"], first["seq"]) == ("snapshot", "lage", "nordlicht", 1)
    assert set(first["panels"]) == {one["name"] for one in first["layout"]}
    room.step(1.0)
    frame = take(seat)
    assert (frame["type"], frame["seq"], frame["data_time"]) == ("frame", 2, NOON + 1)
    assert "volume" in frame["panels"]
    assert "banner" not in frame["panels"]


def test_a_panel_that_fails_says_so_and_leaves_the_others_alone(monkeypatch):
    room = Room()
    seat = join(room, Screen("main"))
    take(seat)
    with monkeypatch.context() as planted:
        planted.setattr(VolumePanel, "draw", lambda *_: 1 / 0)
        room.step(1.0)
        frame = take(seat)
        assert "gestört" in str(frame["panels"]["volume"]["nodes"])
        room.step(1.0)
        assert "newest" in take(seat)["panels"]
    room.step(1.0)
    assert "gestört" not in str(take(seat)["panels"]["volume"]["nodes"])


def test_a_panel_changes_at_most_once_a_second_while_seq_goes_on():
    room = Room()
    seat = join(room, Screen("main"))
    take(seat)
    frames = []
    for _ in range(12):
        room.step(0.25)
        frames.append(take(seat))
    assert [frame["seq"] for frame in frames] == list(range(2, 14))
    assert sum("volume" in frame["panels"] for frame in frames) == 3


def test_a_sign_of_life_goes_out_when_nothing_changes_and_data_time_stands():
    room = Room()
    seat = join(room, Screen("main"))
    take(seat)
    room.clock.advance(1.0)
    room.hub.draw()
    frame = take(seat)
    assert (frame["server_time"], frame["data_time"]) == (NOON + 1, NOON)


def test_who_missed_a_frame_gets_one_snapshot_and_no_queue():
    room = Room()
    fast, slow = join(room, Screen("main")), join(room, Screen("main"))
    take(fast)
    for _ in range(40):
        room.step()
        assert take(fast)["type"] == "frame"
    assert take(slow)["seq"] == 1, "all there was room for"
    room.clock.advance(0.25)
    room.hub.draw()
    late = take(slow)
    assert (late["type"], late["seq"]) == ("snapshot", room.seq)
    room.step()
    assert take(slow)["type"] == "frame"


def test_screens_of_a_kind_share_the_same_bytes():
    room = Room()
    seats = [join(room, Screen("main")) for _ in range(3)]
    assert len({id(seat.outlet.sent[0]) for seat in seats}) == 1
    for seat in seats:
        take(seat)
    room.step(1.0)
    assert len({id(seat.outlet.sent[0]) for seat in seats}) == 1


def test_a_screen_that_takes_nothing_costs_one_message_and_is_dropped_after_30_s():
    room = Room()
    stalled = join(room, Screen("main"))
    held = stalled.outlet.waiting()
    for _ in range(4 * 30):
        room.step()
        assert (stalled.outlet.waiting(), stalled.outlet.dropped) == (held, None)
    room.step()
    room.step()
    assert stalled.outlet.dropped == 4408


def test_a_screen_that_takes_a_little_is_slow_but_stays():
    room = Room()
    slow = join(room, Screen("main"))
    for _ in range(4 * 60):
        room.step()
        slow.outlet.sent[0] = slow.outlet.sent[0][1:] or b" "
    assert slow.outlet.dropped is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("tdjl"), st.integers(0, 5)), max_size=60))
def test_the_hub_never_blocks_and_every_screen_ends_with_the_truth(moves):
    room = Room()
    seats = [join(room, Screen("main", language=("de", "en")[n % 2])) for n in range(3)]
    seen = {}
    for move, which in moves:
        seat = seats[which % len(seats)]
        if move == "t" and seat.outlet.sent:
            told = take(seat)
            assert told["seq"] >= seen.get(id(seat), 0)
            assert told["type"] == "snapshot" or id(seat) in seen
            seen[id(seat)] = told["seq"]
        elif move == "d":
            room.step()  # plain: there is nothing in it that could wait
        elif move == "j" and len(seats) < 8:
            seats.append(join(room, Screen("main")))
        elif move == "l" and len(seats) > 1:
            room.hub.leave(seats.pop(which % len(seats)))
    for seat in seats:
        seat.outlet.sent.clear()
    room.step(1.0)
    for seat in seats:
        assert take(seat)["seq"] == room.feed.state.seq
    assert room.hub.seats == len(seats)
    assert len(room.hub._canvases) <= 2


def storm(brand, state="firing"):
    return Incident(f"i-{brand}", brand, NOON, state, "warning", ())


def test_rotation_goes_round_after_the_dwell():
    rotation = Rotation(WALL)
    both = ["nordlicht", "other"]
    shown = [rotation.step(NOON + at, both).brand for at in (0, 24, 25, 49, 50)]
    assert shown == ["nordlicht"] * 2 + ["other"] * 2 + ["nordlicht"]
    assert rotation.step(NOON + 51, ["other"]).brand == "other"
    assert rotation.step(NOON + 52, []).brand == "other"


def test_the_scene_of_all_takes_one_turn_after_the_brands_and_none_in_a_storm():
    rotation = Rotation(Wall("main", "Main", ("nordlicht", "other"), ("lage", "sources")))
    both = ["nordlicht", "other"]
    shown = [rotation.step(NOON + 25 * turn, both) for turn in range(4)]
    assert shown == [("lage", "nordlicht"), ("lage", "other"), ("sources", "other"), ("lage", "nordlicht")]
    rotation.step(NOON + 100, both)
    assert rotation.step(NOON + 125, both).scene == "sources"
    assert rotation.step(NOON + 126, ["other"], storm=True) == ("lage", "other")
    assert rotation.step(NOON + 999, ["other"], storm=True) == ("lage", "other")
    alone = Rotation(Wall("two", "Two", ("nordlicht",), ("sources",)))
    assert alone.step(NOON, [], storm=True) == ("sources", "nordlicht")


def test_a_screen_pins_its_scene():
    room = Room()
    assert take(join(room, Screen("main", scene="sources")))["scene"] == "sources"
    assert take(join(room, Screen("main", scene="elsewhere")))["scene"] == "lage"


def test_brands_nobody_hears_are_skipped_and_an_incident_pins():
    brands = {BRAND.id: BRAND, OTHER.id: OTHER}
    state = State(brands)
    now = Surroundings(brands=(BRAND, OTHER), server_time=NOON)
    assert eligible(WALL, brands, state, now) == ["nordlicht"]
    state.apply(delta(1, [said(1, NOON, brands=("other",))]), NOON)
    assert eligible(WALL, brands, state, now) == ["other"]
    live = SourceState("live", "bluesky", "live", NOON, NOON)
    assert eligible(WALL, brands, state, msgspec.structs.replace(now, sources=(live,))) == ["nordlicht", "other"]
    pinned = msgspec.structs.replace(now, sources=(live,), incidents=(storm("other"), storm("nordlicht", "resolved")))
    assert eligible(WALL, brands, state, pinned) == ["other"]


def test_a_pinned_screen_keeps_its_brand():
    room = Room()
    seat = join(room, Screen("main", brand="other"))
    assert take(seat)["brand"]["id"] == "other"
