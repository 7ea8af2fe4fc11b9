"""What one brand's corrections teach: a small correction on top of the shipped weights, pulled towards none."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ingest.learning.calibration import softmax
from ingest.learning.features import BITS, VERSION, Features, featurize
from ingest.learning.head import groups
from ingest.learning.metrics import CLASSES
from ingest.learning.verdicts import SentimentModel

STRENGTH = 1.0
"""Inverse of the penalty that pulls the correction towards none."""
SHRUNK = 14
"""A correction has 2^SHRUNK rows for words and as many for letters."""
LEAST = 20
"""Texts from which there is anything to learn."""

Floats = NDArray[np.float32]


class BrandModel(NamedTuple):
    """Adds to the scores of the shipped model; weights (2^SHRUNK, 3) for words and for letters, and (3) for all."""

    words: Floats
    letters: Floats
    bias: Floats
    base: float = 1.0
    """What the shipped scores count."""
    features: int = VERSION

    def scores(self, base: SentimentModel, texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float64]:
        """Return shape (texts, 3): logarithms of probabilities up to a constant."""
        if not texts:
            return np.zeros((0, len(CLASSES)))
        features = featurize(texts)
        start = _start(base, features, languages) * self.base
        added = _shrunk(features.words.indices, self.words, features, 0) + _shrunk(
            features.letters.indices, self.letters, features, 1
        )
        return np.asarray(start + added + self.bias)

    def probabilities(
        self, base: SentimentModel, texts: Sequence[str], languages: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return shape (texts, 3)."""
        return softmax(self.scores(base, texts, languages))


def adapt(
    base: SentimentModel,
    texts: Sequence[str],
    labels: Sequence[int],
    languages: Sequence[str] | None = None,
    weights: ArrayLike | None = None,
    *,
    strength: float = STRENGTH,
) -> BrandModel:
    """Learn a correction from texts and their class numbers; too few texts, or one class alone, teach nothing.

    The correction minimises the logistic loss of base·shipped scores + correction, with a quadratic penalty on the
    correction (a Gaussian prior at the shipped model: Chelba and Acero 2004).
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    size = 1 << SHRUNK
    nothing = BrandModel(np.zeros((size, 3), np.float32), np.zeros((size, 3), np.float32), np.zeros(3, np.float32))
    truth = np.asarray(labels, np.int64)
    if len(truth) < LEAST or len(np.unique(truth)) < 2:  # noqa: PLR2004 - one class alone teaches nothing
        return nothing
    features = featurize(texts)
    rows = _rows(features)
    start = _start(base, features, languages or ["unknown"] * len(texts))
    weighed = np.ones(len(truth)) if weights is None else np.asarray(weights, np.float64)
    target = np.eye(len(CLASSES))[truth]
    used = np.unique(rows.indices)
    rows = rows[:, used]
    width = len(used)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        change, bias, factor = values[:-4].reshape(width, 3), values[-4:-1], values[-1]
        likely = softmax(start * np.exp(factor) + rows @ change + bias)
        gap = (likely - target) * weighed[:, None]
        cost = -(weighed * np.log(np.maximum((likely * target).sum(1), 1e-12))).sum()
        cost += ((change**2).sum() + factor**2) / (2 * strength)
        slope = rows.T @ gap + change / strength
        stretch = (gap * start).sum() * np.exp(factor) + factor / strength
        return float(cost), np.concatenate([slope.ravel(), gap.sum(0), [stretch]])

    with threadpool_limits(1):  # sums this small cost more to share out than to do
        found = minimize(loss, np.zeros(width * 3 + 4), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x
    change = np.zeros((2 * size, 3), np.float32)
    change[used] = found[:-4].reshape(width, 3)
    return BrandModel(change[:size], change[size:], found[-4:-1].astype(np.float32), float(np.exp(found[-1])))


def _start(base: SentimentModel, features: Features, languages: Sequence[str]) -> NDArray[np.float64]:
    group = groups(languages)
    found = base.calibration.probabilities(base.head.scores(features, group), group)
    return np.asarray(np.log(np.maximum(found, 1e-9)))


def _shrunk(indices: NDArray[np.int32], weights: Floats, features: Features, which: int) -> Floats:
    bag = (features.words, features.letters)[which]
    return bag._replace(indices=indices >> (BITS - SHRUNK)).sums(weights)


def _rows(features: Features) -> Any:
    """Return the hashed features as a sparse matrix (texts, 2^(SHRUNK+1))."""
    from scipy import sparse

    size = 1 << SHRUNK
    parts = []
    for bag in (features.words, features.letters):
        values = np.repeat(bag.scale, np.diff(bag.pointers))
        places = bag.indices >> (BITS - SHRUNK)
        parts.append(sparse.csr_array((values, places, bag.pointers), shape=(len(bag.scale), size)))
    return sparse.hstack(parts, format="csr")
