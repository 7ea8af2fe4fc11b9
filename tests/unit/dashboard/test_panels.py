# ruff: noqa: RUF001 # the wall writes ranges with an en dash

import pytest
from msgspec.structs import replace

from app import registry
from app.domain.analysis import AnalysedMention
from app.domain.burst import Burst
from app.domain.incident import Incident, Resonance, Signal
from app.domain.level import Level
from app.domain.source import SourceState
from app.domain.usual import Usual, UsualMinute
from dashboard import scenes
from dashboard.frame import ENCODER
from dashboard.i18n import LANGUAGES
from tests.unit.dashboard.rooms import BRAND, NOON, brand_state, said, text, usual, view

SIGNAL = Signal("negative", BRAND.id, NOON, True, 312, 34, 22, 47, 9.2, 600)  # noqa: FBT003 # a record, in its order
STORM = Incident(
    "i1", BRAND.id, NOON - 1260, "firing", "warning", (SIGNAL,), ("Abschlag", "Hotline"), peak=164, demo=True,
    reason={"de": "Negativ mal 9,2.", "en": "Negative times 9.2."},
)  # fmt: skip
STILL = replace(STORM, level=Level(0))
VAGUE = Usual(BRAND.id, NOON, (UsualMinute(int(NOON) // 60 * 60, 0.0, 1.5, 2033.0),), 86_400.0)
DEAD = SourceState("live", "bluesky", "unreachable", NOON - 60, NOON, "getaddrinfo failed")
PUSH = SourceState("push", "push", "live", NOON - 900, NOON, passive=True)
OTHERS = SourceState("theirs", "bluesky", "live", NOON - 900, NOON)
CROWD = [
    said(n, NOON - n, ("negative", "neutral", "positive", "uncertain")[n % 4], f"author{n % 7}", 300 * n, ("abschlag",))
    for n in range(45)
]


def draw(name, seen):
    return registry.load("panels", name)().draw(seen)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", ["control", "executive", "foyer"])
@pytest.mark.parametrize("name", registry.names("panels"))
@pytest.mark.parametrize("around", [{}, {"usual": {BRAND.id: usual()}, "incidents": (STORM,)}], ids=["bare", "storm"])
@pytest.mark.parametrize("mentions", [[], CROWD], ids=["silent", "crowd"])
def test_every_panel_draws_pure_json_in_every_situation(name, language, audience, around, mentions):
    seen = view(brand_state(mentions), language=language, audience=audience, **around)
    drawing = draw(name, seen)
    assert ENCODER.encode((drawing.nodes, drawing.figures)) == ENCODER.encode(
        (draw(name, seen).nodes, draw(name, seen).figures)
    )
    shown = text(drawing.nodes)
    assert "{" not in shown
    if audience != "control":
        assert "author" not in shown


def test_every_panel_of_a_scene_has_a_title_in_both_languages():
    from dashboard.i18n import words

    for panel in scenes.panels(scenes.scene("lage")):
        for language in LANGUAGES:
            assert words(language, "UTC").say(panel.title)


@pytest.mark.parametrize(
    ("mentions", "around", "sentence"),
    [
        ([], {}, "Nordlicht Strom: wartet. Noch keine Erwähnung gehört."),
        ([said(1, NOON - 7200)], {}, "Nordlicht Strom: still. Keine Erwähnung in der letzten Stunde."),
        (CROWD, {}, "Nordlicht Strom: 45 Erwähnungen/min. Noch kein Vergleich, Basis 0 h."),
        (CROWD, {"usual": {BRAND.id: usual(5, 20)}}, "Nordlicht Strom: ruhig. 45 Erwähnungen/min, üblich 5–20."),
        (
            CROWD,
            {"usual": {BRAND.id: usual(1, 5)}},
            "Nordlicht Strom: lebhafter als sonst. 45 Erwähnungen/min, üblich 1–5.",
        ),
        (
            CROWD,
            {"usual": {BRAND.id: usual()}},
            "Nordlicht Strom: stiller als sonst. 45 Erwähnungen/min, üblich 38–51.",
        ),
        (CROWD, {"incidents": (STORM,)}, "Nordlicht Strom: es kippt. Abschlag, Hotline."),
        (
            CROWD,
            {"incidents": (STORM,), "usual": {BRAND.id: usual(8, 22)}},
            "Nordlicht Strom: es kippt. 3-mal so viel wie üblich: Abschlag, Hotline.",
        ),
        (
            CROWD,
            {"incidents": (STORM,), "usual": {BRAND.id: usual(20, 36)}},
            "Nordlicht Strom: es kippt. 1,6-mal so viel wie üblich: Abschlag, Hotline.",
        ),
        (
            CROWD,
            {"incidents": (STILL,), "usual": {BRAND.id: usual(5, 20)}},
            "Nordlicht Strom: ein Vorfall ist offen. 45 Erwähnungen/min, üblich 5–20.",
        ),
        (
            CROWD,
            {"incidents": (STILL,), "usual": {BRAND.id: usual(1, 5)}},
            "Nordlicht Strom: es kippt. 15-mal so viel wie üblich: Abschlag, Hotline.",
        ),
        (
            CROWD,
            {"usual": {BRAND.id: VAGUE}},
            "Nordlicht Strom: 45 Erwähnungen/min. Noch kein Vergleich, Basis 24 h.",
        ),
        (CROWD, {"sources": (DEAD,)}, "Nordlicht Strom: niemand hört zu. Bluesky nicht erreichbar seit 12:06."),
    ],
)
def test_the_answer(mentions, around, sentence):
    assert text(draw("headline", view(brand_state(mentions), **around)).nodes).replace("\u00a0", " ") == sentence


def test_the_volume_compares_with_what_is_usual():
    shown = text(draw("volume", view(brand_state(CROWD), usual={BRAND.id: usual(8, 12)})).nodes)
    assert "45" in shown
    assert "üblich 8–12" in shown
    assert "das 4,5-Fache" in shown
    assert "noch kein Vergleich" in text(draw("volume", view(brand_state(CROWD))).nodes)


def test_the_curve_marks_the_start_of_the_incident_and_the_band():
    figure = draw("volume", view(brand_state(CROWD), usual={BRAND.id: usual()}, incidents=(STORM,))).figures[
        "volume-curve"
    ]
    assert figure["layout"]["shapes"][0]["x0"] == -21
    assert len(figure["data"]) == 4
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["\u00a0Beginn 11:46\u00a0", "üblich"]


def test_the_banner_speaks_of_another_brand_too():
    import msgspec

    other = msgspec.structs.replace(STORM, brand="other", state="acknowledged")
    shown = text(draw("banner", view(incidents=(other,))).nodes)
    assert shown.startswith("Vorfall bei Other seit 11:46, bestätigt. Negativ")
    assert "Negativ mal 9,2." in text(draw("banner", view(incidents=(STORM,))).nodes)
    assert draw("banner", view()).nodes == ()
    assert "ungewöhnlich viele" in text(draw("banner", view(audience="foyer", incidents=(STORM,))).nodes)


def test_a_resolved_incident_is_remembered():
    import msgspec

    past = msgspec.structs.replace(STORM, state="resolved", resolved_at=NOON - 600)
    assert "zuletzt 11:46, 11 min" in text(draw("incident", view(incidents=(past,))).nodes)


def test_since_when_is_the_same_everywhere_and_said_once():
    import msgspec

    began = msgspec.structs.replace(STORM, opened_at=NOON - 1200, since=NOON - 1320)
    reason = {"de": "Seit 11:45 mehr.", "en": "Since 11:45 more."}
    told = msgspec.structs.replace(began, reason=reason)
    assert "seit 11:45" in text(draw("banner", view(incidents=(began,))).nodes)
    (alarm,) = draw("banner", view(incidents=(told,))).nodes
    assert ("span", {"class": "brief"}, " seit 11:45") in alarm[2][2]  # shown only where the reason has no room
    assert "läuft seit 22 min" in text(draw("incident", view(incidents=(told,))).nodes)
    figure = draw("volume", view(incidents=(told,))).figures["volume-curve"]
    assert figure["layout"]["shapes"][0]["x0"] == -22


def test_the_drivers_are_those_of_the_incident_while_there_is_one():
    assert "Abschlag · Hotline" in text(draw("sentiment", view(brand_state(CROWD), incidents=(STORM,))).nodes)
    assert "Treiber" not in text(draw("sentiment", view(brand_state(CROWD), audience="foyer")).nodes)


def test_the_peak_is_never_below_what_is_seen():
    import msgspec

    low = msgspec.structs.replace(STORM, peak=12.0)
    assert "Spitze 45/min" in text(draw("incident", view(brand_state(CROWD), incidents=(low,))).nodes)
    assert "Spitze 164/min" in text(draw("incident", view(brand_state(CROWD), incidents=(STORM,))).nodes)


@pytest.mark.parametrize(("language", "said_so"), [("de", "niemand hört zu"), ("en", "nobody is listening")])
def test_where_nobody_listens_there_is_no_figure_and_no_verdict(language, said_so):
    seen = view(brand_state([said(1, NOON - 1500)]), language=language, sources=(DEAD, PUSH))
    volume = draw("volume", seen)
    assert said_so in text(volume.nodes)
    assert "0" not in text(volume.nodes).replace("60 min", "").replace("12:06", "")
    assert volume.figures["volume-curve"]["data"][-1]["x"][-1] < -20  # the line ends with what was heard
    assert any(word in text(draw("incident", seen).nodes) for word in ("unbekannt", "unknown"))


def test_a_brand_somebody_tells_us_of_is_heard_though_the_live_source_is_away():
    seen = view(brand_state([said(1, NOON - 600, source="push")]), sources=(DEAD, PUSH))
    assert "niemand" not in text(draw("headline", seen).nodes)
    elsewhere = view(brand_state([said(1, NOON - 600)]), sources=(DEAD, OTHERS), bound={"theirs": "other"})
    assert "niemand" in text(draw("headline", elsewhere).nodes)


def test_a_foyer_is_not_told_that_nothing_came():
    shown = text(draw("newest", view(brand_state(CROWD), audience="foyer")).nodes)
    assert "Hier ohne Wortlaut." in shown
    assert "keine Erwähnung" not in shown


def test_unreachable_sources_are_named_together():
    import msgspec

    press = msgspec.structs.replace(DEAD, id="press", connector="news", since=NOON - 30)
    lost = SourceState("lost", "forum", "live", NOON - 900, NOON - 40)
    shown = text(draw("liveness", view(sources=(DEAD, press, lost))).nodes)
    assert "Bluesky, Presse nicht erreichbar seit 12:06: Name nicht auflösbar · und 1 weitere" in shown
    twice = msgspec.structs.replace(DEAD, id="second")
    assert "Bluesky nicht" in text(draw("liveness", view(sources=(DEAD, twice))).nodes)


def test_an_unreachable_source_is_named_plainly():
    dead = DEAD
    well = SourceState("push", "push", "idle", NOON, NOON, lag=0.44)
    mute = SourceState("demo", "demo", "live", NOON - 900, NOON - 70)
    german = text(draw("liveness", view(sources=(dead, well, mute))).nodes)
    assert "1 von 3 Quellen" in german
    assert "Verzug 0,4 s" in german
    assert "Demo meldet sich nicht seit" in german
    english = text(draw("liveness", view(sources=(dead, well), language="en")).nodes)
    assert "Bluesky unreachable since 12:06: name cannot be resolved" in english


def test_how_many_mentions_wait_is_told_while_the_data_is_behind():
    behind = {"waiting": 48_000, "watermark": NOON - 6}
    assert "48.000 Erwähnungen warten" in text(draw("liveness", view(**behind)).nodes)
    assert "48,000 mentions wait" in text(draw("liveness", view(language="en", **behind)).nodes)
    assert "1 mention waits" in text(draw("liveness", view(language="en", waiting=1, watermark=NOON - 6)).nodes)
    assert "wait" not in text(draw("liveness", view(language="en", waiting=400, watermark=NOON - 4)).nodes)


def test_a_source_may_take_its_time_to_start():
    young = SourceState("demo", "bluesky", "starting", NOON - 40, NOON - 40)
    late = SourceState("demo", "bluesky", "starting", NOON - 70, NOON - 70)
    assert "wartet" in text(draw("headline", view(sources=(young,))).nodes)
    assert "niemand hört zu" in text(draw("headline", view(sources=(late,))).nodes)


def test_demo_is_marked():
    assert "DEMO" not in text(draw("liveness", view(brand_state(CROWD))).nodes)
    assert "DEMO" in text(draw("liveness", view(brand_state([said(1, NOON, demo=True)]))).nodes)


def test_the_rest_is_counted():
    assert "+39 in 60 s" in text(draw("newest", view(brand_state(CROWD))).nodes)


def test_copies_are_one_voice_and_a_burst_is_told():
    crowd = [
        AnalysedMention(one.mention, replace(one.analysis, voice=f"{n % 3:016x}"))
        for n, one in enumerate(said(n, NOON - n, author=f"a{n}") for n in range(742))
    ]
    shown = {lang: text(draw("sentiment", view(brand_state(crowd), language=lang)).nodes) for lang in ("de", "en")}
    assert "742 Beiträge · 1 verschiedener" in shown["de"]
    assert "742 posts · 1 distinct" in shown["en"]
    assert "verschieden" not in text(draw("sentiment", view(brand_state(CROWD))).nodes)
    hand = replace(STORM, resonance=Resonance(742, 31, 600, 0.7, 0.9, (Burst(0.9, (), NOON, 40, 30),)))
    assert "Auffällig: 30 Konten, eine Hand?" in text(draw("incident", view(incidents=(hand,))).nodes)
    assert "Hand" not in text(draw("incident", view(incidents=(STORM,))).nodes)
