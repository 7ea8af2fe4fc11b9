# ruff: noqa: RUF001 # the wall writes ranges with an en dash

import pytest

from app import registry
from app.domain.incident import Incident, Signal
from app.domain.source import SourceState
from dashboard import scenes
from dashboard.frame import ENCODER
from dashboard.i18n import LANGUAGES
from tests.unit.dashboard.rooms import BRAND, NOON, brand_state, said, text, usual, view

SIGNAL = Signal("negative", BRAND.id, NOON, True, 312, 34, 22, 47, 9.2, 600)  # noqa: FBT003 # a record, in its order
STORM = Incident(
    "i1", BRAND.id, NOON - 1260, "open", "warning", (SIGNAL,), ("Abschlag", "Hotline"), peak=164, demo=True,
    reason={"de": "Negativ mal 9,2.", "en": "Negative times 9.2."},
)  # fmt: skip
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
        (CROWD, {}, "Nordlicht Strom: 45 Erwähnungen/min. Noch keine Gewohnheit, Basis 0 h."),
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
    ],
)
def test_the_answer(mentions, around, sentence):
    assert text(draw("headline", view(brand_state(mentions), **around)).nodes).replace("\u00a0", " ") == sentence


def test_the_volume_compares_with_what_is_usual():
    shown = text(draw("volume", view(brand_state(CROWD), usual={BRAND.id: usual(8, 12)})).nodes)
    assert "45" in shown
    assert "üblich 8–12" in shown
    assert "das 4,5-Fache" in shown
    assert "noch keine Gewohnheit" in text(draw("volume", view(brand_state(CROWD))).nodes)


def test_the_curve_marks_the_start_of_the_incident_and_the_band():
    figure = draw("volume", view(brand_state(CROWD), usual={BRAND.id: usual()}, incidents=(STORM,))).figures[
        "volume-curve"
    ]
    assert figure["layout"]["shapes"][0]["x0"] == -21
    assert len(figure["data"]) == 4
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["Beginn 11:46", "üblich"]


def test_the_banner_speaks_of_another_brand_too():
    import msgspec

    other = msgspec.structs.replace(STORM, brand="other", state="acknowledged")
    assert text(draw("banner", view(incidents=(other,))).nodes).startswith("Vorfall bei Other seit")
    assert "Negativ mal 9,2." in text(draw("banner", view(incidents=(STORM,))).nodes)
    assert draw("banner", view()).nodes == ()
    assert "ungewöhnlich viele" in text(draw("banner", view(audience="foyer", incidents=(STORM,))).nodes)


def test_a_resolved_incident_is_remembered():
    import msgspec

    past = msgspec.structs.replace(STORM, state="resolved", resolved_at=NOON - 600)
    assert "zuletzt 11:46, 11 min" in text(draw("incident", view(incidents=(past,))).nodes)


def test_an_unreachable_source_is_named_plainly():
    dead = SourceState("live", "bluesky", "unreachable", NOON - 60, NOON, "getaddrinfo failed")
    well = SourceState("push", "push", "idle", NOON, NOON, lag=0.44)
    mute = SourceState("demo", "demo", "live", NOON - 900, NOON - 40)
    german = text(draw("liveness", view(sources=(dead, well, mute))).nodes)
    assert "1 von 3 Quellen" in german
    assert "Verzug 0,4 s" in german
    assert "Demo meldet sich nicht seit" in german
    english = text(draw("liveness", view(sources=(dead, well), language="en")).nodes)
    assert "Bluesky unreachable since 12:06: name cannot be resolved" in english


def test_demo_is_marked():
    assert "DEMO" not in text(draw("liveness", view(brand_state(CROWD))).nodes)
    assert "DEMO" in text(draw("liveness", view(brand_state([said(1, NOON, demo=True)]))).nodes)


def test_the_rest_is_counted():
    assert "+39 in 60 s" in text(draw("newest", view(brand_state(CROWD))).nodes)
