import re

import msgspec
import pytest

from app import registry
from app.domain.analysis import NOT_ANALYSED, Intent, Sentiment
from app.domain.mention import Author, Mention
from app.errors import WrongInput
from ingest.intents import heads
from ingest.understanding import build

PLAIN = [
    ("de", "Seit drei Wochen keine Antwort auf meine Beschwerde, das Gerät ist kaputt.", {"complaint"}),
    ("de", "Wann macht die Filiale in Bonn am Samstag auf?", {"query"}),
    ("de", "Könntet ihr mir bitte die Rechnung noch einmal schicken?", {"request"}),
    ("de", "Es wäre schön, wenn ihr einen Dunkelmodus anbieten würdet.", {"suggestion"}),
    ("de", "Vielen Dank für die schnelle Hilfe, ihr seid großartig!", {"praise"}),
    ("de", "Hat jemand Erfahrung mit Wärmepumpen? Suche einen guten Anbieter.", {"lead"}),
    ("de", "Fünf Sterne, sehr zu empfehlen, freundliche Bedienung und leckeres Essen!", {"review", "praise"}),
    ("de", "Stadtwerke bauen Fernwärmenetz bis 2030 aus", set()),
    ("de", "Warum muss ich für so einen Mist auch noch ständig zahlen?!", {"complaint"}),
    ("de", "Wir suchen Elektriker (m/w/d) in Kiel, jetzt bewerben", set()),
    ("de", "Das ist keine Beschwerde, nur eine Frage: Wie lange dauert der Versand?", {"query"}),
    ("de", "Könnt ihr ma meine Adresse ändern?", {"request"}),
    ("de", "Wieso gehts schon wieder nicht?", {"complaint"}),
    ("en", "Still waiting for my refund after three weeks, nobody replies.", {"complaint"}),
    ("en", "Does the warranty cover water damage?", {"query"}),
    ("en", "Please cancel order 90871 and send me a confirmation.", {"request"}),
    ("en", "You should add a dark mode to the app.", {"suggestion"}),
    ("en", "Thank you for the quick help, you were fantastic!", {"praise"}),
    ("en", "Can anyone recommend a good garage in Norwich?", {"lead"}),
    ("en", "Five stars, highly recommended, friendly staff and great food!", {"review", "praise"}),
    ("en", "Supermarket chain to open 20 stores in Poland", set()),
]


def mention(text, **more):
    return Mention(channel="c", id="1", published_at=0.0, text=text, author=Author("a"), **more)


def analysed(analyzer, text, language="de", sentiment=NOT_ANALYSED.sentiment, **more):
    before = msgspec.structs.replace(NOT_ANALYSED, language=language, sentiment=sentiment)
    return analyzer.analyse([mention(text, **more)], [before])[0]


def labels(analysis):
    return {intent.label for intent in analysis.intents}


@pytest.fixture(scope="module")
def analyzer():
    return registry.load("analyzers", "intent")(("de", "en"))


@pytest.fixture
def without_model(monkeypatch):
    def missing():
        raise WrongInput("intent.npz cannot be read")

    module = registry.load("analyzers", "intent").__module__
    monkeypatch.setattr(f"{module}._shipped", missing)
    return registry.load("analyzers", "intent")(("de", "en"))


@pytest.mark.parametrize(("language", "text", "expected"), PLAIN)
def test_plain_wishes_are_told(analyzer, language, text, expected):
    assert labels(analysed(analyzer, text, language)) == expected


@pytest.mark.parametrize(("language", "text", "expected"), PLAIN)
def test_evidence_stands_in_the_text(analyzer, language, text, expected):
    for intent in analysed(analyzer, f"😡 @größe {text}", language).intents:
        assert intent.evidence
        for part in intent.evidence:
            assert text.find(part.text) >= 0 or part.text in "😡 @größe"
            assert (part.weight < 0) == (intent.label == "complaint")


def test_evidence_is_the_wording(analyzer):
    found = analysed(analyzer, "Hallo, ich warte seit 3 Wochen auf mein Geld.")
    complaint = next(intent for intent in found.intents if intent.label == "complaint")
    assert any("seit" in part.text for part in complaint.evidence)


def test_intents_are_in_the_order_of_their_scores(analyzer):
    text = "Mein Paket fehlt seit zehn Tagen! Wo ist es? Bitte schickt mir den Rest nach."
    scores = [intent.score for intent in analysed(analyzer, text).intents]
    assert len(scores) >= 2
    assert scores == sorted(scores, reverse=True)


def test_stars_and_the_kind_make_a_review(analyzer):
    assert analysed(analyzer, "Na ja.", rating=3.0).intents[0].label == "review"
    assert analysed(analyzer, "Na ja.", kind="review").intents[0].label == "review"
    assert "review" not in labels(analysed(analyzer, "Na ja."))


def test_a_weak_complaint_yields_to_a_clear_sentiment(analyzer):
    module = registry.load("analyzers", "intent").__module__
    weighed = __import__(module, fromlist=["_weighed"])._weighed
    glad = msgspec.structs.replace(NOT_ANALYSED, sentiment=Sentiment("positive", 0.05, 0.1, 0.85))
    for score, kept in ((0.5, False), (0.9, True)):
        told = {"complaint": Intent("complaint", score)}
        assert bool(weighed(mention("x"), glad, told)) is kept


def test_other_languages_want_nothing_we_know(analyzer):
    assert analysed(analyzer, "Merci beaucoup, service parfait et rapide!", "fr").intents == ()


def test_an_unknown_language_is_tried_in_both(analyzer):
    thanks = "Danke für die tolle Hilfe!!"
    assert labels(analysed(analyzer, thanks, "unknown")) == labels(analysed(analyzer, thanks, "de")) == {"praise"}


def test_long_texts_are_read_to_a_bound(analyzer):
    found = analysed(analyzer, "Danke für die tolle Hilfe! " + "la " * 40_000)
    assert all(part.end <= 4_000 for intent in found.intents for part in intent.evidence)


def test_a_batch_says_what_single_texts_say(analyzer):
    mentions = [mention(text) for _, text, _ in PLAIN]
    before = [msgspec.structs.replace(NOT_ANALYSED, language=language) for language, _, _ in PLAIN]
    together = analyzer.analyse(mentions, before)
    alone = [analyzer.analyse([one], [other])[0] for one, other in zip(mentions, before, strict=True)]
    assert [labels(one) for one in together] == [labels(one) for one in alone]


def test_without_a_model_cues_decide(without_model):
    assert re.search("cues alone", without_model.fault)
    right = sum(labels(analysed(without_model, text, language)) == expected for language, text, expected in PLAIN)
    assert right >= len(PLAIN) // 2
    assert analysed(without_model, "Merci", "fr").intents == ()
    found = analysed(without_model, "Bitte um Rückruf wegen der Rechnung.")
    assert found.intents[0].evidence[0].text.startswith("Bitte um")


def test_the_shipped_heads_are_of_this_edition():
    assert heads.load().threshold.shape == (7,)
    assert build(("intent",), ("de",))[0].fault == ""
