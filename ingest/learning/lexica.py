"""Polar words of TextBlob, textblob-de, VADER and our own lists as tables of hashes, inflected forms included.

Looked up for a whole batch at once; `ingest.analyzers.polarity` reads the same lists word by word and in more detail.
"""

from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers.expat import ParserCreate

import numpy as np
import yaml
from numpy.typing import NDArray

from ingest.learning.hashing import Hashes, Rolling, joined
from ingest.learning.tokens import tokens

GERMAN, ENGLISH, VADER, SIGNS, SUBJECTIVE, STRENGTH = range(6)
"""Columns of a table: four polarities from -1 to 1, subjectivity, and what a word strengthens by (0: nothing)."""
COLUMNS = 6
POLAR = 0.5
"""Weight from which the last part of a compound speaks for the whole."""
NEGATES, FINAL, BREAKS, KEEPS, ONLY, TWISTS = (1 << bit for bit in range(6))
"""Flags: negates what follows, and what precedes (German), ends a stretch, is never negated, undoes, mocks."""

_ENDINGS = {
    "de": ["e", "s", "n", "en", "er", "es", "em", "st", "t", "te", "ten", "et", "ste", "sten", "ere", "eren", "erer"],
    "en": ["s", "d", "ed", "es", "ing", "ly", "er"],
}
_REPLACED = {"de": ("", "en", "e", "n"), "en": ("", "e", "y")}
_TURNED = [part + end for part in ("los", "slos", "frei", "sfrei") for end in ("", "e", "en", "er", "es", "em")]
_SHORTEST_STEM = 3
_FILTER_BITS = 21
_VADER_MOST = 4.0


class Table(NamedTuple):
    """Sorted hashes of words or phrases, what they weigh, and a filter that knows most of the others."""

    hashes: Hashes
    weights: NDArray[np.float32]
    flags: NDArray[np.uint8]
    filter: NDArray[np.bool_]

    def find(self, wanted: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places in `wanted` that are known, and their rows."""
        maybe = np.flatnonzero(self.filter[wanted >> np.uint64(64 - _FILTER_BITS)])
        rows = np.searchsorted(self.hashes, wanted[maybe])
        rows[rows == len(self.hashes)] = 0
        sure = self.hashes[rows] == wanted[maybe]
        return maybe[sure], rows[sure]


class Lexica(NamedTuple):
    """Single words, phrases of two and three words, and German heads that end compounds."""

    words: Table
    phrases: Table
    heads: Table


Weights = dict[str, float]


@cache
def lexica() -> Lexica:
    """Return all tables, built once per process (0.3 s)."""
    german, english = _own("de"), _own("en")
    blob_de, blob_en = _textblob("textblob-de", "de-sentiment.xml"), _textblob("textblob", "en-sentiment.xml")
    de = {form: senses[0] for form, senses in blob_de.items()} | _listed(german["words"])
    en = {form: senses[0] for form, senses in blob_en.items()} | _listed(english["words"])
    heads = {form for form in blob_de if form[0].isupper()} | set(_listed(german["words"]))
    strong = {form: weight for form, weight in de.items() if form in heads and abs(weight) >= POLAR}
    subjective = {form: senses[1] for form, senses in (blob_de | blob_en).items()}
    columns = [
        (GERMAN, _forms(de, "de")),
        (GERMAN, _turned(strong)),
        (ENGLISH, _forms(en, "en")),
        (VADER, _hashed(_vader())),
        (SIGNS, _hashed(_signs())),
        (SUBJECTIVE, _hashed(subjective)),
        (STRENGTH, _hashed(_intensifiers(german, english))),
    ]
    return Lexica(
        words=_table(columns, _flags(german, english)),
        phrases=_table([(GERMAN, _hashed(german["phrases"])), (ENGLISH, _hashed(english["phrases"]))], {}),
        heads=_table([(GERMAN, _forms(strong, "de"))], {}),
    )


def hashed(words: list[str]) -> Hashes:
    """Return the hash of each word or phrase as it is read in a text; 0 for what is no word at all."""
    row = tokens(words)
    rolling = Rolling(row.codes)
    found = np.zeros(len(words), np.uint64)
    known, first = np.unique(row.text, return_index=True)
    last = np.append(first[1:], len(row.text)) - 1
    found[known] = rolling.of(row.start[first], row.end[last])
    return found


def _hashed(weights: Weights) -> tuple[Hashes, NDArray[np.float32]]:
    return hashed(list(weights)), np.array(list(weights.values()), np.float32)


def _forms(weights: Weights, language: str) -> tuple[Hashes, NDArray[np.float32]]:
    """Return base forms first, then inflected ones: an ending taken off, another put on."""
    hashes, values = _hashed(weights)
    found, worth = [hashes], [values]
    for ending in _REPLACED[language]:
        stems = [word[: len(word) - len(ending)] for word in weights]
        fits = [
            word.endswith(ending) and len(stem) >= _SHORTEST_STEM for word, stem in zip(weights, stems, strict=True)
        ]
        stem_hashes = hashed([stem for stem, good in zip(stems, fits, strict=True) if good])
        for other, hash_ in zip(_ENDINGS[language], hashed(_ENDINGS[language]), strict=True):
            found.append(joined(stem_hashes, hash_, len(other)))
            worth.append(values[np.array(fits)])
    return np.concatenate(found), np.concatenate(worth)


def _turned(strong: Weights) -> tuple[Hashes, NDArray[np.float32]]:
    """Return "fehlerfrei", "sinnlos", "unschön": the weight turned round."""
    hashes, values = _hashed(strong)
    ends = [joined(hashes, hash_, len(end)) for end, hash_ in zip(_TURNED, hashed(_TURNED), strict=True)]
    row = tokens(list(strong))
    lengths = row.end - row.start if len(row.text) == len(strong) else np.array([len(word) for word in strong])
    return np.concatenate([*ends, joined(hashed(["un"]), hashes, lengths)]), np.tile(-values, len(ends) + 1)


def _table(columns: list[tuple[int, tuple[Hashes, NDArray[np.float32]]]], flags: dict[int, list[str]]) -> Table:
    flagged = {flag: hashed(words) for flag, words in flags.items()}
    everything = np.sort(np.concatenate([np.zeros(1, np.uint64), *(own for _, (own, _) in columns), *flagged.values()]))
    everything = everything[1:][everything[1:] > everything[:-1]]
    weights = np.zeros((len(everything), COLUMNS), np.float32)
    for column, (hashes, values) in reversed(columns):
        known, first = np.unique(hashes, return_index=True)
        known, first = known[known > 0], first[known > 0]
        weights[np.searchsorted(everything, known), column] = values[first]
    marks = np.zeros(len(everything), np.uint8)
    for flag, hashes in flagged.items():
        marks[np.searchsorted(everything, hashes[hashes > 0])] |= flag
    sieve = np.zeros(1 << _FILTER_BITS, np.bool_)
    sieve[everything >> np.uint64(64 - _FILTER_BITS)] = True
    return Table(everything, weights, marks, sieve)


def _flags(german: Any, english: Any) -> dict[int, list[str]]:
    return {
        NEGATES: [*german["negators"].split(), *english["negators"].split(), *_contracted()],
        FINAL: ["nicht", "nie", "net", "ned", "nich", "niemals", "kaum"],
        BREAKS: [
            *german["contrast"].split(),
            *english["contrast"].split(),
            *[".", ",", "!", "?", ";", ":", "..", "!!", "??", "!?", "?!", "-"],
        ],
        KEEPS: [*german["untouched"].split(), *english["untouched"].split()],
        ONLY: ["nur", "only", "just"],
        TWISTS: _yaml("signs.yaml")["twist"].split(),
    }


def _contracted() -> list[str]:
    return [
        f"{verb}n't"
        for verb in [
            "do",
            "does",
            "did",
            "is",
            "are",
            "was",
            "were",
            "ca",
            "could",
            "would",
            "should",
            "wo",
            "has",
            "have",
            "had",
            "ai",
            "must",
        ]
    ]


def _own(language: str) -> Any:
    return _yaml(f"words_{language}.yaml")


def _yaml(name: str) -> Any:
    text = files("ingest.analyzers").joinpath(name).read_text("utf-8")
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe, and faster


def _listed(words: dict[float, str]) -> Weights:
    return {member: weight for weight, members in words.items() for member in members.split()}


def _signs() -> Weights:
    return _listed(_yaml("signs.yaml")["emoji"])


def _intensifiers(*owns: Any) -> Weights:
    return {word: strength for own in owns for word, strength in _listed(own["intensifiers"]).items()}


def _vader() -> Weights:
    source = files("vaderSentiment").joinpath("vader_lexicon.txt").read_text("utf-8")
    rows = (line.split("\t") for line in source.splitlines())
    return {row[0]: float(row[1]) / _VADER_MOST for row in rows if row[0][:1].isalpha()}


def _textblob(package: str, name: str) -> dict[str, tuple[float, float]]:
    """Return word → (polarity, subjectivity), averaged over its senses, from the XML of TextBlob's lexicon."""
    found = next(file for file in distribution(package).files or () if file.name == name)
    senses: dict[str, list[tuple[float, float]]] = {}

    def begins(element: str, word: dict[str, str]) -> None:
        if element == "word":
            row = (float(word.get("polarity", 0)), float(word.get("subjectivity", 0)))
            senses.setdefault(word.get("form", ""), []).append(row)

    parser = ParserCreate()
    parser.StartElementHandler = begins
    with Path(str(found.locate())).open("rb") as file:
        parser.ParseFile(file)
    return {form: (_mean(row, 0), _mean(row, 1)) for form, row in senses.items() if form}


def _mean(rows: list[tuple[float, float]], column: int) -> float:
    return sum(row[column] for row in rows) / len(rows)
