"""Learns the sentiment model anew: prepare, fit on folds, calibrate, fit on everything, measure what was held back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.learning import duplicates
from ingest.learning.calibration import calibrated
from ingest.learning.examples import Example
from ingest.learning.head import groups
from ingest.learning.matrix import fit, fit_head, matrix
from ingest.learning.metrics import CLASSES, numbers
from ingest.learning.verdicts import NAMED, SentimentModel

FOLDS = 3
STRENGTH = 0.05
"""Inverse of the penalty: found by leaving out one source at a time (see docs/models/sentiment.md)."""
OWN = {"de": 3.0, "en": 7.0}
"""What a text of our own corpus, written for customers' posts, counts beside one of a public set."""
SHARES = {"de": 1.0, "en": 1.0}
"""What all texts of a language count together; other languages `OTHER` each."""
OTHER = 0.3
AWAY = 0.25
"""What a kind of texts judged by weights without any of their kind counts while confidence is learned."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Report = Callable[[str], None]


class Prepared(NamedTuple):
    """What is learned from, and what is kept for judging; no near-copy of the latter in the former."""

    learned: list[Example]
    held: list[Example]
    copies: int
    """Texts left out because they were near-copies."""


def prepared(examples: Sequence[Example], hold: Collection[str] = ()) -> Prepared:
    """Part examples; copies of held ones are never learned, copies among the learned count once.

    `hold` names further sources that are kept for judging.
    """
    held = [example for example in examples if example.held or example.source in hold]
    learned = [example for example in examples if not (example.held or example.source in hold)]
    mine, theirs = (duplicates.signatures([one.text for one in part]) for part in (learned, held))
    keep = ~duplicates.like_any(mine, theirs)
    keep[keep] = duplicates.first_of_its_kind(mine[keep])
    kept = [example for example, good in zip(learned, keep.tolist(), strict=True) if good]
    return Prepared(kept, held, len(learned) - len(kept))


def balanced(examples: Sequence[Example], own: Mapping[str, float] = OWN) -> Floats:
    """Return weights by which all classes of a language count alike, a text of our own `own` times; their mean is 1."""
    languages = np.array([example.language for example in examples])
    truth = numbers([example.label for example in examples])
    weights = np.array([own.get(example.language, 1.0) if example.own else 1.0 for example in examples])
    for language in np.unique(languages):
        share = SHARES.get(str(language), OTHER)
        for number in range(len(CLASSES)):
            chosen = (languages == language) & (truth == number)
            if chosen.any():
                weights[chosen] *= share / weights[chosen].sum()
    return np.asarray(weights / weights.mean())


def train(examples: Sequence[Example], report: Report, *, seed: int = 0, strength: float = STRENGTH) -> SentimentModel:
    """Return a model learned from prepared examples; the same examples and seed give the same model."""
    report(f"reading {len(examples)} texts")
    truth = numbers([example.label for example in examples])
    languages = [example.language for example in examples]
    rows = matrix([example.text for example in examples], languages)
    weights = balanced(examples)
    places, scores, kind = _unseen(rows, truth, weights, parts(examples, seed), strength, report)
    judged = [examples[place] for place in places.tolist()]
    calibration = calibrated(scores, truth[places], groups(languages)[places], _even(judged, kind))
    report("fitting on everything")
    return SentimentModel(fit_head(CLASSES, rows, truth, weights, strength=strength), calibration, NAMED)


def parts(examples: Sequence[Example], seed: int = 0) -> list[NDArray[np.bool_]]:
    """Return which texts are left out together, to be judged by weights that have not seen them.

    The first `FOLDS` are parts of public sets at random and of our own by file; then all of our own, and all public
    German ones: what is written about a brand looks like neither, and confidence is not to be learned at home.
    """
    own = np.array([example.own for example in examples])
    german = np.array([example.language == "de" for example in examples])
    _, source = np.unique([example.source for example in examples], return_inverse=True)
    fold = np.where(own, source, np.random.default_rng(seed).permutation(len(examples))) % FOLDS
    return [*(fold == number for number in range(FOLDS)), own, german & ~own]


def _unseen(
    rows: Any, truth: Ints, weights: Floats, left_out: Sequence[NDArray[np.bool_]], strength: float, report: Report
) -> tuple[Ints, Floats, Ints]:
    """Return places of texts, their scores under weights that have not seen their part, and how they were left out."""
    places, scores, kinds = [], [], []
    for number, part in enumerate(left_out):
        if not part.any() or len(np.unique(truth[~part])) < len(CLASSES):
            continue
        report(f"fitting without part {number + 1} of {len(left_out)}")
        coefficients, intercept = fit(rows[~part], truth[~part], weights[~part], strength=strength)
        places.append(np.flatnonzero(part))
        scores.append(rows[part] @ coefficients + intercept)
        kinds.append(np.full(int(part.sum()), max(number - FOLDS + 1, 0)))
    return np.concatenate(places), np.concatenate(scores), np.concatenate(kinds)


def _even(examples: Sequence[Example], kinds: Ints) -> Floats:
    """Return weights by which each kind of texts left out counts alike (`AWAY` from afar), and each class of it."""
    truth = numbers([example.label for example in examples])
    told = [f"{kind} {one.own} {one.language}" for kind, one in zip(kinds.tolist(), examples, strict=True)]
    _, kind = np.unique(told, return_inverse=True)
    size = np.bincount(kind * len(CLASSES) + truth, minlength=(kind.max() + 1) * len(CLASSES))
    return np.asarray(np.where(kinds > 0, AWAY, 1.0) / size[kind * len(CLASSES) + truth])
