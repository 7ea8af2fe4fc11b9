"""The language analyzer."""

import pytest

from app.domain.analysis import NOT_ANALYSED
from app.domain.languages import KNOWN
from app.domain.mention import Author, Mention
from ingest.analyzers.language import LanguageAnalyzer, _whole

ANALYZER = LanguageAnalyzer(("de", "en"))


def language(text: str, declared: str | None = None) -> str:
    return ANALYZER.analyse([Mention("x", "1", 0.0, text, Author("a"), language=declared)], [NOT_ANALYSED])[0].language


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Der Strom ist seit heute Morgen wieder da", "de"),
        ("The power has been back since this morning", "en"),
        ("WARUM GEHT DAS SCHON WIEDER NICHT", "de"),
        ("@nordlichtstrom wann kommt denn die Rechnung? https://example.org/en/the-bill", "de"),
        ("", "unknown"),
        ("😡😡😡", "unknown"),
        ("ok", "unknown"),
        ("#hashtag @handle https://example.org", "unknown"),
        ("123 456 789", "unknown"),
    ],
)
def test_it_names_the_language(text, wanted):
    assert language(text) == wanted


def test_a_short_text_is_what_its_source_declares_unless_it_speaks_plainly():
    assert language("ok", "de-DE") == "de"
    assert language("ok", "en_GB") == "en"
    assert language("so ist es", "en") in {"de", "en"}
    assert language("😡", "de") == "unknown"
    assert language("merci", "fr") == "fr"


def test_a_long_text_speaks_for_itself():
    assert language("Der Strom ist seit heute Morgen wieder da", "en") == "de"
    assert language("Der Strom ist seit heute Morgen wieder da", "fr") == "de"


def test_a_declared_language_that_is_not_ours_is_believed_when_the_text_agrees():
    assert language("Le courant est revenu ce matin dans tout le quartier", "fr") == "fr"


def test_languages_the_model_does_not_know_are_left_out():
    assert LanguageAnalyzer(("de", "tlh")).analyse([], []) == []


def test_every_language_that_may_be_named_is_one_the_model_knows():
    assert set(KNOWN) <= set(_whole().labels)
