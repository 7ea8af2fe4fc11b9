"""Labelled texts: NDJSON of anyone's, or the held-out part of our own corpus."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.domain.analysis import INTENTS
from app.errors import WrongInput

CORPUS = Path(__file__).parents[1] / "learning" / "corpus"
SENTIMENTS = {"-": "negative", "0": "neutral", "+": "positive"}
NONE = ("none", "other")
"""Labels of files about intents that say: none of those this file is about."""
_NAMES = {
    "de": "german deutsch de sb10k germeval germeval17",
    "en": "english en semeval semeval2013",
    "fr": "french fr",
    "it": "italian it",
    "es": "spanish es",
    "pt": "portuguese pt",
    "nl": "dutch nl",
    "ar": "arabic ar",
}
_LANGUAGES = {word: code for code, words in _NAMES.items() for word in words.split()}


class Sample(NamedTuple):
    """A text and what people say of it; None where they do not say."""

    text: str
    sentiment: str | None
    intents: frozenset[str] | None


class Set(NamedTuple):
    """Samples of one file; `asked` are the intents it tells about, `language` is None where its name does not say."""

    name: str
    language: str | None
    samples: tuple[Sample, ...]
    asked: tuple[str, ...] = ()


def held_out() -> list[Set]:
    """Return the part of our own corpus that is never trained on."""
    return [_tsv(path) for path in sorted(CORPUS.glob("*_held.tsv"))]


def read(paths: Iterable[Path]) -> list[Set]:
    """Return the sets of those files, and of the .jsonl and .tsv files in those folders."""
    found = [_set(path) for path in _files(paths)]
    if not found:
        raise WrongInput(
            "No file to evaluate on: name .jsonl files with `text` and `label`, or folders that hold some."
        )
    return found


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.suffix in {".jsonl", ".ndjson", ".tsv"})
        elif path.is_file():
            yield path
        else:
            raise WrongInput(f"There is no {path}.")


def _set(path: Path) -> Set:
    if path.suffix == ".tsv":
        return _tsv(path)
    samples = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            try:
                samples.append(_sample(msgspec.json.decode(line)))
            except (msgspec.DecodeError, ValueError) as error:
                raise WrongInput(f"{path}:{number}: {error}; give {{'text': …, 'label': …}}.") from error
    return _made(path, samples)


def _sample(row: Any) -> Sample:
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError("there is no `text`")  # noqa: TRY004 - it is caught as the mistake of a line
    label, several = row.get("label"), row.get("intents")
    sentiment = label if label in SENTIMENTS.values() else row.get("sentiment")
    if sentiment is not None and sentiment not in SENTIMENTS.values():
        raise ValueError(f"`{sentiment}` is no sentiment; there are negative, neutral and positive")
    intents = frozenset(several) if isinstance(several, list) else None
    if label in INTENTS or label in NONE:
        intents = frozenset([label]) & frozenset(INTENTS)
    if intents is not None and (strange := intents.difference(INTENTS)):
        raise ValueError(f"`{min(strange)}` is no intent; there are {', '.join(INTENTS)}")
    if sentiment is None and intents is None:
        raise ValueError(f"the label `{label}` is neither a sentiment nor an intent")
    return Sample(row["text"], sentiment, intents)


def _tsv(path: Path) -> Set:
    """Read a file of our own corpus: sentiment, intents, text."""
    samples = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            sign, intents, text = line.split("\t", 2)
            samples.append(Sample(text, SENTIMENTS[sign], frozenset(intents.split(",")) & frozenset(INTENTS)))
    return _made(path, samples)


def _made(path: Path, samples: list[Sample]) -> Set:
    words = re.split(r"[^a-z0-9]+", path.stem.lower())
    language = next((_LANGUAGES[word] for word in words if word in _LANGUAGES), None)
    present = {intent for sample in samples for intent in sample.intents or ()}
    asked = tuple(intent for intent in INTENTS if intent in present)
    return Set(path.stem, language, tuple(samples), asked)
