"""What one brand's corrections teach: a small correction on top of the shipped weights, pulled towards none."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ingest.learning.calibration import softmax
from ingest.learning.features import BITS, VERSION, WIDTH, Features, featurize
from ingest.learning.head import groups
from ingest.learning.metrics import CLASSES
from ingest.learning.verdicts import SentimentModel

STRENGTH = 1.0
"""Inverse of the penalty that pulls the correction towards none."""
SHRUNK = 14
"""A correction has 2^SHRUNK rows for words and as many for letters."""
FIRM, LOOSE = 1.0, 0.3
"""Penalties that pull what the lexica count, and what the shipped scores count, towards no change."""
LEAST = 20
"""Texts from which there is anything to learn."""

Floats = NDArray[np.float32]


class BrandModel(NamedTuple):
    """Adds to the scores of the shipped model; weights (2^SHRUNK, 3) for words and for letters, and (3) for all."""

    words: Floats
    letters: Floats
    bias: Floats
    dense: Floats
    """Shape (`WIDTH`, 3): what the lexica count more or less."""
    mix: Floats
    """Shape (3, 3): what each shipped score counts for each class; ones on the diagonal change nothing."""
    features: int = VERSION

    def scores(self, base: SentimentModel, texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float64]:
        """Return shape (texts, 3): logarithms of probabilities up to a constant."""
        if not texts:
            return np.zeros((0, len(CLASSES)))
        features = featurize(texts)
        start = _start(base, features, languages) @ self.mix + features.dense @ self.dense
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

    The correction minimises the logistic loss of mix·shipped scores + correction, with a quadratic penalty on the
    correction and on the distance of mix from one (a Gaussian prior at the shipped model: Chelba and Acero 2004).
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    truth = np.asarray(labels, np.int64)
    if len(truth) < LEAST or len(np.unique(truth)) < 2:  # noqa: PLR2004 - one class alone teaches nothing
        return _assembled(np.zeros(0, np.int64), np.zeros((WIDTH + 4, 3)))
    features = featurize(texts)
    rows = _rows(features)
    used = np.unique(rows.indices)
    rows = rows[:, used]
    few = np.hstack(
        [features.dense, _start(base, features, languages or ["unknown"] * len(texts)), np.ones((len(truth), 1))]
    )
    weighed = np.ones(len(truth)) if weights is None else np.asarray(weights, np.float64)
    target = np.eye(len(CLASSES))[truth]
    centre = np.zeros((len(used) + few.shape[1], 3))
    centre[-4:-1] = np.eye(3)
    pull = np.full((len(centre), 1), 1 / strength)
    pull[len(used) :] = [[FIRM]] * WIDTH + [[LOOSE]] * 3 + [[0.0]]

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        change = values.reshape(centre.shape)
        likely = softmax(rows @ change[: len(used)] + few @ change[len(used) :])
        gap = (likely - target) * weighed[:, None]
        cost = -(weighed * np.log(np.maximum((likely * target).sum(1), 1e-12))).sum()
        cost += (pull * (change - centre) ** 2).sum() / 2
        slope = np.concatenate([rows.T @ gap, few.T @ gap]) + pull * (change - centre)
        return float(cost), slope.ravel()

    with threadpool_limits(1):  # sums this small cost more to share out than to do
        found = minimize(loss, centre.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x
    return _assembled(used, found.reshape(centre.shape))


def _assembled(used: NDArray[np.int64], found: NDArray[np.float64]) -> BrandModel:
    """Return a model of the rows of hashed features in use and of all others, as `adapt` orders them."""
    size, few = 1 << SHRUNK, found[len(used) :].astype(np.float32)
    hashed = np.zeros((2 * size, 3), np.float32)
    hashed[used] = found[: len(used)]
    mix = few[WIDTH : WIDTH + 3] if len(used) else np.eye(3, dtype=np.float32)
    return BrandModel(hashed[:size], hashed[size:], few[-1], few[:WIDTH], mix)


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
