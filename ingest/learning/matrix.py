"""Labelled texts as one sparse matrix, and linear heads fitted on it; training only (scikit-learn)."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ingest.learning.features import BITS, WIDTH, Bag, chunks, featurize
from ingest.learning.head import LEARNED, Head, assembled, groups

WHOLE = 2 * (1 << BITS) + WIDTH + LEARNED * (WIDTH + 1)
"""Columns: words, letters, dense features of all, then by language group the dense features again and a one."""

ROUNDS = 60
"""Passes over the texts at most."""
SHARED = 0.3
"""How freely a group of languages may differ from the others in what lexicon features weigh."""

Floats = NDArray[np.float32]


def matrix(texts: Sequence[str], languages: Sequence[str]) -> Any:
    """Return shape (texts, `WHOLE`) as scipy's CSR in single precision."""
    from scipy import sparse

    group = groups(languages)
    parts = []
    for first, last in chunks(texts):
        features = featurize(texts[first:last])
        rows = [_sparse(features.words), _sparse(features.letters)]
        tail = np.concatenate([features.dense * SHARED, np.ones((last - first, 1), np.float32)], axis=1)
        shares = _shares(group[first:last])
        rows.append(sparse.csr_array(features.dense))
        rows += [sparse.csr_array(tail * shares[:, [number]]) for number in range(LEARNED)]
        parts.append(sparse.hstack(rows, format="csr", dtype=np.float32))
    found = sparse.vstack(parts, format="csr")
    found.indices, found.indptr = found.indices.astype(np.int32), found.indptr.astype(np.int32)  # as LIBLINEAR wants
    return found


def fit(
    rows: Any, classes: ArrayLike, weights: ArrayLike | None = None, *, strength: float = 0.05
) -> tuple[Floats, Floats]:
    """Fit linear support vectors, each class against the rest (LIBLINEAR's dual coordinate descent, squared hinge).

    Return coefficients (`WHOLE`, classes) and intercepts (classes). `classes` are numbers (texts) for one of several,
    or booleans (texts, classes) for several at once. `strength` is C: the smaller, the closer to zero the weights stay.
    Scores are no probabilities: calibrate them on texts that were held out.
    """
    from scipy import sparse
    from sklearn.svm import LinearSVC

    targets = np.asarray(classes)
    table = targets if targets.ndim > 1 else targets[:, None] == np.arange(targets.max() + 1)
    worth = rarity(rows)
    wide = (rows.astype(np.float64) @ sparse.diags_array(worth)).tocsr()
    wide.indices, wide.indptr = wide.indices.astype(np.int32), wide.indptr.astype(np.int32)
    found, intercepts = [], []
    for column in table.T:
        model = LinearSVC(C=strength, dual=True, tol=0.05, max_iter=ROUNDS, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a model that stops at ROUNDS is as good as one that runs on
            model.fit(wide, column, sample_weight=weights)
        found.append((model.coef_[0] * worth).astype(np.float32))
        intercepts.append(float(model.intercept_[0]))
    return np.stack(found, axis=1), np.array(intercepts, np.float32)


def rarity(rows: Any) -> NDArray[np.float64]:
    """Return what each column counts while weights are learned: hashed ones the more, the fewer texts have them.

    The root of the inverse document frequency (Spärck Jones 1972), which the weights take in, so that reading costs
    nothing; on average over the features of texts it is one, for words and letters alike.
    """
    often = np.bincount(rows.indices, minlength=rows.shape[1])
    found = np.ones(rows.shape[1])
    for part in (slice(0, 1 << BITS), slice(1 << BITS, 2 << BITS)):
        rare = np.log((rows.shape[0] + 1) / (often[part] + 1))
        mean = (often[part] * rare).sum() / max(often[part].sum(), 1)
        found[part] = np.sqrt(np.maximum(rare, 0) / mean) if mean > 0 else 1.0
    return found


def fit_head(
    labels: Sequence[str], rows: Any, classes: ArrayLike, weights: ArrayLike | None = None, *, strength: float = 0.05
) -> Head:
    """Fit and quantise a head whose classes are `labels`."""
    return assembled(labels, *fit(rows, classes, weights, strength=strength), SHARED)


def _sparse(bag: Bag) -> Any:
    from scipy import sparse

    values = np.repeat(bag.scale, np.diff(bag.pointers))
    found = sparse.csr_array((values, bag.indices, bag.pointers), shape=(len(bag.scale), 1 << BITS), copy=True)
    found.sum_duplicates()
    return found


def _shares(group: NDArray[np.int64]) -> Floats:
    """Return how much each learned group has of a text: all or nothing, a third each where the language is unknown."""
    return np.concatenate([np.eye(LEARNED), np.full((1, LEARNED), 1 / LEARNED)]).astype(np.float32)[group]
