"""A batch of texts as heads of intents see it: hashed words and letters, and columns of truth values."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.intents import shape
from ingest.intents.cues import LANGUAGES, Cue, grammar
from ingest.intents.spelling import LONG, spelled
from ingest.learning.characters import WORD
from ingest.learning.features import VERSION, WIDTH, Features, featurize

EDITION = f"{VERSION}.1"
"""Changes whenever the same text yields other columns: heads of another edition are refused."""


class Reading(NamedTuple):
    """What was read of a batch."""

    features: Features
    columns: NDArray[np.float32]
    """Shape (texts, `len(names())`): lexica, cues, shape."""
    cues: list[list[Cue]]
    words: NDArray[np.int64]
    """Shape (texts): how many words each has."""


@cache
def groups() -> tuple[str, ...]:
    """Return the groups of cues of all languages, each once."""
    return tuple(dict.fromkeys(group for language in LANGUAGES for group in grammar(language).groups))


@cache
def names() -> tuple[str, ...]:
    """Return what each column says."""
    return (*(f"lexical {number}" for number in range(WIDTH)), *groups(), *shape.NAMES)


def cued(text: str, language: str) -> tuple[list[Cue], str]:
    """Return the cues of a text and its spelled form; a text in no known language is tried in all."""
    plain = spelled(text)
    tried = (language,) if language in LANGUAGES else LANGUAGES
    found: dict[str, Cue] = {}
    for tongue in tried:
        for cue in grammar(tongue).find(text, plain):
            found.setdefault(cue.group, cue)
    return list(found.values()), plain


def read(texts: Sequence[str], languages: Sequence[str], brands: tuple[str, ...] = ()) -> Reading:
    """Read one batch; keep batches below `CHUNK` characters where speed counts."""
    features = featurize(texts, brands)
    return seen(texts, languages, features)


def seen(texts: Sequence[str], languages: Sequence[str], features: Features) -> Reading:
    """Add cues and shapes to features that are known already."""
    place = _places()
    columns = np.zeros((len(texts), len(names())), np.float32)
    columns[:, :WIDTH] = features.dense
    rows: list[list[Cue]] = []
    shapes: list[tuple[bool, ...]] = []
    at: list[tuple[int, int]] = []
    for number, (text, language) in enumerate(zip(texts, languages, strict=True)):
        cues, plain = cued(text[:LONG], language)
        rows.append(cues)
        shapes.append(shape.shape(text[:LONG], plain))
        at += [(number, place[cue.group]) for cue in cues]
    if at:
        columns[tuple(np.array(at).T)] = 1
    if shapes:
        columns[:, WIDTH + len(groups()) :] = np.array(shapes)
    row = features.tokens
    words = np.bincount(row.text, weights=row.kind == WORD, minlength=len(texts)).astype(np.int64)
    return Reading(features, columns, rows, words)


@cache
def _places() -> dict[str, int]:
    return {name: number for number, name in enumerate(names())}
