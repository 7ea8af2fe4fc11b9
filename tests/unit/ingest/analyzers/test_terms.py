"""The analyzer `terms`: what a text is about."""

import msgspec
import pytest

from app import registry
from app.domain.analysis import NOT_ANALYSED
from app.domain.mention import Author, Mention
from ingest.analyzers import terms
from ingest.analyzers.terms import TermsAnalyzer, listed, stop_words

LANGUAGES = ("de", "en", "fr", "it", "es", "pt", "nl")
ODD = (
    "",
    "x" * 100_000,
    "Strom weg. " * 10_000,
    "😀🙃🤡👨‍👩‍👧",
    "انقطاع الكهرباء منذ ساعات",
    "停电了 怎么办",
    "\x00\x07\u202estrom\u200b",
    "Strom down since Montag, c'est nul",
    "#" * 50,
    "'\u2019-'",
)


def of(text: str, language: str = "de", brands: tuple[str, ...] = ()) -> tuple[str, ...]:
    analyzer = TermsAnalyzer(("de", "en"), brands)
    before = msgspec.structs.replace(NOT_ANALYSED, language=language)
    return analyzer.analyse([Mention("c", "1", 0.0, text, Author("a"))], [before])[0].terms


def test_it_is_found_by_entry_point_and_keeps_what_others_found():
    analyzer = registry.load("analyzers", "terms")(("de", "en"), ())
    before = msgspec.structs.replace(NOT_ANALYSED, language="de", voice="ff", terms=("old",))
    (found,) = analyzer.analyse([Mention("c", "1", 0.0, "Stromausfall", Author("a"))], [before])
    assert found == msgspec.structs.replace(before, terms=("stromausfall",))


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("de", "Der Strom ist seit Montag weg!", ("strom",)),
        ("de", "RT @wer: Strom ausgefallen via https://x.example/a", ("strom", "ausgefallen", "strom ausgefallen")),
        ("en", "The app crashes again and again", ("app", "crashes", "app crashes")),
        ("fr", "L'électricité est coupée depuis lundi", ("électricité", "coupée")),
        ("it", "Dell'energia non c'è traccia da ieri", ("energia", "traccia")),
        ("es", "La factura de la luz es muy cara", ("factura", "luz", "cara")),
        ("pt", "A conta da luz não chegou ainda", ("conta", "luz", "chegou")),
        ("nl", "De stroom is weer uitgevallen", ("stroom", "uitgevallen")),
        ("unknown", "Der Strom and the app", ("strom", "app")),
        ("tr", "Der Strom and the app", ("strom", "app")),
        ("de", "#Abzocke bei der Rechnung", ("#abzocke", "rechnung")),
        ("de", "Abschlag, Rechnung - Zähler", ("abschlag", "rechnung", "zähler")),
        ("de", "2024 17:30 4you 5,99 €", ()),
        ("de", "Gebu\u0308hren und GEBÜHREN", ("gebühren",)),
        ("en", "can't won't don't", ()),
    ],
)
def test_content_words_phrases_and_hashtags(language, text, told):
    assert of(text, language) == told


def test_words_of_a_brand_are_left_out():
    assert of("Nordlicht Strom Abschlag #nordlicht #NordlichtStrom", brands=("Nordlicht Strom",)) == ("abschlag",)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("language", ["de", "fr", "unknown"])
def test_any_text_gives_at_most_24_terms_each_once(text, language):
    found = of(text, language)
    assert len(found) == len(set(found)) <= 24


def test_all_seven_languages_have_stop_words_and_none_is_a_list_of_another_key():
    assert listed() >= set(LANGUAGES)
    for language in LANGUAGES:
        assert len(stop_words(language)) > 200
        assert {"rt", "the"} <= stop_words(language)


def test_what_is_remembered_of_words_is_bounded(monkeypatch):
    monkeypatch.setattr(terms, "REMEMBERED", 3)
    judge = terms._Judge(frozenset({"und"}), frozenset(), "de")
    assert [judge[word] for word in ("strom", "und", "weg", "tarif", "strom")] == ["strom", "", "weg", "tarif", "strom"]
    assert len(judge) <= 3
