"""Teaching the sentiment model a brand: learn from its corrections, try it on those held back, keep what is better."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from app.domain.schooling import EVEN, Outcome, Schooling
from app.errors import WrongInput
from ingest.learning.brand import BrandModel, adapt
from ingest.learning.duplicates import first_of_its_kind, signatures
from ingest.learning.examples import Example
from ingest.learning.metrics import CLASSES, accuracy, macro_f1
from ingest.learning.prior import corrected
from ingest.learning.verdicts import SentimentModel

LEAST = 40
"""Corrections, near-copies counted once, from which anything is learned."""
LEAST_OF_TWO = 5
"""Corrections there must be of each of two labels at least."""
FOLDS = 5
"""Parts the corrections are cut into; each is held back once."""
DRAWS = 1_000
ODDS = 0.8
"""Share of bootstrap samples in which the new model has to be better."""
REHEARSED = 400
"""Texts of everybody that are learned again beside the corrections, so that what words mean is not forgotten."""
SHARE = 0.5
"""What those count together, beside all corrections."""
TOLERATED = 0.09
"""Macro-F1 it may lose all the same on texts of everybody that it has not seen."""
CHANCE = 0.5
"""Share of pairs ordered as the shipped model orders them, below which persons say the opposite of what words mean."""
FAR, NEAR = 10.0, 1.0
"""How far a correction of the model may go, see `adapt`: with what is learned again beside it, and alone."""
EVENED = 0.6
"""How far rare labels are weighed up: 0 not at all, 1 until each counts as much."""

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
    labelled texts of everybody: some are learned again, the held ones must not be spoilt. Deterministic.
    """
    kept = _different(told)
    truth = np.array([one.label for one in kept], np.int64)
    sizes = np.sort(np.bincount(truth, minlength=len(CLASSES)))
    if len(kept) < LEAST or sizes[1] < LEAST_OF_TWO:
        return Schooling("too_few", len(kept)), None
    fresh = np.array([one.fresh for one in kept])
    if before is None or fresh.sum() < LEAST:
        before, fresh = None, np.ones(len(kept), np.bool_)
    spoken = {one.language for one in kept}
    again = _rehearsed([one for one in others if one.language in spoken and not one.held])
    anchor = _classes([one for one in others if one.language in spoken and one.held])
    old, new, truly = _guesses(base, before, kept)[fresh], _held_back(base, kept, again)[fresh], truth[fresh]
    model = _learned(base, kept, again)
    general, spoilt = (_figure(base, one, anchor) for one in (None, model))
    figures = (macro_f1(truly, old), macro_f1(truly, new), accuracy(truly, old), accuracy(truly, new))
    found = Schooling("learned", len(kept), *figures, _odds(truly, old, new), general, spoilt)
    outcome = _outcome(found, agreement(base, kept))
    return replace(found, outcome=outcome), model if outcome == "learned" else None


def agreement(base: SentimentModel, told: Sequence[Told]) -> float:
    """Return in which share of pairs the shipped model, too, finds the one more positive that persons find so.

    Of all pairs of different labels or of those of opposite ones, whichever is less; 1/2 is chance. It asks for the
    order only: a brand of which most is neutral, or whose words the model hardly knows, still agrees more than not.
    """
    likely = base.judge([one.text for one in told], [one.language for one in told]).probabilities
    lean, truth = likely[:, 2] - likely[:, 0], np.array([one.label for one in told], np.int64)
    negative, neutral, positive = (np.sort(lean[truth == label]) for label in range(len(CLASSES)))
    pairs = [(negative, neutral), (neutral, positive), (negative, positive)]
    right = [_above(*pair) for pair in pairs]
    sizes = [len(low) * len(high) for low, high in pairs]
    shares = [sum(right) / max(sum(sizes), 1)]
    if min(len(negative), len(positive)) >= LEAST_OF_TWO:
        shares.append(right[-1] / sizes[-1])
    return min(shares)


def _above(low: Floats, high: Floats) -> float:
    """Return how many pairs of two sorted rows have the one of `high` above that of `low`; ties count half."""
    return float(np.searchsorted(low, high, "left").sum() + np.searchsorted(low, high, "right").sum()) / 2


def _outcome(found: Schooling, agreed: float) -> Outcome:
    if agreed < CHANCE or (found.general_before or 0) - (found.general_after or 0) > TOLERATED:
        return "harmful"
    return "learned" if (found.odds or 0) >= ODDS else "no_better"


def _figure(base: SentimentModel, model: BrandModel | None, texts: Sequence[Told]) -> float:
    """Return the macro-F1 on texts, 1 where there are none."""
    truth = np.array([one.label for one in texts], np.int64)
    return macro_f1(truth, _guesses(base, model, texts)) if texts else 1.0


def _classes(examples: Sequence[Example]) -> list[Told]:
    return [Told(one.text, one.language, CLASSES.index(one.label)) for one in examples]


def _rehearsed(examples: Sequence[Example]) -> list[Told]:
    picked = np.random.default_rng(0).permutation(len(examples))[:REHEARSED]
    return _classes([examples[place] for place in picked.tolist()])


def _different(told: Sequence[Told]) -> list[Told]:
    kinds = first_of_its_kind(signatures([one.text for one in told]))
    return [one for one, first in zip(told, kinds, strict=True) if first]


def _held_back(base: SentimentModel, told: Sequence[Told], again: Sequence[Told]) -> Ints:
    """Return for each text the guess of a model that has not seen it; every label is spread over all folds."""
    truth = np.array([one.label for one in told], np.int64)
    fold = np.empty(len(truth), np.int64)
    order = np.random.default_rng(0).permutation(len(truth))
    for label in range(len(CLASSES)):
        places = order[truth[order] == label]
        fold[places] = np.arange(len(places)) % FOLDS
    guesses = np.empty(len(truth), np.int64)
    for number in range(FOLDS):
        here = np.flatnonzero(fold == number)
        model = _learned(base, [told[place] for place in np.flatnonzero(fold != number).tolist()], again)
        guesses[here] = _guesses(base, model, [told[place] for place in here.tolist()])
    return guesses


def _learned(base: SentimentModel, told: Sequence[Told], again: Sequence[Told]) -> BrandModel:
    weights = np.concatenate([_evened(told), _evened(again) * SHARE * len(told) / max(len(again), 1)])
    whole = [*told, *again]
    texts, labels, languages = ([getattr(one, part) for one in whole] for part in ("text", "label", "language"))
    return adapt(base, texts, labels, languages, weights, strength=FAR if again else NEAR)


def _evened(told: Sequence[Told]) -> Floats:
    """Return weights by which rare labels count more."""
    truth = np.array([one.label for one in told], np.int64)
    sizes = np.bincount(truth, minlength=len(CLASSES))
    return np.asarray((len(truth) / (max(np.count_nonzero(sizes), 1) * np.maximum(sizes, 1)))[truth] ** EVENED)


def _guesses(base: SentimentModel, model: BrandModel | None, told: Sequence[Told]) -> Ints:
    texts, languages = [one.text for one in told], [one.language for one in told]
    found = model.probabilities(base, texts, languages) if model else base.judge(texts, languages).probabilities
    return np.asarray(found.argmax(1), np.int64)


def _odds(truth: Ints, old: Ints, new: Ints) -> float:
    """Return the share of samples, drawn with replacement, in which the new guesses are better (ties count half).

    By the mean of macro-F1 and accuracy: of a label that is rare among a few hundred, macro-F1 alone is mostly chance.
    """
    chance = np.random.default_rng(0)
    picks = chance.integers(0, len(truth), (DRAWS, len(truth)))
    gains = np.array([_quality(truth[pick], new[pick]) - _quality(truth[pick], old[pick]) for pick in picks])
    return float((gains > 0).mean() + (gains == 0).mean() / 2)


def _quality(truth: Ints, guess: Ints) -> float:
    return (macro_f1(truth, guess) + accuracy(truth, guess)) / 2


def pack(taught: Taught) -> bytes:
    """Return what a brand is judged by as bytes."""
    arrays = {"prior": np.array(taught.prior)}
    if (model := taught.correction) is not None:
        arrays |= {
            "words": model.words.astype(np.float16),
            "letters": model.letters.astype(np.float16),
            "bias": model.bias,
            "dense": model.dense,
            "mix": model.mix,
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
                arrays["dense"],
                arrays["mix"],
            )
        return Taught(correction, (negative, neutral, positive))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise WrongInput("What this brand taught cannot be read: train it anew.") from error
