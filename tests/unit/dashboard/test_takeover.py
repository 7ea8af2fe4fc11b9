"""The takeover: its parts in order, masked for who may not know, and on which screen it is."""

import msgspec
import pytest

from app.domain.explanation import Counter, Explanation
from app.domain.forecast import Forecast
from app.domain.incident import Incident, Resonance
from app.domain.level import Ground, Level
from app.domain.wall import Screen
from app.explained import Explained, Objection, Post
from dashboard.brief import Brief
from dashboard.panels.banner import BannerPanel
from dashboard.panels.incident import IncidentPanel
from dashboard.panels.liveness import LivenessPanel
from dashboard.panels.takeover import TakeoverPanel
from dashboard.storm import storm_of
from tests.unit.dashboard.rooms import BRAND, NOON, OTHER, text, view
from tests.unit.dashboard.test_hub import Room, join, take

GROUNDS = (Ground("media", 6, 3, 30, met=False), Ground("tone", 6, 0.2, 0.4, met=False, must=True))
COUNTERS = tuple(Counter(doubt, holds) for doubt, holds in (("without_author", True), ("source_outage", None)))
TOLD = Explanation(
    NOON, 164, 38, 22, 47, channels={"bluesky": 30, "forum": 9}, counters=COUNTERS, confidence=0.92, negative=True
)
STORM = Incident(
    "i1", BRAND.id, NOON - 1421, "firing", "crisis", (), ("Abschlag", "Hotline", "Karla"), ("Karla",), NOON, peak=164,
    reason={"de": "Negativ mal 9,2; vorneweg Karla.", "en": "Negative times 9.2; led by Karla."}, since=NOON - 1421,
    level=Level(5, GROUNDS, 2), explanation=TOLD, resonance=Resonance(2_122, 1_940, 334, 0.5, 0.74),
    forecast=Forecast(NOON, None, NOON + 1800, NOON + 5000, 300, 520),
)  # fmt: skip
POSTS = tuple(
    Post(f"k{n}", "reach", "größte Reichweite", "bluesky", "post", NOON - 1200, f"Beitrag {n} an @karla", "negative",
         212, "Karla aus Kiel", "karla", 48_200)
    for n in range(4)
)  # fmt: skip
AGAINST = (
    Objection("without_author", holds=True, reason="Ohne @karla: weiter Stufe 4.", actual=90, needed=40, share=0.1),
)
EXPLAINED = Explained(
    "i1", BRAND.id, "de", NOON, NOON - 1421, "", 164, 38, 22, 47, 4.3, negative=True, basis=0, compared="",
    evidence=POSTS, counters=AGAINST, confidence=0.92,
)  # fmt: skip
BRIEF = Brief({"de": EXPLAINED}, "M. Weber", {"de": "Erste Stellungnahme"}, NOON + 600, 2, 6)


def seen(audience="control", language="de", *, lead=True, storm=STORM, brief=BRIEF, **more):
    shown = view(audience=audience, language=language, incidents=(storm,), briefs={"i1": brief}, **more)
    return placed(shown, lead=lead)


def placed(shown, *, lead):
    screen = msgspec.structs.replace(shown.screen, lead=lead)
    return shown.__class__(shown.brand, shown.state, shown.around, screen, shown.at)


def at(level, **more):
    return msgspec.structs.replace(STORM, level=Level(level), **more)


def drawn(panel, *args, **more):
    return text(panel().draw(seen(*args, **more)).nodes)


def test_the_lead_screen_tells_everything_in_the_order_of_the_questions():
    told = drawn(TakeoverPanel)
    parts = (
        "Sturm um Nordlicht Strom: Abschlag, Hotline, Karla.", "Seit ", "334 Personen", "2 Kanäle",
        "164/min, üblich 38", "4,3-Fache", "5Sturm", "Wie sicher: sehr sicher", "hält 1 von 1", "Beitrag 0",
        "Karla aus Kiel", "48.200 Follower", "Beitrag 2", "Ohne @karla", "noch niemand",
        "Erste Stellungnahme, bis 12:17", "(2 von 6 erledigt)", "520 je Minute (80 %)", "00:23:41",
    )  # fmt: skip
    places = [told.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert "Beitrag 3" not in told


def test_who_has_it_and_since_when_it_is_seen():
    owned = at(5, state="owned", owner="mw", acknowledged_at=NOON - 60, told_at=NOON - 20)
    again = drawn(TakeoverPanel, storm=owned, stages={"i1": "full"})
    assert "M. Weber · gesehen" in again
    assert "schlimmer als bei der Bestätigung" in again
    assert "M. Weber" not in drawn(TakeoverPanel, "foyer", storm=owned, stages={"i1": "full"})
    gone = msgspec.structs.replace(owned, state="resolved", resolved_at=NOON - 2)
    assert "vorbei seit" in drawn(TakeoverPanel, storm=gone, stages={"i1": "full"})


@pytest.mark.parametrize("audience", ["executive", "foyer"])
@pytest.mark.parametrize("panel", [TakeoverPanel, BannerPanel])
def test_who_may_not_know_names_gets_none_from_the_server(audience, panel):
    nodes = str(panel().draw(seen(audience)).nodes)
    assert "Karla aus" not in nodes
    assert "@karla" not in nodes
    assert "vorneweg" not in nodes
    if audience == "foyer":
        assert "Beitrag 0" not in nodes
        assert "Abschlag" not in nodes


def test_the_others_get_a_banner_and_level_3_a_third_everywhere():
    other = {"lead": False}
    assert not TakeoverPanel().draw(seen(**other)).nodes
    assert "Vorfall, Stufe 5, Sturm, seit 11:43." in drawn(BannerPanel, **other)
    told = msgspec.structs.replace(STORM, reason={"de": "Seit 11:43 viel mehr."})
    (banner,) = BannerPanel().draw(seen(storm=told, **other)).nodes
    assert "brief" in str(banner)
    assert "Sturm,." not in text(banner).replace(", seit 11:43", "")
    assert not BannerPanel().draw(seen()).nodes
    for lead in (True, False):
        (root,) = TakeoverPanel().draw(seen(lead=lead, storm=at(3))).nodes
        assert root[1]["data-mode"] == "third"


def test_low_levels_get_a_line_and_a_framed_tile():
    (line,) = BannerPanel().draw(seen(storm=at(2))).nodes
    assert line[1]["class"] == "ticker"
    assert "Stufe 2, schwache Brise" in text(line)
    (title, *_) = IncidentPanel().draw(seen(storm=at(2))).nodes
    assert title[1]["class"] == "raised"
    (link,) = title[2:]
    assert link[1]["href"] == "/incident/i1?lang=de"
    foyer = IncidentPanel().draw(seen("foyer", storm=at(2))).nodes
    assert "href" not in str(foyer)


def test_the_scale_shows_the_level_and_what_is_missing_also_when_calm():
    told = drawn(IncidentPanel)
    assert "5Sturm" in told
    assert "fehlt zu 6: schärferer Ton" in told
    assert "Krise, offen" in told
    assert "0Windstille" in text(IncidentPanel().draw(view()).nodes)
    assert "0calm" in text(IncidentPanel().draw(view(language="en")).nodes)
    owned = at(5, state="owned", owner="mw")
    assert "bei M. Weber" in drawn(IncidentPanel, storm=owned)
    assert "bei M. Weber" in drawn(BannerPanel, storm=owned, stages={"i1": "banner"})


def test_a_silence_is_told_beside():
    assert "stumm bis 12:17" in drawn(BannerPanel, storm=at(5, silent_until=NOON + 600), stages={"i1": "tile"})


def test_a_drill_is_called_one_everywhere():
    drill = at(5, drill="d1")
    for panel in (TakeoverPanel, LivenessPanel):
        assert "ÜBUNG" in drawn(panel, storm=drill)
        assert "ÜBUNG" not in drawn(panel)
        assert "DRILL" in drawn(panel, language="en", drill="d1")
    assert "ÜBUNG" in drawn(BannerPanel, lead=False, storm=drill)


def test_what_takes_most_comes_first_and_other_walls_storms_are_theirs():
    mine, theirs = at(2), msgspec.structs.replace(at(4), id="i2", brand=OTHER.id)
    both = view(incidents=(mine, theirs))
    assert storm_of(placed(both, lead=True)).incident.id == "i2"
    mine_only = view(incidents=(mine, theirs), watched={"main": (BRAND.id,)})
    assert storm_of(mine_only).incident.id == "i1"
    hidden = view(audience="executive", incidents=(theirs,))
    assert "Abschlag" not in text(TakeoverPanel().draw(placed(hidden, lead=True)).nodes)


def test_the_first_screen_is_taken_and_after_it_left_the_next():
    room = Room()
    first, second, third = (join(room, Screen("main")) for _ in range(3))
    for seat in (first, second, third):
        assert not take(seat)["panels"]["takeover"]["nodes"]
    room.feed.around = msgspec.structs.replace(room.feed.around, incidents=(STORM,))
    room.step(1.0)
    assert "data-mode" in str(take(first)["panels"]["takeover"])
    calm = take(second)["panels"]
    assert "takeover" not in calm
    assert "alarm" in str(calm["banner"])
    take(third)
    room.hub.leave(first)
    room.step(1.0)
    assert "data-mode" in str(take(second)["panels"]["takeover"])
    take(third)
    named = join(room, Screen("main", lead=True))
    assert "data-mode" in str(take(named)["panels"]["takeover"])
    room.step(1.0)
    assert "alarm" in str(take(second)["panels"]["banner"])


def test_every_frame_says_whether_it_is_a_drill():
    room = Room()
    seat = join(room, Screen("main"))
    assert take(seat)["drill"] is False
    room.feed.around = msgspec.structs.replace(room.feed.around, incidents=(at(2, drill="d1"),))
    room.step(1.0)
    assert take(seat)["drill"] is True


def test_only_the_wall_that_shows_a_drill_is_told_where_it_is():
    room = Room()
    seat = join(room, Screen("main"))
    assert take(seat)["rehearsal"] is None
    room.feed.tell_drills({"main": "http://127.0.0.1:8060", "other": "http://127.0.0.1:8061"})
    room.step(1.0)
    assert take(seat)["rehearsal"] == "http://127.0.0.1:8060"
    room.feed.tell_drills({})
    room.step(1.0)
    assert take(seat)["rehearsal"] is None
