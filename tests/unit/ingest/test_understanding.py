"""Analyzers in a row, and isolation of what they cannot bear."""

from collections.abc import Sequence

import msgspec
import pytest

from app.domain.analysis import Analysis, Evidence, Intent
from app.domain.mention import Author, Mention
from app.errors import UnknownExtension
from ingest.understanding import Failure, build, understand


class Poisonous:
    """An analyzer that breaks on one word and remembers how often it was asked."""

    name = "poisonous"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        self.calls = 0

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        self.calls += 1
        if any("poison" in mention.text for mention in mentions):
            raise ZeroDivisionError
        intents = {"wann": (Intent("query", 0.9, (Evidence("wann", 0, 4, 1.0),)),)}
        return [
            msgspec.structs.replace(before, intents=intents.get(mention.text[:4], ()))
            for mention, before in zip(mentions, found, strict=True)
        ]


def mention(text: str) -> Mention:
    return Mention("x", text, 0.0, text, Author("a"))


def test_analyzers_run_in_order_each_with_what_was_found():
    found = understand(build(("language", "lexicon"), ("de", "en")), [mention("Das ist eine Frechheit, wirklich")])
    assert isinstance(found[0], Analysis)
    assert (found[0].language, found[0].sentiment.label) == ("de", "negative")


def test_no_mentions_no_work():
    assert understand([Poisonous(())], []) == []


@pytest.mark.parametrize("place", [0, 1, 7, 50, 99])
def test_the_culprit_is_found_by_halving(place):
    analyzer = Poisonous(())
    texts = ["gut"] * 100
    texts[place] = "poison"
    found = understand([analyzer], [mention(text) for text in texts])
    assert [index for index, one in enumerate(found) if isinstance(one, Failure)] == [place]
    assert analyzer.calls < 20


def test_an_analyzer_that_does_not_exist_is_named_with_the_choices():
    with pytest.raises(UnknownExtension, match="language, lexicon"):
        build(("nonsense",), ("de",))


@pytest.mark.parametrize(
    ("stated", "language"), [("de", "de"), ("pt-BR", "pt"), ("EN_us", "en"), (None, "unknown"), ("", "unknown")]
)
def test_without_analyzers_the_stated_language_stands_and_the_label_is_uncertain(stated, language):
    said = msgspec.structs.replace(mention("gut"), language=stated)
    found = understand(build((), ("de", "en")), [said, said])
    assert [(one.language, one.sentiment.label) for one in found] == [(language, "uncertain")] * 2
