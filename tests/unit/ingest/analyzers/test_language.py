"""The language analyzer."""

from pathlib import Path

import pytest

from app.domain.analysis import NOT_ANALYSED
from app.domain.languages import KNOWN
from app.domain.mention import Author, Mention
from ingest.analyzers.language import LanguageAnalyzer, _whole
from ingest.analyzers.language import __file__ as language_file

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
        ("هذه الخدمة سيئة جدا ولا أحد يرد", "unknown"),
        ("Сервис ужасный, никто не отвечает", "unknown"),
        ("Der Sänger heißt Путин und kommt aus München", "de"),
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


EIGHT = LanguageAnalyzer(("de", "en", "fr", "it", "es", "pt", "nl", "ar"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("vielen dank", "de"),
        ("Re: S-Bahn S7, S8, S9: Störung beendet", "de"),
        ("Das Update ist nice, best release so far, aber der Support ist leider nicht da", "de"),
        ("Router blinkt rot, der Kundendienst ist weg", "de"),
        ("TUTTI PAZZI PER LA PARTITA DI OGGI", "it"),
        ("je ne suis pas contente de vous", "fr"),
        ("no me gusta nada el servicio", "es"),
        ("não gostei do atendimento de vocês", "pt"),
        ("ik ga er niet meer heen, wat een gedoe", "nl"),
        ("غوتشي 💕", "ar"),
        ("why is nobody answering the phone", "en"),
        ("#NieWieder #KeinInternet #SchonWiederStörung", "de"),
        ("привет как дела сегодня", "ar"),
    ],
)
def test_it_tells_eight_languages_apart_also_from_little(text, wanted):
    found = EIGHT.analyse([Mention("x", "1", 0.0, text, Author("a"))], [NOT_ANALYSED])[0].language
    assert found == wanted


def test_what_is_declared_decides_between_languages_of_other_letters():
    both = LanguageAnalyzer(("ar", "fa", "ru"))
    said = Mention("x", "1", 0.0, "سلام", Author("a"), language="fa")
    assert both.analyse([said], [NOT_ANALYSED])[0].language == "fa"
    russian = Mention("x", "1", 0.0, "Сегодня в доме опять нет света и воды", Author("a"))
    assert both.analyse([russian], [NOT_ANALYSED])[0].language == "ru"


def test_most_of_our_own_corpus_is_told_right():
    folder = Path(language_file).parents[1] / "learning" / "corpus"
    rows = [
        (path.name[:2], line.split("\t")[2])
        for path in sorted(folder.glob("*.tsv"))
        for line in path.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    found = ANALYZER.analyse(
        [Mention("x", "1", 0.0, text, Author("a")) for _, text in rows], [NOT_ANALYSED] * len(rows)
    )
    right = sum(one.language == wanted for one, (wanted, _) in zip(found, rows, strict=True))
    assert right / len(rows) >= 0.99
