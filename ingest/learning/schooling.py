"""Teaching the sentiment model a brand: learn from its corrections, try it on those held back, keep what is better."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from app.domain.schooling import EVEN, Schooling
from app.errors import WrongInput
from ingest.learning.brand import BrandModel, adapt
from ingest.learning.duplicates import first_of_its_kind, signatures
from ingest.learning.examples import Example
from ingest.learning.metrics import CLASSES, macro_f1
from ingest.learning.prior import corrected
from ingest.learning.verdicts import SentimentModel

LEAST = 40
"""Corrections, near-copies counted once, from which anything is learned."""
LEAST_OF_TWO = 5
"""Corrections there must be of each of two labels at least."""
FOLDS = 5
"""Parts the corrections are cut into; each is held back once."""
DRAWS = 1_000
ODDS = 0.9
"""Share of bootstrap samples in which the new model has to be better."""
TOLERATED = 0.1
"""Macro-F1 it may lose on texts of other people: more, and the corrections contradict what words mean."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Told(NamedTuple):
    """A text, its language, and the class number a person gave it."""

    text: str
    language: str
    label: int
    fresh: bool = True
    """Whether it was told after the correction in use was learned."""


class Taught(NamedTuple):
    """What a brand is judged by on top of the shipped model; either part may be absent."""

    correction: BrandModel | None = None
    prior: tuple[float, float, float] = EVEN

    def applied(self, base: SentimentModel, texts: Sequence[str], languages: Sequence[str], likely: Floats) -> Floats:
        """Return probabilities, shape (texts, 3), of texts of the brand; `likely` are those of the shipped model."""
        scored = self.correction.probabilities(base, texts, languages) if self.correction else likely
        return corrected(scored, self.prior)


def school(
    base: SentimentModel, told: Sequence[Told], others: Sequence[Example], before: BrandModel | None = None
) -> tuple[Schooling, BrandModel | None]:
    """Return what came of learning from corrections, and the correction of the model if it is worth keeping.

    Each correction is held back once, near-copies are counted once. `before` is the correction in use: the new one is
    held against it on what is fresh to both, and against the shipped model alone where that is too little. `others` are
    labelled texts of everybody that the new one must not spoil. Deterministic.
    """
    kept = _different(told)
    truth = np.array([one.label for one in kept], np.int64)
    sizes = np.sort(np.bincount(truth, minlength=len(CLASSES)))
    if len(kept) < LEAST or sizes[1] < LEAST_OF_TWO:
        return Schooling("too_few", len(kept)), None
    fresh = np.array([one.fresh for one in kept])
    if before is None or fresh.sum() < LEAST:
        before, fresh = None, np.ones(len(kept), np.bool_)
    old, new, truly = _guesses(base, before, kept)[fresh], _held_back(base, kept, truth)[fresh], truth[fresh]
    model = _learned(base, kept, truth)
    spoken = {one.language for one in kept}
    general, spoilt = _others(base, model, [one for one in others if one.language in spoken])
    found = Schooling(
        "learned", len(kept), macro_f1(truly, old), macro_f1(truly, new), _odds(truly, old, new), general, spoilt
    )
    return _judged(found, model)


def _different(told: Sequence[Told]) -> list[Told]:
    kinds = first_of_its_kind(signatures([one.text for one in told]))
    return [one for one, first in zip(told, kinds, strict=True) if first]


def _others(base: SentimentModel, model: BrandModel, others: Sequence[Example]) -> tuple[float, float]:
    """Return the macro-F1 of the shipped model and of the new one on texts of others; 1 where there are none."""
    texts = [Told(one.text, one.language, CLASSES.index(one.label)) for one in others]
    if not texts:
        return 1.0, 1.0
    truth = np.array([one.label for one in texts], np.int64)
    return macro_f1(truth, _guesses(base, None, texts)), macro_f1(truth, _guesses(base, model, texts))


def _judged(found: Schooling, model: BrandModel) -> tuple[Schooling, BrandModel | None]:
    if (found.general_before or 0) - (found.general_after or 0) > TOLERATED:
        return replace(found, outcome="harmful"), None
    if (found.after or 0) <= (found.before or 0) or (found.odds or 0) < ODDS:
        return replace(found, outcome="no_better"), None
    return found, model


def _held_back(base: SentimentModel, told: Sequence[Told], truth: Ints) -> Ints:
    """Return for each text the guess of a model that has not seen it; every label is spread over all folds."""
    fold = np.empty(len(truth), np.int64)
    order = np.random.default_rng(0).permutation(len(truth))
    for label in range(len(CLASSES)):
        places = order[truth[order] == label]
        fold[places] = np.arange(len(places)) % FOLDS
    guesses = np.empty(len(truth), np.int64)
    for number in range(FOLDS):
        rest, here = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        model = _learned(base, [told[place] for place in rest.tolist()], truth[rest])
        guesses[here] = _guesses(base, model, [told[place] for place in here.tolist()])
    return guesses


def _learned(base: SentimentModel, told: Sequence[Told], truth: Ints) -> BrandModel:
    """Learn with as much weight for each label."""
    sizes = np.bincount(truth, minlength=len(CLASSES))
    weights = (len(truth) / (np.count_nonzero(sizes) * np.maximum(sizes, 1)))[truth]
    return adapt(base, [one.text for one in told], truth.tolist(), [one.language for one in told], weights)


def _guesses(base: SentimentModel, model: BrandModel | None, told: Sequence[Told]) -> Ints:
    texts, languages = [one.text for one in told], [one.language for one in told]
    found = model.probabilities(base, texts, languages) if model else base.judge(texts, languages).probabilities
    return np.asarray(found.argmax(1), np.int64)


def _odds(truth: Ints, old: Ints, new: Ints) -> float:
    """Return the share of samples, drawn with replacement, in which the new guesses are better (ties count half)."""
    chance = np.random.default_rng(0)
    picks = chance.integers(0, len(truth), (DRAWS, len(truth)))
    gains = np.array([macro_f1(truth[pick], new[pick]) - macro_f1(truth[pick], old[pick]) for pick in picks])
    return float((gains > 0).mean() + (gains == 0).mean() / 2)


def pack(taught: Taught) -> bytes:
    """Return what a brand is judged by as bytes."""
    arrays = {"prior": np.array(taught.prior)}
    if (model := taught.correction) is not None:
        arrays |= {
            "words": model.words.astype(np.float16),
            "letters": model.letters.astype(np.float16),
            "bias": model.bias,
            "base": np.array(model.base),
            "features": np.array(model.features),
        }
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def unpack(data: bytes) -> Taught:
    """Return what `pack` wrote; raise `WrongInput` if it is damaged or was learned for other features."""
    from ingest.learning.features import VERSION

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        negative, neutral, positive = arrays["prior"].tolist()
        correction = None
        if "words" in arrays:
            if int(arrays["features"]) != VERSION:
                raise WrongInput("What this brand taught was learned by another version: train it anew.")
            correction = BrandModel(
                arrays["words"].astype(np.float32),
                arrays["letters"].astype(np.float32),
                arrays["bias"].astype(np.float32),
                float(arrays["base"]),
            )
        return Taught(correction, (negative, neutral, positive))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise WrongInput("What this brand taught cannot be read: train it anew.") from error
