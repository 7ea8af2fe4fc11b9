import re

import pytest

from ingest.intents.cues import LANGUAGES, Grammar, grammar
from ingest.intents.grammar import BadCue, compiled
from ingest.intents.spelling import origin, places, spelled


def words(cue, text, classes=None):
    """Return the words of `text` that the cue finds, "" for none."""
    found = Grammar({"classes": classes or {}, "groups": {"x.y": [cue]}, "strengths": {}}).find(text)
    return text[found[0].start : found[0].end] if found else ""


@pytest.mark.parametrize(
    ("cue", "text", "expected"),
    [
        ("kaputt", "Alles kaputt!", "kaputt"),
        ("kaputt", "Kaputtes Rad", ""),
        ("kaputt*", "Ein kaputtes Rad", "kaputtes"),
        ("*ausfall", "Der Zugausfall nervt", "Zugausfall"),
        ("für meine", "fuer meine Mutter", "fuer meine"),
        ("grüße", "Viele GRÜSSE", "GRÜSSE"),
        ("groesse", "In Größe 40", "Größe"),
        ("don't work", "they dont work", "dont work"),
        ("don't work", "they don\u2019t work", "don\u2019t work"),
        ("seit # (tagen|wochen)", "seit 12 Tagen", "seit 12 Tagen"),
        ("seit <zahl> tagen", "seit drei Tagen", "seit drei Tagen"),
        ("warum .. nicht", "Warum geht das denn nicht", "Warum geht das denn nicht"),
        ("warum .. nicht", "Warum? Das geht nicht", ""),
        ("warum .. nicht", "Warum eins zwei drei vier fünf nicht", ""),
        ("warum ... nicht", "Warum eins zwei drei vier fünf nicht", "Warum eins zwei drei vier fünf nicht"),
        ("immer [noch] nicht", "immer nicht, immer noch nicht", "immer nicht"),
        ("^ gilt", "Hallo, gilt das?", "gilt"),
        ("^ gilt", "Das gilt.", ""),
        ("^ [und] gilt", "Schön. Und gilt das?", "Und gilt"),
        ("danke $", "Bitte anrufen, danke!", "danke"),
        ("danke $", "danke für alles", ""),
        ("wie ?", "Wie spät ist es?", "Wie"),
        ("wie ?", "Wie spät es ist. Oder?", ""),
        ("kein netz -problem", "kein Netz Problem", ""),
        ("kein netz -problem", "kein Netz hier", "kein Netz"),
        ("(a b|c)", "x a, b c", "c"),
        ("nicht gut", "nicht, gut", ""),
    ],
)
def test_a_cue_finds_its_words(cue, text, expected):
    assert words(cue, text, {"zahl": "zwei drei"}) == expected


@pytest.mark.parametrize("cue", ["(a|b", "a)", "a]", "()", "(a|)", "a & b", "<nobody> x", "..", "# .. #", "a|b", "x ^"])
def test_a_bad_cue_is_named(cue):
    with pytest.raises(BadCue, match=re.escape(cue)):
        compiled(cue)


def test_places_lead_back_to_the_text():
    for text in ("", "Größe süß ÄÖÜ ẞ", "@müller Grüße", "İstanbul größer", "a\u0308rger", "x" * 10):
        plain = spelled(text)
        row, back = list(places(text)), origin(text, plain)
        assert len(row) == len(plain)
        assert [back(place) for place in range(2, len(plain) - 2)] == row[2 : len(plain) - 2]


def test_a_guard_takes_a_cue_back():
    table = {"classes": {}, "groups": {"complaint.fault": ["beschwerde"], "not.complaint": ["keine beschwerde"]}}
    one = Grammar(table | {"strengths": {}})
    assert [cue.group for cue in one.find("Das ist keine Beschwerde.")] == ["not.complaint"]
    assert [cue.group for cue in one.find("Das ist eine Beschwerde.")] == ["complaint.fault"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cues_of_a_language_are_sound(language):
    one = grammar(language)
    heads = {group.partition(".")[0] for group in one.groups}
    assert heads == {"complaint", "query", "suggestion", "request", "review", "praise", "lead", "not", "none"}


def test_both_languages_group_alike():
    assert set(grammar("de").groups) == set(grammar("en").groups)
    assert {group for group in grammar("de").groups if not group.startswith("not.")} == set(grammar("de").strengths)
