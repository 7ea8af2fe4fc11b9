"""The sentiment model: probabilities, doubt and the words behind them, for a batch of texts."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.learning.calibration import Calibration
from ingest.learning.characters import SIGN, WORD
from ingest.learning.features import Features, chunks, featurize
from ingest.learning.head import GROUPS, Head, damaged, groups, load, save
from ingest.learning.lexica import TWISTS
from ingest.learning.metrics import CLASSES
from ingest.learning.tokens import LONG, NAME
from ingest.learning.topicalised import turned

HEAD = "sentiment"
NAMED = "sentiment-1"
"""Name and version of the shipped model."""
MOST = 8
"""Words named as evidence at most."""
TELLING = 0.12
"""Weight from which a word is evidence."""
ALONE = 0.25
"""Weight from which a word is evidence that no lexicon knows."""
NO_SIGNS = 4.0
"""How steeply signs alone turn into a verdict."""
MOCKED = 0.7
"""Share of praise that a sign of mockery turns round."""
_PRIVATE = range(NAME, NAME + 0x100)
SPEAKS = ((1, 0, 0, 1), (0, 1, 1, 1), (0, 0, 0, 1), (1, 1, 1, 1))
"""By language group, the lexica whose words are evidence: German "die" is no English word."""
_REACH = 4.0

Floats = NDArray[np.float64]
Spans = tuple[tuple[int, int, float], ...]


class Verdicts(NamedTuple):
    """What a batch of texts says, in order."""

    probabilities: Floats
    """Shape (texts, 3): negative, neutral, positive."""
    told: NDArray[np.bool_]
    """Whether there was anything to judge by."""
    limits: Floats
    """The margin below which each is in doubt."""
    spans: list[Spans]
    """Start, end and weight (-1 to 1) of the words behind each verdict, in characters of the text."""


class SentimentModel:
    """Judges batches of texts; made of a head and its calibration."""

    def __init__(self, head: Head, calibration: Calibration, name: str = NAMED) -> None:
        self.head, self.calibration, self.name = head, calibration, name
        lean = head.words.unit[2] * head.words.steps[:, 2].astype(np.float32)
        self._words = lean - head.words.unit[0] * head.words.steps[:, 0]
        lean = head.letters.unit[2] * head.letters.steps[:, 2].astype(np.float32)
        self._letters = lean - head.letters.unit[0] * head.letters.steps[:, 0]

    def judge(self, texts: Sequence[str], languages: Sequence[str], brands: tuple[str, ...] = ()) -> Verdicts:
        """Return a verdict for each text; `languages` are ISO 639-1 or "unknown"."""
        parts = [self._part(texts[first:last], languages[first:last], brands) for first, last in chunks(_short(texts))]
        if not parts:
            return Verdicts(np.zeros((0, len(CLASSES))), np.zeros(0, np.bool_), np.zeros(0), [])
        return Verdicts(
            np.concatenate([part.probabilities for part in parts]),
            np.concatenate([part.told for part in parts]),
            np.concatenate([part.limits for part in parts]),
            [spans for part in parts for spans in part.spans],
        )

    def _part(self, texts: Sequence[str], languages: Sequence[str], brands: tuple[str, ...]) -> Verdicts:
        features = featurize(texts, brands)
        group = groups(languages)
        found = self.calibration.probabilities(self.head.scores(features, group), group)
        row, flags = features.tokens, features.assessment.flags
        code = row.codes[row.start]
        private = (code >= _PRIVATE.start) & (code < _PRIVATE.stop)
        count = row.texts
        words = np.bincount(row.text, weights=(row.kind == WORD), minlength=count)
        signs = np.bincount(row.text, weights=(row.kind == SIGN) & ~private, minlength=count)
        alone = (words == 0) & (signs > 0)
        found[alone] = _by_signs(features)[alone]
        twisted = np.bincount(row.text, weights=(flags & TWISTS) > 0, minlength=count) > 0
        mocked = found[:, 2] * MOCKED * (twisted & ~alone)
        found[:, 0] += mocked
        found[:, 2] -= mocked
        whole = turned(texts, features, found)
        found[whole] = found[whole][:, ::-1]
        told = (words + signs) > 0
        found[~told] = 1 / len(CLASSES)
        return Verdicts(found, told, self.calibration.threshold[group], self._evidence(features, group, private))

    def _evidence(self, features: Features, group: NDArray[np.int64], private: NDArray[np.bool_]) -> list[Spans]:
        """Weigh each token by what it and its letters add to the score, and by the lexica, which agree or weaken it."""
        row = features.tokens
        count = len(row.text)
        added = np.zeros(count)
        for bag, lean in ((features.words, self._words), (features.letters, self._letters)):
            size = np.diff(bag.pointers)
            each = lean[bag.indices] * np.repeat(bag.scale, size)
            added += np.bincount(bag.owner, weights=each, minlength=count)
        lexical = features.assessment.weights * np.array(SPEAKS)[group[row.text]]
        strongest = np.abs(lexical).argmax(1)
        said = lexical[np.arange(count), strongest] if count else added
        model = np.tanh(added * _REACH)
        weight = np.where(said == 0, 0.5 * model, 0.3 * model + 0.7 * np.clip(said, -1, 1))
        weight[private | ((row.kind != WORD) & (said == 0))] = 0
        weight[(said != 0) & (np.sign(weight) != np.sign(said))] = 0
        silent = (np.abs(weight) < ALONE) | (row.end - row.start < 4)  # noqa: PLR2004 - articles and the like
        weight[(said == 0) & silent] = 0
        spans: list[list[tuple[int, int, float]]] = [[] for _ in range(row.texts)]
        chosen = np.flatnonzero(np.abs(weight) >= TELLING)
        columns = (row.text[chosen], row.first[chosen], row.last[chosen], weight[chosen].round(3))
        for text, first, last, worth in zip(*(column.tolist() for column in columns), strict=True):
            if not spans[text] or first >= spans[text][-1][1]:
                spans[text].append((first, last, worth))
        return [_strongest(found) for found in spans]


def _strongest(spans: list[tuple[int, int, float]]) -> Spans:
    if len(spans) <= MOST:
        return tuple(spans)
    return tuple(sorted(sorted(spans, key=lambda span: -abs(span[2]))[:MOST]))


def _short(texts: Sequence[str]) -> list[str]:
    return [text[:LONG] for text in texts]


def _by_signs(features: Features) -> Floats:
    """Return the verdict that emoji speak where there are no words: an ordered logit over their mean weight."""
    row = features.tokens
    worth = np.bincount(row.text, weights=features.assessment.weights[:, 3], minlength=row.texts)
    count = np.bincount(row.text, weights=features.assessment.weights[:, 3] != 0, minlength=row.texts)
    mean = worth / np.maximum(count, 1)
    low = 1 / (1 + np.exp(NO_SIGNS * (mean + 0.35)))
    high = 1 / (1 + np.exp(NO_SIGNS * (0.35 - mean)))
    return np.stack([low, 1 - low - high, high], axis=1)


def write(path: Path, model: SentimentModel) -> None:
    """Write a model into one file."""
    calibration = model.calibration
    facts = {
        "name": model.name,
        "slope": calibration.slope.tolist(),
        "shift": calibration.shift.tolist(),
        "threshold": calibration.threshold.tolist(),
    }
    save(path, {HEAD: model.head}, facts)


def read(path: Path) -> SentimentModel:
    """Return the model in a file; raise `WrongInput` with a sentence if it cannot be used."""
    heads, facts = load(path)
    try:
        return SentimentModel(heads[HEAD], _calibration(facts), str(facts["name"]))
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from error


def _calibration(facts: dict[str, Any]) -> Calibration:
    slope, shift = np.array(facts["slope"], np.float64), np.array(facts["shift"], np.float64)
    threshold = np.array(facts["threshold"], np.float64)
    if not slope.shape == threshold.shape == (len(GROUPS),) or shift.shape != (len(GROUPS), len(CLASSES)):
        raise ValueError("calibration does not fit")
    return Calibration(slope, shift, threshold)


@cache
def shipped() -> SentimentModel:
    """Return the model of the package, read once per process."""
    with as_file(files("ingest.models").joinpath("sentiment.npz")) as path:
        return read(path)
