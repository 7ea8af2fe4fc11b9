"""The lexicon analyzer: verdicts, the words behind them, probabilities, memory."""

from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.analysis import NOT_ANALYSED, Analysis, Sentiment
from app.domain.mention import Author, Mention
from ingest.analyzers import lexicon
from ingest.analyzers.lexicon import CURVES, LexiconAnalyzer, verdict

BRANDS = ("Nordlicht Strom", "Gut & Günstig")
SENTENCES = yaml.safe_load(Path(__file__).with_name("sentences.yaml").read_text("utf-8"))
PIECES = [
    *(
        "nicht",
        "gut",
        "schlecht",
        "sehr",
        "GEFÄLLT",
        "mir",
        "gar",
        "Scheiße",
        "aber",
        "kein",
        "Problem",
        "don't",
        "great",
    ),
    *("danke", "für", "nichts", ":-(", "😡", "👍🏽", "👨\u200d👩\u200d👧", "İ", "ǅ", "\ufb00", ".", ",", "!"),
    *("#abzocke", "@wer", "https://x.de", "Nordlicht", "Strom"),
]
ANALYZER = LexiconAnalyzer(("de", "en"), BRANDS)


def read(text: str, language: str = "de", analyzer: LexiconAnalyzer = ANALYZER) -> Analysis:
    mention = Mention("x", "1", 0.0, text, Author("a"))
    return analyzer.analyse([mention], [msgspec.structs.replace(NOT_ANALYSED, language=language)])[0]


def feel(text: str, language: str = "de") -> Sentiment:
    return read(text, language).sentiment


def spans(text: str, language: str = "de") -> dict[str, float]:
    return {part.text: part.weight for part in feel(text, language).evidence}


@pytest.mark.parametrize(
    ("language", "label", "sentence"),
    [
        (language, label, sentence)
        for language, labels in SENTENCES.items()
        for label, sentences in labels.items()
        for sentence in sentences
    ],
)
def test_everyday_sentences_are_read_as_people_mean_them(language, label, sentence):
    found = feel(sentence, language)
    assert found.label == label, found


def test_there_are_enough_sentences_of_both_languages():
    assert sum(map(len, SENTENCES["de"].values())) >= 60
    assert sum(map(len, SENTENCES["en"].values())) >= 40


def test_a_verb_final_negation_belongs_to_the_evidence():
    assert spans("Das gefällt mir gar nicht") == {"gefällt mir gar nicht": pytest.approx(-0.49)}


def test_a_negation_ends_at_a_contrast_a_stop_and_at_not_only():
    assert spans("nicht teuer, aber gut")["gut"] > 0
    assert spans("Ich weiß nicht. Gut war es")["Gut"] > 0
    assert spans("nicht nur gut")["gut"] > 0
    assert spans("gut, das geht mir nicht auf")["gut"] > 0
    assert spans("gut aber nicht wichtig")["gut"] > 0


def test_a_later_polar_word_claims_the_negation():
    assert spans("gut war das und nicht schlecht") == {"gut": 0.7, "nicht schlecht": pytest.approx(0.35)}


def test_an_intensifier_strengthens():
    assert spans("sehr freundlich")["sehr freundlich"] > spans("freundlich")["freundlich"]


def test_nothing_is_strengthened_or_turned_over_a_phrase_or_a_stop():
    assert spans("Ohne Anwalt wäre gar nichts passiert, traurig")["traurig"] < 0
    assert spans("sehr, gut") == {"gut": 0.7}


def test_spellings_with_and_without_umlauts_are_one():
    assert feel("schoen und gross, grossartig") == feel("schoen und gross, grossartig")
    assert spans("großartig")["großartig"] == spans("grossartig")["grossartig"]
    assert spans("Ärger")["Ärger"] == spans("Aerger")["Aerger"]


@pytest.mark.parametrize(
    ("word", "sign"),
    [
        ("Riesenfrechheit", -1),
        ("Zugausfall", -1),
        ("Drecksverein", -1),
        ("Lieblingsladen", 1),
        ("fehlerfreier", 1),
        ("#nordlichtabzocke", -1),
        ("unempfehlenswert", -1),
    ],
)
def test_compounds_speak_through_their_parts(word, sign):
    (weight,) = spans(word).values()
    assert weight * sign > 0


def test_emoji_count_with_skin_tones_and_variants():
    assert spans("👍🏿") == {"👍🏿": 0.7}
    assert spans("❤️") == {"❤️": 1.0}
    assert spans("🇩🇪 📎") == {}


def test_emoticons_are_words_of_their_own_and_addresses_are_not():
    assert spans("mal sehen :-(") == {":-(": -0.7}
    assert spans("http://example.org/:-( @mist") == {}


def test_a_sign_of_mockery_turns_the_praise():
    assert feel("Toller Service").label == "positive"
    assert feel("Toller Service 🙃").label == "negative"
    assert spans("Mieser Service 🙃")["Mieser"] < 0


def test_brand_names_are_no_evidence():
    assert feel("Gut & Günstig ist ein Laden").evidence == ()
    assert feel("gut&günstig ist ein Laden").evidence == ()
    plain = LexiconAnalyzer(("de", "en"))
    assert read("Gut & Günstig ist ein Laden", "de", plain).sentiment.evidence


def test_contradicting_words_leave_it_uncertain():
    label, probabilities = verdict([0.7, -0.7, 0.35], "de")
    assert label == "uncertain" or max(probabilities) - sorted(probabilities)[1] >= lexicon.MARGIN
    assert verdict([1.0, -0.55], "de")[0] == "uncertain"
    assert verdict([], "de")[0] == "neutral"


def test_an_unknown_language_is_tried_in_all():
    assert feel("Danke!", "unknown").label == "positive"
    assert feel("Thanks!", "unknown").label == "positive"
    assert feel("bonjour", "fr").label == "neutral"


def test_without_a_language_it_knows_it_reads_english():
    assert read("great", "pl", LexiconAnalyzer(("pl",))).sentiment.label == "positive"


def test_long_texts_are_cut():
    assert feel("a " * 5_000 + "schlecht").evidence == ()


def test_a_wall_of_signs_is_weighed_whole_and_shows_some():
    found = read("😡" * 4_000).sentiment
    assert (found.negative, found.neutral, len(found.evidence)) == (1.0, 0.0, lexicon.SPANS)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES) | st.text(max_size=6),
        max_size=20,
    ).map(" ".join),
    st.sampled_from(["de", "en", "unknown", "fr"]),
)
def test_evidence_slices_to_itself_and_probabilities_sum_to_one(text, language):
    found = read(text, language)
    sentiment = found.sentiment
    assert sentiment.negative + sentiment.neutral + sentiment.positive == pytest.approx(1.0)
    assert min(sentiment.negative, sentiment.neutral, sentiment.positive) >= 0
    for part in sentiment.evidence:
        assert part.text
        assert text[part.start : part.end] == part.text
        assert -1 <= part.weight <= 1
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Analysis) == found
    assert len(set(found.terms)) == len(found.terms) <= 24


@given(st.floats(-20, 20), st.sampled_from(["de", "en"]))
def test_more_polarity_never_looks_less_positive(polarity, language):
    curve = CURVES[language]
    assert curve(polarity)[2] <= curve(polarity + 0.1)[2]
