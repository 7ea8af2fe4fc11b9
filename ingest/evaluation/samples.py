"""Labelled texts: NDJSON of anyone's, or the held-out part of our own corpus."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.domain.analysis import INTENTS
from app.errors import WrongInput
from ingest.learning.examples import HELD, LABELS, labelled, language_of, own_files, rows

NONE = ("none", "other")
"""Labels of files about intents that say: none of those this file is about."""


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
    return [_tsv(path) for path in own_files(HELD)]


def read(paths: Iterable[Path]) -> list[Set]:
    """Return the sets of those files, and of the .jsonl and .tsv files in those folders; raise `WrongInput`."""
    return [_set(file) for path in paths for file in labelled(path)]


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
    sentiment = label if label in LABELS else row.get("sentiment")
    if sentiment is not None and sentiment not in LABELS:
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
    told = rows(path, "")
    return _made(path, [Sample(one.text, one.label, frozenset(one.intents) & frozenset(INTENTS)) for one in told])


def _made(path: Path, samples: list[Sample]) -> Set:
    present = {intent for sample in samples for intent in sample.intents or ()}
    asked = tuple(intent for intent in INTENTS if intent in present)
    return Set(path.stem, language_of(path.stem) or None, tuple(samples), asked)
