"""The incident room: what it shows of a case, in both languages, and that nothing outside becomes more than text."""

from itertools import pairwise

import msgspec
import pytest

from app.domain.delivery import Attempt, Delivery
from app.domain.effect import Effect
from app.domain.events import EventKind, IncidentEvent
from app.domain.explanation import Driver
from app.domain.forecast import Forecast, Point
from app.domain.incident import Resonance
from app.domain.person import Person
from app.domain.playbook import Step
from app.domain.tally import MinuteTally
from app.explained import Leader, Objection, Part, strong
from dashboard.frame import ENCODER
from dashboard.i18n import catalogue, words
from dashboard.room.aftermath import figures
from dashboard.room.board import board
from dashboard.room.case import Case
from dashboard.room.curve import expected, figure
from dashboard.room.head import sentence
from dashboard.room.listing import listing
from dashboard.room.plan import upcoming
from tests.unit.dashboard.rooms import BRAND, NOON, text, usual
from tests.unit.dashboard.test_takeover import EXPLAINED, POSTS, STORM

KINDS = EventKind.__args__
WEBER, KRAUS = Person("mw", "M. Weber"), Person("jk", "Jana Kraus")
STEPS = (Step("read", "Belege lesen. Stimmt es?", "Presse", 15), Step("holding", "Erste Mitteilung.", "Presse", 60))
TOLD = msgspec.structs.replace(
    EXPLAINED,
    resonance=Resonance(200, 150, 90, 0.4, 0.5),
    bots=0.2,
    drivers=(Driver("Abschlag", 812, 14.0),),
    leads=(Leader("a1", 0.4, 212_000, 9, "bluesky", "Karla aus Kiel", "karla", "javascript:alert(1)"),),
    channels=(Part("bluesky", 30, 0.75), Part("forum", 10, 0.25)),
    counters=(Objection("without_author", None, "Nicht zu sagen.", None, None, None), *EXPLAINED.counters),
    level=strong(STORM.level, "de"),
    copied="200 Beiträge, 150 verschiedene.",
    compared="4-mal so viele.",
)


def event(number, kind, after, who="mw", **detail):
    level = detail.pop("level", 4)
    return IncidentEvent("i1", BRAND.id, STORM.opened_at + after, kind, "person", who, "crisis", level, detail, number)


LOG = (
    event(1, "opened", 0, "alerts", peak=42),
    event(2, "acknowledged", 60),
    event(3, "owned", 90, owner="mw"),
    event(4, "statement", 600, at=STORM.opened_at + 540, text="Wir prüfen.", url="https://example.org/news"),
    event(5, "ticked", 650, step="read", done=True),
)
SENT = Delivery(
    "d1", "i1", BRAND.id, "jk", "w1", "mail", "opened", "crisis", NOON, NOON, "delivered",
    attempts=(Attempt(NOON, "delivered", "250 queued as 4F2A"),),
)  # fmt: skip
MINUTES = tuple(MinuteTally(int(NOON // 60 * 60) - 60 * n, 20 + n % 5, 5) for n in range(80, 0, -1))


def case(incident=STORM, events=LOG, told=TOLD, **more):
    made = Case(
        incident, BRAND.name, told, events, (WEBER, KRAUS), (SENT,), STEPS, {s.id: s.text for s in STEPS}, MINUTES, 60,
        usual(), NOON,
    )  # fmt: skip
    return made._replace(**more)


def seen(one, language="de"):
    return text(board(one, words(language, "Europe/Berlin")))


def over(**more):
    return msgspec.structs.replace(STORM, state="resolved", resolved_at=NOON, resolved_by="mw", owner="mw", **more)


def test_all_of_a_case_is_there():
    shown = seen(case())
    for part in (
        "Sturm um Nordlicht Strom: Abschlag, Hotline", "noch niemand hat es gesehen", "Wie sicher", "sehr sicher",
        "Läuft seit 23 min", "Bestätigen", "Übernehmen", "Beitrag 3", "Ohne @karla: weiter", "Abschlag (812)",
        "Karla aus Kiel", "75 %", "verschiedene Beiträge", "wie von einer Hand", "(1 von 2 erledigt)",
        "Erste Mitteilung", "erledigt von M. Weber", "Wir prüfen.",
        "Als gesagt markieren", "Stummschalten", "Fehlalarm", "War es echt?",
        "Vorfall eröffnet", "Jana Kraus: zugestellt", "250 queued as 4F2A", "Stufe 6: ",
    ):  # fmt: skip
        assert part in shown, part
    assert shown.index("Nicht zu sagen") > shown.index("Ohne @karla"), "what can be told comes first"


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    "one",
    [
        case(),
        case(told=None, events=(), deliveries=(), people=(), minutes=(), usual=None, steps=()),
        case(over(verdict="real")),
        case(msgspec.structs.replace(STORM, level=None, explanation=None, forecast=None, terms=(), topic="tarif")),
        case(events=tuple(event(n, kind, n) for n, kind in enumerate(KINDS, 1))),
        case(msgspec.structs.replace(STORM, drill="d1", demo=True, silence="s1", silent_until=NOON + 600)),
    ],
)
def test_every_case_is_drawn_in_both_languages(one, language):
    say = words(language, "Europe/Berlin")
    ENCODER.encode((board(one, say), figure(one, say, "dark")))
    shown = seen(one, language)
    assert "{" not in shown
    assert "None" not in shown


def test_every_kind_of_event_and_state_of_a_delivery_has_words():
    from app.domain.delivery import STATES

    known = catalogue("de")
    assert {f"room.event.{kind}" for kind in KINDS} <= known.keys()
    assert {f"room.delivery.{state}" for state in STATES} <= known.keys()


def test_deeds_follow_the_state():
    assert "Bestätigen" in seen(case())
    acknowledged = msgspec.structs.replace(STORM, state="acknowledged", acknowledged_at=NOON, acknowledged_by="mw")
    assert "Bestätigen " not in seen(case(acknowledged))
    assert "Gesehen von M. Weber" in seen(case(acknowledged))
    owned = msgspec.structs.replace(acknowledged, state="owned", owner="jk")
    assert "Bei Jana Kraus." in seen(case(owned))
    assert "Übernehmen" not in seen(case(owned))
    assert "Erneut bestätigen" in seen(case(msgspec.structs.replace(owned, told_at=NOON + 1)))
    ended = seen(case(over()))
    assert "Ja, Vorfall beenden" not in ended
    assert "Was wir sagen" not in seen(case(over(), ())), "nothing was said, and nothing is to be said any more"
    assert "Vorbei seit" in ended
    silent = msgspec.structs.replace(STORM, silence="s1", silent_until=NOON + 600)
    assert "Stummschaltung aufheben" in seen(case(silent))


def test_the_figures_afterwards_count_from_the_opening():
    found = figures(case(over(highest_level=5)), words("de", "Europe/Berlin"))
    assert found == {
        "length": "23\u00a0min",
        "peak": "164/min",
        "level": "5, Sturm",
        "acknowledged": "1\u00a0min",
        "owned": "1\u00a0min",
        "said": "9\u00a0min",
        "told": "1",
    }
    assert figures(case(over(), ()), words("en", "UTC"))["said"] == "never"


def test_the_curve_has_band_forecast_and_our_statement():
    forecast = Forecast(
        NOON, None, NOON + 900, NOON + 1800, 80, 120, (Point(NOON, 50, 60, 90), Point(NOON + 300, 60, 70, 95))
    )
    one = case(msgspec.structs.replace(STORM, forecast=forecast))
    say = words("de", "Europe/Berlin")
    drawn = figure(one, say, "dark")
    assert len(drawn["data"]) == 7
    notes = drawn["layout"]["annotations"]
    assert [note["text"] for note in notes] == ["Beginn", "1", "\u00a0▼ negativ", "\u00a0alle", "\u00a0üblich"]
    places = [note["y"] for note in notes[2:]]
    apart = 0.12 * drawn["layout"]["yaxis"]["range"][1]
    assert all(above - below >= apart * 0.9 for below, above in pairwise(places)), places
    assert drawn["layout"]["shapes"][1]["x0"] == 9.0
    assert "80\u2013120 je Minute (80 %)" in expected(one, say)
    refused = case(msgspec.structs.replace(STORM, forecast=Forecast(NOON, "thin")))
    assert "zu wenige" in expected(refused, say)


def test_a_band_without_a_line_has_its_name_inside_the_picture():
    drawn = figure(case(minutes=()), words("en", "UTC"), "dark")["layout"]
    (note,) = [one for one in drawn["annotations"] if one["text"] == "\u00a0usual"]
    left, right = drawn["xaxis"]["range"]
    assert note["x"] < right - 0.25 * (right - left)


def test_a_statement_has_its_effect_beside_it_and_on_the_curve():
    band = tuple(Point(NOON - 600 + 300 * place, 10, 20, 30) for place in range(6))
    less = Effect(NOON - 700, "less", None, NOON - 600, NOON + 1200, 4.0, 10.0, 20.0, 30.0, band)
    say = words("de", "Europe/Berlin")
    plain, told = (len(figure(case(effects=some), say, "dark")["data"]) for some in ((), (less,)))
    assert told == plain + 3
    assert "Weniger als erwartet: 4,0 Erwähnungen je Minute statt 10 bis 30." in seen(case(effects=(less,)))
    unknown = Effect(NOON - 700, "unknown", "short")
    assert "Cannot tell yet" in seen(case(effects=(unknown,)), "en")
    assert len(figure(case(effects=(unknown,)), say, "dark")["data"]) == plain


def test_the_score_of_earlier_forecasts_stands_beside():
    said = Forecast(NOON, None, NOON + 900, NOON + 1800, 80, 120, covered=0.8, judged=12)
    shown = expected(case(msgspec.structs.replace(STORM, forecast=said)), words("en", "UTC"))
    assert "80" in shown
    assert "12" in shown


def test_an_address_that_is_no_web_page_is_no_link():
    nodes = str(board(case(), words("de", "UTC")))
    assert "javascript" not in nodes
    bad = msgspec.structs.replace(TOLD, evidence=(msgspec.structs.replace(POSTS[0], url="data:text/html,x"),))
    assert "data:text" not in str(board(case(told=bad), words("de", "UTC")))
    good = msgspec.structs.replace(TOLD, evidence=(msgspec.structs.replace(POSTS[0], url="https://example.org/1"),))
    assert "https://example.org/1" in str(board(case(told=good), words("de", "UTC")))


def test_what_is_next_is_the_first_step_nobody_has_done():
    assert upcoming(case()).id == "holding"
    assert upcoming(case(steps=())) is None
    many = tuple(Step(f"s{n}", f"Schritt {n}.") for n in range(20))
    shown = seen(case(steps=many))
    assert "weitere 14 Schritte" in shown


def test_the_sentence_does_without_terms_and_level():
    bare = msgspec.structs.replace(STORM, terms=(), level=None)
    assert sentence(case(bare), words("de", "UTC")) == "Krise um Nordlicht Strom."


def test_the_list_has_open_ones_on_top_by_level():
    say = words("de", "Europe/Berlin")
    lesser = msgspec.structs.replace(STORM, id="i2", level=None, owner="mw", state="owned", silent_until=NOON + 60)
    past = over(highest_level=4, verdict="noise", drill="d1", demo=True)
    nodes = listing([lesser, STORM], [past], {BRAND.id: BRAND.name}, {"mw": "M. Weber"}, say, NOON)
    shown = text(nodes)
    assert (
        shown.index("noch unbestätigt") < shown.index("Bei M. Weber") < shown.index("Vergangen") < shown.index("ÜBUNG")
    )
    assert "Fehlalarm" in shown
    assert "/incident/i2?lang=de" in str(nodes)
    assert "Noch keiner" in text(listing([], [], {}, {}, say, NOON))


def test_the_log_tells_why_it_was_silenced():
    silenced = event(1, "silenced", 0, until=NOON, reason="Pressekonferenz läuft")
    assert "Pressekonferenz läuft" in seen(case(events=(silenced,)), "de")


@pytest.mark.parametrize(
    ("language", "said"), [("de", "Zahl der Menschen, Menge, r1"), ("en", "number of people, volume, r1")]
)
def test_the_log_names_detectors_by_what_they_look_at(language, said):
    joined = event(1, "joined", 0, "alerts", detectors="authors, volume", rules="r1")
    assert said in seen(case(events=(joined,)), language)
