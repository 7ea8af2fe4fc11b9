import msgspec
import pytest

from alerts.explanation import leaders as subject
from alerts.explanation.leaders import Led, leaders_of
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.mention import Author
from app.domain.tally import Profile
from app.errors import StoreUnavailable
from tests.fixtures.store import NOON, said

pytestmark = pytest.mark.anyio
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht", ("@us.example",))
ROOT = "at://karla/1"
TALLY = {f"nordlicht:a:{int(NOON) // 600 * 600 - 600}": {"paper:n": 1}}
BY_REACH = Snapshot({}, NOON, TALLY, {}, {"paper": Profile("news", "Die Zeitung", None, 9_000)})


class Rooms:
    """What is asked of a context."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock


@pytest.fixture
def say(store, identity):
    def speak(name, native, ago, followers=1, **more):
        one = said(identity, native, f"Words {native}", author=f"did:plc:{name}", at=NOON - ago, **more)
        who = Author(f"did:plc:{name}", f"{name}.example", name, followers)
        with store.transaction() as tx:
            tx.mentions.upsert(
                [(msgspec.structs.replace(one, mention=msgspec.structs.replace(one.mention, author=who)), 1)]
            )

    return speak


async def test_lead_authors_are_those_whom_the_talk_follows(store, clock, identity, say):
    say("karla", ROOT, 3000)
    say("paper", "at://paper/1", 500, 2_000_000)
    say("us", "at://us/1", 400, 10**6)
    for number in range(9):
        say(f"p{number}", f"at://p/{number}", 30 * number, in_reply_to=ROOT)
        say(f"q{number}", f"at://q/{number}", 30 * number, in_reply_to="at://us/1")
    found = await leaders_of(Rooms(store, clock), BY_REACH, BRAND, NOON - 600)
    names = found.names
    assert names[:2] == ("karla", "paper")
    assert len(names) == 3
    assert "us" not in names
    assert found.leads[0].share > found.leads[1].share > 0
    assert sum(one.share for one in found.leads) <= 1
    assert (found.leads[0].example, found.leads[1].reach) == (identity.key("bluesky", ROOT), 2_000_000)


async def test_before_the_archive_has_anything_reach_decides(store, clock):
    assert await leaders_of(Rooms(store, clock), BY_REACH, BRAND, NOON - 600) == Led(("Die Zeitung",))


async def test_an_archive_that_does_not_answer_holds_no_alarm_up(clock):
    class Away:
        def reading(self):
            raise StoreUnavailable("The archive does not answer.")

    assert await leaders_of(Rooms(Away(), clock), BY_REACH, BRAND, NOON - 600) == Led(("Die Zeitung",))


async def test_neither_does_one_that_takes_too_long(store, clock, say, monkeypatch):
    say("karla", ROOT, 30)
    monkeypatch.setattr(subject, "PATIENCE", 0.0)
    assert await leaders_of(Rooms(store, clock), BY_REACH, BRAND, NOON - 600) == Led(("Die Zeitung",))


async def test_who_was_known_before_stays_where_nobody_is_found(store, clock):
    nothing = Snapshot({}, NOON, {}, {}, {})
    assert await leaders_of(Rooms(store, clock), nothing, BRAND, NOON - 600, ("Die Zeitung",)) == Led(("Die Zeitung",))
