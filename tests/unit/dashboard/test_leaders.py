import msgspec
import pytest

from app.clock import ManualClock
from app.domain.influence import Figures, score
from app.domain.stance import Stance
from app.domain.tally import Profile
from app.errors import StoreUnavailable
from app.leading import Influencer
from dashboard.feed import Feed
from dashboard.i18n import words
from dashboard.influence import known
from dashboard.influence_words import most, reasons
from dashboard.leaders import Leaders
from dashboard.panels.influencers import InfluencersPanel
from tests.unit.dashboard.rooms import BRAND, NOON, said, snapshot, text, view

KARLA = Influencer(
    "k", Profile("bluesky", "Karla", "karla", 4_200), 4_200, 3,
    score(Figures(4_200, 38, 120, replies=30, reposts=8)), Stance("critic", NOON, 7, -0.6, "advocate"),
    ours=False, first_at=NOON, example="key1", labels={"negative": 3},
)  # fmt: skip
QUIET = KARLA._replace(key="q", profile=Profile("news", "Blatt", None, 9), reach=9, score=score(Figures(9, 0, 120)))


def drawn(*leaders, **more):
    return text(InfluencersPanel().draw(view(leaders={BRAND.id: leaders}, **more)).nodes)


def test_the_panel_tells_the_score_its_main_part_and_the_side_in_words():
    shown = drawn(KARLA, QUIET._replace(stance=Stance()))
    assert "Wer bewegt es, 6 h" in shown
    assert "▼ Karla" in shown
    assert "kritisch · 30 von 120 antworten" in shown
    assert "Haltung offen · Reichweite 9" in shown
    english = drawn(KARLA._replace(stance=Stance("advocate", NOON, 7)), language="en")
    assert "Who moves it, 6 h" in english
    assert "advocate · 30 of 120 answer" in english
    assert "▲" in english


@pytest.mark.parametrize("audience", ["executive", "foyer"])
def test_others_see_neither_names_nor_the_words_that_were_taken_up(audience):
    adopted = score(Figures(10, 0, 100, adoption=30.0, term="schlampladen"))
    shown = drawn(KARLA._replace(score=adopted), audience=audience)
    assert "Karla" not in shown
    assert "schlampladen" not in shown
    assert "30 übernehmen ein Wort" in shown
    assert "„schlampladen“" in drawn(KARLA._replace(score=adopted))


def test_until_the_conversation_is_known_reach_alone_is_shown():
    assert "Wer bewegt es (Reichweite)" in text(InfluencersPanel().draw(view()).nodes)


def test_reasons_say_what_changed_and_what_is_not_known():
    told = {name: said.replace("\u00a0", " ") for name, said in reasons(KARLA, 6 * 3600, "Europe/Berlin").items()}
    assert told["de"] == (
        "38 von 120 Beiträgen anderer innerhalb von 6 h folgen diesem Konto (30 Antworten, 8 Weitergaben); "
        "Reichweite 4.200; kritisch seit 18.11., davor wohlwollend (aus 7 Beiträgen)."
    )
    assert told["en"].endswith("critic since 18/11, advocate before (from 7 posts).")
    one = QUIET._replace(score=score(Figures(9, 0, 120, adoption=12.4, term="rückruf")), stance=Stance(posts=1))
    assert "12 weitere Konten haben „rückruf“ übernommen" in reasons(one, 3600, "Europe/Berlin")["de"]
    assert "stance unknown (from 1 post)" in reasons(one, 3600, "Europe/Berlin")["en"]
    for name in ("reposts", "quotes", "mentions"):
        part = KARLA._replace(score=score(Figures(5, 3, 9, **{name: 3})))
        assert "3 von 9" in most(part, words("de", "Europe/Berlin"))


def test_followers_that_were_told_once_are_kept():
    before, now = Profile("x", "A", "a", 900), Profile("x", "B", "a", 0)
    assert known(now, before) == Profile("x", "B", "a", 900)
    assert known(Profile("x", "B", "a", 5), before).followers == 5
    assert known(now, None) == now


class Away:
    """An archive that does not answer."""

    def look(self, brand, most):
        raise StoreUnavailable("The archive does not answer.")


@pytest.fixture
def feed(bus, clock):
    return Feed(bus, (BRAND,), clock)


@pytest.fixture
def clock():
    return ManualClock(NOON)


class Rooms:
    """What the background task needs of its context."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock


@pytest.mark.anyio
async def test_leaders_are_looked_for_while_somebody_watches(feed, store, clock):
    seats = [0]
    one = Leaders(Rooms(store, clock), feed, lambda: bool(seats[0]))
    feed.around = msgspec.structs.replace(feed.around, brands=(msgspec.structs.replace(BRAND, accounts=("us",)),))
    feed.state.load(snapshot(1, [said(1, NOON)]), NOON)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(n, NOON - n, text=f"Words of number {n}"), 1) for n in range(3)])
        tx.mentions.upsert([(said(9, NOON, author="us", brands=(BRAND.id,)), 1)])
    await one.look()
    assert feed.around.leaders == {}
    seats[0] = 1
    await one.look()
    (karla,) = feed.around.leaders[BRAND.id]  # and not our own account
    assert (karla.profile.name, karla.mentions) == ("karla", 3)
    feed._drop(("other",))
    assert feed.around.leaders[BRAND.id]
    feed._drop((karla.example,))
    assert feed.around.leaders[BRAND.id] == ()
    clock.advance(6)
    await one.look()
    assert feed.around.leaders[BRAND.id]
    clock.advance(6)
    one._leading = Away()
    await one.look()
    assert feed.around.leaders == {}
    seats[0] = 0
    await one.look()
    assert feed.around.leaders == {}
