import msgspec
import pytest

from app.domain.analysis import NOT_ANALYSED
from app.domain.mention import Author, Mention
from ingest.analyzers.sentiment import SentimentAnalyzer
from ingest.learning.verdicts import MOST

BRANDS = ("Gut & Günstig", "Nordlicht Strom")


@pytest.fixture(scope="module")
def analyzer():
    found = SentimentAnalyzer(("de", "en"), BRANDS)
    assert found.fault == ""
    return found


def judged(analyzer, *texts, language="de", rating=None):
    mentions = [Mention("demo", str(n), 0.0, text, Author(""), rating=rating) for n, text in enumerate(texts)]
    before = msgspec.structs.replace(NOT_ANALYSED, language=language, terms=("term",))
    return analyzer.analyse(mentions, [before] * len(texts))


def likeliest(analysis):
    parts = {name: getattr(analysis.sentiment, name) for name in ("negative", "neutral", "positive")}
    return max(parts, key=parts.get)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Seit drei Wochen kein Internet und niemand geht ans Telefon, eine Frechheit!", "de", "negative"),
        ("Die Umstellung hat gefallen, super freundlich und alles hat sofort geklappt, danke!", "de", "positive"),
        ("Das Stadtwerk informiert: Am Montag beginnt die Ablesung der Zähler in der Nordstadt.", "de", "neutral"),
        ("Das gefällt mir überhaupt nicht, so ein Mist", "de", "negative"),
        ("Worst airline ever, my flight was cancelled and nobody helps", "en", "negative"),
        ("Love the new app, great job and thanks for the quick help!", "en", "positive"),
        ("The meeting starts on Tuesday at 10 in room 4.", "en", "neutral"),
        ("😡😡😡", "unknown", "negative"),
        ("😍👍", "unknown", "positive"),
    ],
)
def test_plain_texts_are_judged(analyzer, text, language, expected):
    assert likeliest(judged(analyzer, text, language=language)[0]) == expected


def test_everything_but_sentiment_and_model_stays(analyzer):
    found = judged(analyzer, "gut")[0]
    assert (found.language, found.terms, found.model) == ("de", ("term",), "sentiment-1")


def test_the_words_behind_a_verdict_stand_in_the_text_with_their_sign(analyzer):
    text = "Grüße! Der Support ist eine Katastrophe, aber der Techniker war freundlich 👍 " + "schlecht " * 30
    found = judged(analyzer, text)[0].sentiment.evidence
    weights = {part.text: part.weight for part in found}
    assert all(text[part.start : part.end] == part.text for part in found)
    assert [part.start for part in found] == sorted(part.start for part in found)
    assert weights["Katastrophe"] < 0
    assert len(found) <= MOST
    praise = {part.text: part.weight > 0 for part in judged(analyzer, "sehr freundlich 👍")[0].sentiment.evidence}
    assert praise["freundlich"]
    assert praise["👍"]


def test_a_word_of_another_language_is_no_evidence(analyzer):
    german, english = (judged(analyzer, "die Lampe", language=language)[0].sentiment for language in ("de", "en"))
    assert "die" not in {part.text for part in german.evidence}
    assert "die" in {part.text for part in english.evidence}


def test_names_of_brands_are_no_evidence(analyzer):
    found = judged(analyzer, "Gut & Günstig hat eine neue Filiale am Bahnhof")[0].sentiment
    assert not {"Gut", "Günstig"} & {part.text for part in found.evidence}


@pytest.mark.parametrize("text", ["", "   ", "https://example.org", "@somebody", "!!!", "\x00\x07"])
def test_where_there_is_nothing_to_judge_the_label_is_uncertain(analyzer, text):
    found = judged(analyzer, text, language="unknown")[0].sentiment
    assert found.label == "uncertain"
    assert found.negative == pytest.approx(1 / 3)
    assert found.evidence == ()


def test_a_sign_of_mockery_turns_praise(analyzer):
    plain, mocked = (one.sentiment for one in judged(analyzer, "Super Service, danke", "Super Service, danke 🤡"))
    assert plain.positive > 0.5
    assert mocked.positive < 0.3
    assert mocked.negative > plain.negative + 0.3


def test_stars_are_the_authors_own_verdict(analyzer):
    text = "Ich war am Dienstag im Laden und habe eine Lampe gekauft"
    bad, good = (judged(analyzer, text, rating=stars)[0].sentiment for stars in (1.0, 5.0))
    assert bad.label == "negative"
    assert good.label == "positive"
    assert judged(analyzer, "", rating=1.0)[0].sentiment.label == "negative"
    for odd in (0.0, -3.0, 99.0):
        assert judged(analyzer, text, rating=odd) == judged(analyzer, text)


def test_a_batch_says_what_each_text_says_alone(analyzer):
    texts = ["Alles gut", "", "nie wieder!", "x" * 9_000, "👍", "gut " * 3_000]
    for one, all_ in zip([judged(analyzer, text)[0] for text in texts], judged(analyzer, *texts), strict=True):
        assert one.sentiment.negative == pytest.approx(all_.sentiment.negative, abs=1e-5)
        assert one.sentiment.evidence == all_.sentiment.evidence
    assert judged(analyzer) == []


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not a model"])
def test_without_a_model_the_lexicon_judges_and_a_sentence_says_why(tmp_path, content):
    path = tmp_path / "broken.npz"
    if content is not None:
        path.write_bytes(content)
    poor = SentimentAnalyzer(("de", "en"), BRANDS, path)
    assert poor.fault.endswith("Until then the lexicon judges sentiment.")
    assert "broken.npz" in poor.fault
    found = judged(poor, "Das ist eine Katastrophe")[0]
    assert found.sentiment.label == "negative"
    assert (found.model, found.terms) == ("lexicon", ("term",))
