import pytest

from app.config import Config
from app.domain.alarm import Alarm
from app.domain.source import Gap, Quota, SourceState
from app.service import Context
from dashboard.i18n import words
from dashboard.pages.channels import page as channels
from dashboard.pages.sources import page
from dashboard.sourceboard import board
from tests.unit.dashboard.rooms import BRAND, NOON, text

DE, EN = words("de", "Europe/Berlin"), words("en", "Europe/Berlin")
WELL = SourceState(
    "live", "bluesky", "live", NOON - 720, NOON - 1, heard_at=NOON - 2, proved_at=NOON - 1, rate=412.0, usual=380.0,
    lag=0.8, received=99, matched=3, quota=Quota(300, 12, NOON + 600), reconnects=2, unreadable=4,
    gaps=(Gap(NOON - 600, NOON - 300, "It was paused."),),
)  # fmt: skip
BROKEN = SourceState("toots", "mastodon", "failed", NOON - 720, NOON, "Set EMBERWATCH_TOOTS_TOKEN.", cause="credential")
ALARM = Alarm("a", "toots", "mastodon", "deaf", "credential", NOON - 720, NOON, NOON, {"de": "Stumm.", "en": "Deaf."})


def shown(*sources, say=DE, alarms=()):
    return text(board(sources, alarms, say, NOON))


def test_everything_is_told_in_plain_words():
    said = shown(WELL)
    for part in (
        "Bluesky live ✓ hört zu", "Zuletzt gehörtvor 2 s", "Zuletzt geantwortetvor 1 s", "412/h, üblich 380",
        "Verzug0,8 s", "12 von 300, neu ab 12:17", "99 gelesen, 3 betrafen uns", "Unlesbar4", "Neu verbunden2",
        "11:57 \u2013 12:02: Sie war angehalten.", "Löschungen meldet der Kanal.", "TestenAnhalten",
        "Nach dem Anhalten wird nachgeholt",
    ):  # fmt: skip
        assert part in said


def test_why_it_is_silent_stands_first_with_what_to_do():
    said = shown(WELL, BROKEN, say=EN, alarms=(ALARM,))
    assert said.index("toots") < said.index("Bluesky")
    assert "Source alarm: Deaf." in said
    assert "For 12 min: key missing or refused. Set EMBERWATCH_TOOTS_TOKEN." in said
    assert "never yet" in said


def test_what_may_be_kept_is_said_in_the_language_of_the_page(monkeypatch):
    assert "Öffentliche Beiträge dürfen bleiben" in shown(WELL)
    assert "Public posts may be kept" in shown(WELL, say=EN)
    monkeypatch.setattr("dashboard.connectors.terms_of", lambda _: {"stored": "All.", "days": None, "deletions": "x"})
    strange = board((SourceState("s", "strange", "live", NOON, NOON),), (), DE, NOON)
    assert "('span', {'lang': 'en'}, 'All.')" in str(strange)


def test_what_a_pause_costs_is_said_before():
    push = SourceState("in", "push", "idle", NOON, NOON, passive=True, quota=Quota(5, 4))
    assert "503" in shown(push)
    assert "4 von 5" in shown(push)
    held = SourceState("in", "push", "held", NOON - 60, NOON, "loopback paused it.", cause="person", passive=True)
    assert "Von loopback angehalten" in shown(held) or "von loopback angehalten" in shown(held)
    assert "Fortsetzen" in shown(held)
    assert "503" not in shown(held)
    odd = SourceState("odd", "elsewhere", "live", NOON, NOON, rate=7.0)
    assert "noch unbekannt (nach 3 Tagen)" in shown(odd)
    assert shown() == "Keine Quelle ist eingerichtet; sie stehen in config.yaml unter sources."


def test_a_button_that_pauses_is_the_one_that_resumes():
    for status, deed in (("idle", "pause"), ("held", "resume")):
        drawn = str(board((SourceState("in", "push", status, NOON, NOON, passive=True),), (), DE, NOON))
        assert f"'key': 'hold', 'type': 'button', 'data-act': '{deed}'" in drawn, "the focus would be lost"


@pytest.fixture
def context(tmp_path):
    return Context(Config(brands=(BRAND,)), tmp_path, None, None, None, None)


def test_the_pages_are_there_in_both_languages(context):
    made = page(context)
    assert made.title(lang="en").startswith("Sources")
    assert "Quellen" in str(made.layout(lang="de"))
    manual = channels(context)
    assert manual.exists(connector="bluesky")
    assert "Jetstream" in str(manual.layout(connector="bluesky", lang="de"))
    for name in ("nowhere", "../operations", ""):
        assert not manual.exists(connector=name)
    assert "nowhere" in str(manual.layout(connector="nowhere", lang="en"))
    assert manual.title(connector="bluesky").startswith("bluesky")
