"""What a text is about: content words, two-word phrases and hashtags, in seven languages."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import msgspec

from app.domain.analysis import Analysis
from app.domain.mention import Mention
from ingest.analyzers.content import ENDINGS, LONGEST, MOST, SHORTEST
from ingest.analyzers.words import fold, table
from ingest.masking import masked

LONG = 4_000
"""Characters of a text that are read."""
REMEMBERED = 100_000
"""Words of a language whose verdict is remembered: to look one up takes a tenth of judging it."""
ELIDING = frozenset({"fr", "it"})
"""Languages that write the article into the word: "l'électricité", "dell'energia"."""

_TOKEN = re.compile(r"#?\w+(?:['\u2019\-]\w+)*|[.!?;:,…\n]|(?<=\s)[\-\u2013\u2014|/](?=\s)")
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|gl|all|dall|dell|nell|sull|quell|quest|bell)['\u2019]")


class TermsAnalyzer:
    """Collects what a text is about, at most 24 terms, each once, hashtags first.

    Terms are in lower case as written, umlauts kept; forms of a word are grouped where they are counted. Left out are
    the stop words of the text's language (those of all configured languages, where it is unknown), noise such as "RT",
    numbers, addresses, handles, and the words of `brands`.
    """

    name = "terms"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        own = frozenset(fold(word) for name in brands for word in _parts(name))
        everywhere = frozenset[str]().union(*(stop_words(language) for language in languages or ("en",)))
        self._judges = {language: _Judge(stop_words(language), own, language) for language in listed()}
        self._other = _Judge(everywhere, own, "")

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with the terms filled in, in order."""
        judges, other = self._judges, self._other
        return [
            msgspec.structs.replace(before, terms=terms(mention.text, judges.get(before.language, other)))
            for mention, before in zip(mentions, found, strict=True)
        ]


class _Judge(dict[str, str]):
    """A word as it comes → the term it is, empty for none; what was asked once is remembered."""

    def __init__(self, stop: frozenset[str], own: frozenset[str], language: str) -> None:
        super().__init__()
        self._stop, self._own, self._elides = stop, own, language in ELIDING

    def __missing__(self, token: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        term = self[token] = self._term(token)
        return term

    def _term(self, token: str) -> str:
        word = token.lstrip("#")
        if self._elides and word is token and (elided := _ELIDED.match(word)):
            word = token = word[elided.end() :]
        folded = fold(word)
        if not SHORTEST <= len(word) <= LONGEST or not word[0].isalpha() or folded in self._own:
            return ""
        return "" if word is token and (folded in self._stop or "'" in folded) else token


def terms(text: str, judge: Mapping[str, str]) -> tuple[str, ...]:
    """Return the terms of a text; two content words that stand side by side are a phrase too."""
    plain = masked(text[:LONG]).lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    tags: dict[str, None] = {}
    found: dict[str, None] = {}
    previous = ""
    for token in _TOKEN.findall(plain):
        term = judge[token]
        if term and term[0] == "#":
            tags[term] = None
            term = ""
        elif term:
            found[term] = None
            if previous and previous != term:
                found[f"{previous} {term}"] = None
            if len(found) >= MOST + 1:
                break
        previous = term
    return (*tags, *found)[:MOST]


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the folded words of a language that are no terms, those of English among them: it is said everywhere."""
    return frozenset(word for tongue in (language, "en", "noise") for word in _listed(tongue))


def _listed(tongue: str) -> Iterator[str]:
    for key, words in table("stop_words.yaml").items():
        if key.partition("_")[0] == tongue:
            endings = ENDINGS if key == "de_how" else ENDINGS[:1]
            yield from (fold(word) + ending for word in words.split() for ending in endings)


@cache
def listed() -> frozenset[str]:
    """Return the languages that have stop words."""
    return frozenset(key.partition("_")[0] for key in table("stop_words.yaml")) - {"noise"}


def _parts(name: str) -> list[str]:
    words = re.findall(r"\w+", name)
    return [*words, "".join(words)]
