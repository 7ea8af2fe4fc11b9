"""Every analyzer found by entry point takes every text, says only what can be, and says it again."""

import time
from collections.abc import Sequence
from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import registry
from app.domain.analysis import INTENTS, LABELS, NOT_ANALYSED, Analysis, Evidence, Intent, Sentiment
from app.domain.mention import KINDS, Author, Mention
from ingest.understanding import LONG, build

NAMES = registry.names("analyzers")
LANGUAGES = ("de", "en", "fr", "ar")
BRANDS = ("Gut & Günstig", "Nordlicht Strom")
MOST_TERMS = 24
MOST_SPANS = 40
GOOD = "Der Kundendienst von Nordlicht Strom war wirklich schnell und freundlich, danke! Wann kommt die Rechnung? "
HOSTILE = {
    "empty": "",
    "blank": " \t\n\u00a0\u2003",
    "one letter": "a",
    "emoji only": "😡😡👩‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏽",
    "right to left": "الخدمة سيئة \u062c\u062f\u0627 \u202e ممتاز \u202c",
    "control characters": "gut\x00\x01\x1b[31m\x7f\x85 schlecht\ufffe\uffff",
    "mixed languages": "Sorry, das ist c'est nul, الخدمة worst service ever, спасибо 谢谢",
    "half characters": "gut \ud83d und \udc00 schlecht",
    "joiners": "\u200d\u200b\u2060\ufeff" * 200 + "gut",
    "combining marks": "Z" + "\u0301" * 500 + " schlecht",
    "escapes": "schlecht &amp;amp; teuer &lt;3 &#x1F621; &#xD800; &unknown; &",
    "markup": "<script>alert('gut')</script> [link](x) **schlecht**",
    "signs": "!?!?… ;-) :( <3 --- ### @@@ @ # $%&/()=",
    "digits": "1234567890 " * 20,
    "one long word": "a" * LONG,
    "one word often": "nicht " * (LONG // 6),
    "questions": "?" * LONG,
    "spaces": " " * LONG,
    "handles": "@a " * (LONG // 3),
    "hashtags": "#gut" * (LONG // 4),
    "addresses": "https://" * (LONG // 8),
    "emoji often": "😡" * LONG,
    "families": "👩‍" * (LONG // 2),
    "brackets": "(" * LONG,
    "names": "Gut & " * (LONG // 6),
    "capitals": ("WARUM NICHT SCHLECHT " * 400)[:LONG],
    "a letter a million times": "e" * 1_000_000,
    "a hundred kilobytes": GOOD * 950,
}


@cache
def analyzer(name: str):
    return registry.load("analyzers", name)(LANGUAGES, BRANDS)


@cache
def language():
    return analyzer("language")


def mention(text: str, **more) -> Mention:
    return Mention(**({"channel": "", "id": "", "published_at": 0.0, "text": text, "author": Author("")} | more))


def analysed(one, mentions: Sequence[Mention]) -> list[Analysis]:
    """Return what an analyzer finds after the language is known, sound as it has to be."""
    before = language().analyse(mentions, [NOT_ANALYSED] * len(mentions))
    found = one.analyse(mentions, before)
    assert isinstance(found, list)
    assert len(found) == len(mentions)
    for said, analysis in zip(mentions, found, strict=True):
        check(said.text, analysis)
    return found


def check(text: str, analysis: Analysis) -> None:
    """Raise if an analysis says what cannot be."""
    assert isinstance(analysis, Analysis)
    assert analysis.language == "unknown" or analysis.language.isalpha()
    sentiment = analysis.sentiment
    parts = (sentiment.negative, sentiment.neutral, sentiment.positive)
    assert sentiment.label in LABELS
    assert all(isinstance(part, float) and 0 <= part <= 1 for part in parts)
    assert sum(parts) == pytest.approx(1.0, abs=1e-6)
    if sentiment.label != "uncertain" and analysis.model:
        assert max(parts) == getattr(sentiment, sentiment.label)
    labels = [intent.label for intent in analysis.intents]
    assert len(set(labels)) == len(labels)
    assert set(labels) <= set(INTENTS)
    for intent in analysis.intents:
        assert 0 <= intent.score <= 1
    assert len(sentiment.evidence) <= MOST_SPANS
    for part in (*sentiment.evidence, *(part for intent in analysis.intents for part in intent.evidence)):
        assert 0 <= part.start < part.end <= len(text)
        assert part.text == text[part.start : part.end]
        assert -1 <= part.weight <= 1
    assert len(set(analysis.terms)) == len(analysis.terms) <= MOST_TERMS
    assert all(term.strip() == term != "" for term in analysis.terms)
    assert analysis.voice == "" or (len(analysis.voice) == 16 and int(analysis.voice, 16) >= 0)
    msgspec.msgpack.encode(analysis)


def alike(one: Analysis, other: Analysis) -> bool:
    """Say whether two analyses are the same but for the last digits of their figures."""
    return _rounded(msgspec.to_builtins(one)) == _rounded(msgspec.to_builtins(other))


def _rounded(value):
    if isinstance(value, float):
        return round(value, 4)
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_text_is_taken(name, text):
    said = [mention(text)]
    found = analyzer(name).analyse(said, language().analyse(said, [NOT_ANALYSED]))
    check(text, found[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_finds_what_each_text_alone_does_and_the_same_again(name):
    texts = [text[:LONG] for text in HOSTILE.values() if "\ud83d " not in text] + [GOOD, GOOD.upper(), GOOD[:20]]
    mentions = [mention(text) for text in texts]
    together = analysed(analyzer(name), mentions)
    assert analysed(analyzer(name), mentions) == together
    for said, found in zip(mentions, together, strict=True):
        assert alike(analysed(analyzer(name), [said])[0], found), said.text[:40]
    backwards = analysed(analyzer(name), mentions[::-1])[::-1]
    assert all(map(alike, backwards, together))
    assert analyzer(name).analyse([], []) == []


@pytest.mark.parametrize("name", NAMES)
def test_copies_that_differ_in_handles_and_addresses_are_understood_alike(name):
    texts = [f"RT @{who}: {GOOD} https://example.org/{where}" for who, where in (("anna", "abc"), ("otto", "xyz"))]
    first, second = analysed(analyzer(name), [mention(text) for text in texts])
    assert alike(first, second)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stated_beside_the_text_is_taken(name):
    mentions = [mention(GOOD, kind=kind) for kind in KINDS]
    mentions += [mention(GOOD, rating=rating) for rating in (0.0, 1.0, 3.5, 5.0, 100.0, -1.0, float("nan"))]
    mentions += [mention(GOOD, language=said) for said in ("de", "", "tlh", "pt-BR", "x" * 500, "🇩🇪")]
    mentions += [mention(GOOD, brands=("nordlicht", "nordlicht/tarif"))]
    analysed(analyzer(name), mentions)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.text(max_size=300), max_size=5))
def test_any_texts_are_taken(name, texts):
    analysed(analyzer(name), [mention(text) for text in texts])


def seconds(name: str, texts: Sequence[str], often: int = 3) -> float:
    """Return the least CPU time that an analyzer takes for a batch, of so many."""
    mentions = [mention(text) for text in texts]
    before = language().analyse(mentions, [NOT_ANALYSED] * len(mentions))
    times = []
    for _ in range(often):
        begun = time.process_time()
        analyzer(name).analyse(mentions, before)
        times.append(time.process_time() - begun)
    return min(times)


SLOWER = 12
"""Times what an ordinary text of the same length takes; what is worse than linear takes hundreds of times."""


@pytest.mark.parametrize("name", NAMES)
def test_no_text_takes_much_longer_than_an_ordinary_one_of_its_length(name):
    ordinary = seconds(name, [(GOOD * 80)[:LONG]] * 4) + 0.002
    for kind, text in HOSTILE.items():
        if "half" not in kind:
            texts, most = [text[:LONG]] * 4, SLOWER * ordinary
            assert seconds(name, texts, 1) < most or seconds(name, texts) < most, kind


FINE = Analysis("de", Sentiment("positive", 0.1, 0.2, 0.7, (Evidence("gut", 0, 3, 0.5),)))


@pytest.mark.parametrize(
    "fault",
    [
        {"sentiment": Sentiment("positive", 0.1, 0.2, 0.8)},
        {"sentiment": Sentiment("good", 0.1, 0.2, 0.7)},
        {"sentiment": Sentiment("negative", 0.1, 0.2, 0.7), "model": "sentiment-1"},
        {"sentiment": Sentiment("positive", -0.1, 0.4, 0.7)},
        {"sentiment": Sentiment("positive", 0.1, 0.2, 0.7, (Evidence("gut", 1, 4, 0.5),))},
        {"sentiment": Sentiment("positive", 0.1, 0.2, 0.7, (Evidence("", 3, 3, 0.5),))},
        {"sentiment": Sentiment("positive", 0.1, 0.2, 0.7, (Evidence("gut", 0, 3, 5.0),))},
        {"intents": (Intent("query", 0.5), Intent("query", 0.6))},
        {"intents": (Intent("murmur", 0.5),)},
        {"intents": (Intent("query", 1.5),)},
        {"intents": (Intent("query", 0.5, (Evidence("x", 0, 1, 1.0),)),)},
        {"terms": ("gut", "gut")},
        {"terms": tuple(f"t{n}" for n in range(25))},
        {"terms": ("",)},
        {"voice": "abc"},
        {"language": ""},
    ],
)
def test_the_check_catches_what_cannot_be(fault):
    check("gute Sache", FINE)
    with pytest.raises(AssertionError):
        check("gute Sache", msgspec.structs.replace(FINE, **fault))


def test_two_analyses_that_differ_are_not_alike():
    assert alike(
        FINE,
        msgspec.structs.replace(FINE, sentiment=Sentiment("positive", 0.1000001, 0.2, 0.7, FINE.sentiment.evidence)),
    )
    assert not alike(FINE, msgspec.structs.replace(FINE, sentiment=Sentiment("positive", 0.11, 0.19, 0.7)))
    assert not alike(FINE, msgspec.structs.replace(FINE, terms=("gut",)))


def test_an_analyzer_slower_than_linear_would_be_caught():
    class Square:
        def analyse(self, mentions, found):
            for said in mentions:
                sum(said.text.count(letter) for letter in said.text[: 4 * said.text.count("a")])
            return list(found)

    before = [NOT_ANALYSED]
    times = []
    for text in ((GOOD * 80)[:LONG].replace("a", "o"), "a" * LONG):
        begun = time.process_time()
        Square().analyse([mention(text)], before)
        times.append(time.process_time() - begun)
    assert times[1] > SLOWER * (times[0] + 0.0005)


def test_all_in_a_row_take_everything():
    chain = build([name for name in NAMES if name != "lexicon"], LANGUAGES, BRANDS)
    mentions = [mention(text[:LONG]) for text in HOSTILE.values() if "\ud83d " not in text]
    found = [NOT_ANALYSED] * len(mentions)
    for one in sorted(chain, key=lambda one: one.name != "language"):
        found = one.analyse(mentions, found)
        for said, analysis in zip(mentions, found, strict=True):
            check(said.text, analysis)
