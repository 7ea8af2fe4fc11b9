import msgspec
import pytest

from app.domain.alarm import Alarm
from app.domain.source import Cause, Gap, Quota, SourceState
from dashboard.i18n import words
from dashboard.panels.gaps import GapsPanel
from dashboard.panels.hearing import HearingPanel
from dashboard.panels.intake import IntakePanel
from dashboard.panels.liveness import LivenessPanel
from dashboard.panels.sources import SourcesPanel
from dashboard.standing import MARKS, SIGNS, WORST, standing, standings, why
from tests.unit.dashboard.rooms import NOON, text, view

DE, EN = words("de", "Europe/Berlin"), words("en", "Europe/Berlin")


def source(name="live", status="live", cause="", *, connector="bluesky", since=NOON - 720, **more):
    more = {"reported_at": NOON - 1} | more
    return SourceState(name, connector, status, since, cause=cause, **more)


LIVE = source(heard_at=NOON - 2, rate=412.0, usual=380.0, lag=0.8)
DEAF = source("toots", "unreachable", "server", connector="mastodon")
HUSHED = source("hush", connector="reddit", heard_at=NOON - 4000, since=NOON - 9000, usual=40.0, patience=1200.0)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (LIVE, "hears"),
        (source(cause="quiet"), "quiet"),
        (source("in", "idle", passive=True), "ready"),
        (source("in", passive=True), "hears"),
        (HUSHED, "hushed"),
        (DEAF, "deaf"),
        (source(status="failed"), "deaf"),
        (source(reported_at=NOON - 20), "deaf"),
        (source(status="starting", since=NOON - 61), "deaf"),
        (source(status="starting", since=NOON - 59), "starts"),
        (source(status="paused", cause="bus"), "waits"),
        (source(status="held", cause="person", reported_at=NOON - 999), "held"),
        (source(status="stopped", reported_at=NOON - 999), "ended"),
    ],
)
def test_every_state_has_a_word_and_a_sign(one, kind):
    found = standing(one, NOON)
    assert found.kind == kind
    assert {DE.say(f"sources.state.{kind}"), EN.say(f"sources.state.{kind}"), SIGNS[kind]}
    assert MARKS.get(kind) != "n" or found.bad


def test_every_cause_has_words_in_both_languages():
    for cause in (*Cause.__args__, "unreported", "unknown"):
        for say in (DE, EN):
            assert cause == "" or say.say(f"sources.cause.{cause}", actor="x")
    assert why(standing(source(reported_at=NOON - 99), NOON), DE, NOON).startswith("niemand meldet sich")
    assert why(standing(source(status="failed"), NOON), EN, NOON) == "reason unknown"
    assert why(standing(LIVE, NOON), EN, NOON) == ""
    held = source(status="held", cause="person", reason="loopback paused it.")
    assert why(standing(held, NOON), EN, NOON) == "paused by loopback"


def test_who_needs_somebody_comes_first():
    found = standings((LIVE, source("a", status="held"), HUSHED, DEAF), NOON)
    assert [one.kind for one in found] == ["deaf", "hushed", "held", "hears"]
    assert set(WORST) == set(SIGNS)


def answer(*sources, language="de"):
    return text(HearingPanel().draw(view(sources=sources, language=language)).nodes)


def test_the_answer_in_plain_words():
    seven = [source(f"s{n}", connector=f"c{n}") for n in range(7)]
    assert answer(*seven).startswith("Alle 7 Quellen hören zu.")
    assert "nothing said" in answer(*seven, language="en")
    assert answer(DEAF, *seven).startswith(
        "Mastodon hört seit 12 min nicht: der Server antwortet mit Fehlern. Die übrigen 7"
    )
    assert answer(HUSHED).startswith("Reddit bringt seit 1 h nichts: üblich sind jetzt 40 je Stunde.")
    assert answer(DEAF, HUSHED, LIVE) == "2 von 3 Quellen hören nicht: Mastodon seit 12 min, Reddit seit 1 h."
    assert answer(source("a", status="held"), LIVE) == "Die übrige Quelle hört zu. Bluesky (a) angehalten."
    assert answer(source("a", status="held")) == "Bluesky angehalten. "
    assert answer(source(status="starting", since=NOON)).startswith("Die Quellen beginnen")
    assert answer().startswith("Keine Quelle")


def test_each_source_has_its_line_and_what_is_too_much_is_counted():
    said = text(SourcesPanel().draw(view(sources=(LIVE, DEAF))).nodes)
    assert "Mastodon✕ hört nichtseit 12 min: der Server antwortet mit Fehlern" in said
    assert "Bluesky✓ hört zuvor 2 s412/h, üblich 380" in said
    many = [source(f"s{n}", connector=f"c{n}", rate=5.0) for n in range(11)]
    said = text(SourcesPanel().draw(view(sources=tuple(many))).nodes)
    assert "noch nichts5/h" in said
    assert said.endswith("+3 weitere")


def test_the_intake_is_compared_only_where_all_of_it_can_be():
    def shown(*sources):
        return text(IntakePanel().draw(view(sources=sources)).nodes)

    assert shown(LIVE) == "Eingang je Stunde 412 üblich 380 wie üblich Verzug 0,8 s"
    assert "mehr als üblich" in shown(msgspec.structs.replace(LIVE, rate=900.0))
    assert "weniger als üblich" in shown(msgspec.structs.replace(LIVE, rate=9.0))
    assert shown(source(rate=9.0), LIVE) == "Eingang je Stunde 421 noch kein Vergleich Verzug 0,8 s"
    assert shown(DEAF) == "Eingang je Stunde \u2013 noch kein Vergleich"


def test_gaps_of_the_day_and_what_may_become_one():
    assert "nichts fehlt" in text(GapsPanel().draw(view(sources=(LIVE,))).nodes)
    gaps = (Gap(NOON - 600, NOON - 300, "paused"), Gap(NOON - 200_000, NOON - 190_000, "long ago"))
    scarce = source(gaps=gaps, quota=Quota(100, 12), unreadable=3)
    said = text(GapsPanel().draw(view(sources=(scarce, source("b", quota=Quota(100, 90))))).nodes)
    assert said == "Lücken, 24 h 1 Bluesky 11:57\u201312:02 Bluesky: Kontingent 12 % 3 Einträge unlesbar"


def test_an_alarm_of_a_source_is_told_in_the_footer():
    alarm = Alarm("a", "toots", "mastodon", "deaf", "server", NOON - 720, NOON - 420, NOON - 420, {})
    footer = text(LivenessPanel().draw(view(sources=(DEAF, LIVE), alarms=(alarm,))).nodes)
    assert "Quellenalarm: Mastodon nicht erreichbar" in footer
    assert "Server gestört" in footer
    held = source("a", "held", connector="reddit", since=NOON - 9000)
    assert "Quellenalarm: Mastodon" in text(LivenessPanel().draw(view(sources=(held, DEAF), alarms=(alarm,))).nodes)
    assert "Reddit angehalten" in text(LivenessPanel().draw(view(sources=(held, LIVE), alarms=(alarm,))).nodes)
    ended = msgspec.structs.replace(alarm, resolved_at=NOON)
    assert "Quellenalarm" not in text(LivenessPanel().draw(view(sources=(DEAF,), alarms=(ended,))).nodes)
    assert "bringt nichts" in text(LivenessPanel().draw(view(sources=(HUSHED,))).nodes)
