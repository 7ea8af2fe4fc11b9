"""What stands out on a wall: the panel, the drivers, masking, and who reads it from the archive."""

import anyio
import pytest

from app.bus.port import Delta
from app.clock import ManualClock
from app.config.model import Config
from app.domain.incident import Incident
from app.domain.repertoire import Said
from app.domain.topics import Topic
from app.errors import StoreUnavailable
from app.service import Context
from app.topics import Found
from dashboard.drivers import drivers
from dashboard.feed import Feed
from dashboard.panels.topics import TopicsPanel
from dashboard.sounding import EVERY, Sounding
from tests.unit.dashboard.rooms import BRAND, NOON, brand_state, said, text, view

CUT = Topic("Stromausfall", 20, 16, 14, 0.4, 6.1, NOON - 900, -0.7, True, ("ausfall",), "k1", ("Karla",))  # noqa: FBT003
NAME = Topic("Karla Kiel", 9, 0, 8, 0.0, 5.0, NOON - 60, 0.0, False, named=True)  # noqa: FBT003
OLD = Topic("Tarif", 30, 3, 25, 12.0, 2.4, NOON - 3000, 0.3, False)  # noqa: FBT003
CALM = Topic("Wetter", 5, 0, 5, 4.0, 0.3, NOON, 0.0, False)  # noqa: FBT003
FOUND = Found(
    (CUT, NAME, OLD, CALM), {"k1": Said("k1", NOON - 900, "a", text="Seit einer Stunde kein Strom")}, enough=True
)


def drawn(found: Found, **more) -> str:
    return text(TopicsPanel().draw(view(topics={"nordlicht": found}, **more)).nodes)


def test_the_panel_says_what_stands_out_by_how_many_and_shows_an_example():
    shown = drawn(FOUND)
    assert "▼ Stromausfall neu" in shown
    assert "14 Menschen · sonst kaum jemand · seit" in shown
    assert "80 % negativ" in shown
    assert "„Seit einer Stunde kein Strom“" in shown
    assert "▲ Tarif" in shown
    assert "sonst 12" in shown
    assert "Wetter" not in shown
    assert "usually 12" in drawn(FOUND, language="en")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Found(), "zu wenig gehört"),
        (Found((CALM,), {}, enough=True), "Nichts Ungewöhnliches"),
        (Found((), {}, enough=True), "Nichts"),
    ],
)
def test_calm_and_unknown_are_said(found, words):
    assert words in drawn(found)


def test_names_are_for_the_control_room_and_a_foyer_is_told_nothing():
    assert "Karla" in drawn(FOUND)
    assert "Karla" not in drawn(FOUND, audience="executive")
    assert "Stromausfall" in drawn(FOUND, audience="executive")
    assert "Stromausfall" not in drawn(FOUND, audience="foyer")


def test_planted_fault_a_mask_that_forgets_named_topics_would_show_them(monkeypatch):
    monkeypatch.setattr("dashboard.panels.topics.allowed", lambda found, _: [(one, None) for one in found.topics])
    assert "Karla" in drawn(FOUND, audience="executive")


def test_a_long_example_is_cut():
    long = Said("k1", NOON, "a", text="wort " * 100)
    assert "wort …“" in drawn(FOUND._replace(examples={"k1": long}))


def test_drivers_come_from_the_archive_when_it_knows_enough():
    assert drivers(view(topics={"nordlicht": FOUND})) == ["Stromausfall", "Karla Kiel", "Tarif"]
    assert drivers(view(topics={"nordlicht": FOUND}, audience="executive")) == ["Stromausfall", "Tarif"]


def test_without_it_from_the_tallies_and_without_names_for_executives():
    state = brand_state([said(n, NOON - 60, terms=("karla", "abschlag"), author="karla") for n in range(9)])
    assert set(drivers(view(state))) == {"abschlag", "karla"}
    assert drivers(view(state, audience="executive")) == ["abschlag"]
    incident = Incident("i", "nordlicht", NOON, "firing", "warning", (), ("Karla", "Abschlag"))
    assert drivers(view(state, incidents=(incident,), audience="executive")) == ["Abschlag"]


class FakeTopics:
    """Answers with what it is given and notes who asked."""

    def __init__(self, answer: Found | Exception) -> None:
        self.answer, self.asked = answer, 0

    def read(self, *_: object, **__: object) -> Found:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def feed():
    return Feed(None, (BRAND,), ManualClock(NOON))


@pytest.fixture
def sounding(feed, tmp_path):
    clock = ManualClock(NOON)
    feed.state.brands[BRAND.id].add(brand_state([said(1, NOON - 60)]).tally, {})
    sounding = Sounding(Context(Config(brands=(BRAND,)), tmp_path, clock, None, None, None), feed, lambda: True)
    sounding._topics = FakeTopics(FOUND)
    sounding.clock = clock
    return sounding


@pytest.mark.anyio
async def test_a_brand_is_looked_at_every_quarter_of_a_minute_while_somebody_watches(sounding, feed):
    await sounding.look()
    await sounding.look()
    assert (feed.around.topics, sounding._topics.asked) == ({"nordlicht": FOUND}, 1)
    sounding.clock.advance(EVERY)
    sounding._topics.answer = StoreUnavailable("The archive is away.")
    await sounding.look()
    assert feed.around.topics == {"nordlicht": Found()}
    sounding._watched = lambda: False
    await sounding.look()
    assert feed.around.topics == {}


@pytest.mark.anyio
async def test_it_looks_for_ever(sounding, feed):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sounding.run)
        with anyio.fail_after(5):
            while not feed.around.topics:
                await feed.changed.wait()
        tasks.cancel_scope.cancel()


@pytest.mark.anyio
async def test_an_example_that_was_deleted_leaves_the_wall_at_once(feed):
    class Bus:
        async def deltas(self):
            yield Delta(0, 1, NOON, {}, (), ("k2",), {})
            yield Delta(0, 2, NOON, {}, (), ("k1",), {})

    feed.tell_topics({"nordlicht": FOUND})
    feed._bus = Bus()
    await feed._follow()
    assert feed.around.topics["nordlicht"].examples == {}
    assert feed.around.topics["nordlicht"].topics == FOUND.topics
