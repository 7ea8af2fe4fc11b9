"""Heads of intents learned from the project's own corpus, and honest figures of how well; needs scikit-learn."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from app import registry
from app.domain.analysis import INTENTS, NOT_ANALYSED
from app.domain.mention import Author, Mention
from ingest.intents.fallback import told_by_cues
from ingest.intents.heads import TABLE, WEIGHTS, Floats, Heads, save, shortened
from ingest.intents.reading import groups, names, read
from ingest.learning.examples import Example, corpus
from ingest.learning.features import BITS, WIDTH, Bag, chunks

FOLDS = 10
HASHED = 4.0
"""How much the hashed features weigh beside the columns; found by cross-validation, like the two below."""
LEXICAL = 0.5
STRENGTH = 1.0
"""Scikit-learn's C: the smaller, the closer to zero the weights stay."""
SMOOTH = 9
"""Texts over which F1 is averaged when a threshold is chosen."""

Truth = NDArray[np.bool_]


def train(out: Path = WEIGHTS, examples: Sequence[Example] | None = None) -> dict[str, Any]:
    """Learn heads from labelled texts, write them and `<out>.json` with their figures, and return the figures.

    Without `examples` from the project's own corpus. Held examples are only measured; folds are whole files, so that a
    head is judged on domains it has not seen.
    """
    everything = corpus() if examples is None else list(examples)
    taught = [one for one in everything if not one.held]
    held = [one for one in everything if one.held]
    rows, truth = matrix(taught), truth_of(taught)
    domains = [one.source for one in taught]
    sums = _folded(rows, truth, domains, np.ones(rows.shape[1], np.bool_))
    heads = calibrated(_fit(rows, truth), sums, truth)
    save(heads, out)
    figures = {
        "texts": len(taught),
        "positives": {intent: int(truth[:, n].sum()) for n, intent in enumerate(INTENTS)},
        "thresholds": {intent: round(float(heads.threshold[n]), 3) for n, intent in enumerate(INTENTS)},
        "folds": _by_language(taught, truth, _chosen(sums, truth, domains)),
        "folds, model alone": _by_language(
            taught, truth, _chosen(_folded(rows, truth, domains, _without_cues()), truth, domains)
        ),
        "folds, cues alone": _by_language(taught, truth, cues_alone(taught)),
    }
    if held:
        told, scores = judged(heads, held)
        figures["held"] = _by_language(held, truth_of(held), told)
        figures["held, cues alone"] = _by_language(held, truth_of(held), cues_alone(held))
        figures["held, with the analyzer's rules"] = _by_language(held, truth_of(held), by_rules(held, out))
        figures["held, mean distance of score and truth"] = round(float(np.abs(scores - truth_of(held)).mean()), 4)
    out.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return figures


def truth_of(examples: Sequence[Example]) -> Truth:
    """Return shape (texts, intents)."""
    return np.array([[intent in one.intents for intent in INTENTS] for one in examples], np.bool_)


def matrix(examples: Sequence[Example]) -> Any:
    """Return the readings of texts as scipy's CSR: words, letters, columns."""
    from scipy import sparse

    parts = []
    texts = [one.text for one in examples]
    weights = np.ones(len(names()), np.float32)
    weights[:WIDTH] = LEXICAL
    for first, last in chunks(texts):
        reading = read(texts[first:last], [one.language for one in examples[first:last]])
        hashed = [_sparse(bag) for bag in (reading.features.words, reading.features.letters)]
        parts.append(sparse.hstack([*hashed, sparse.csr_array(reading.columns * weights)], format="csr"))
    return _narrow(sparse.vstack(parts, format="csr"))


def judged(heads: Heads, examples: Sequence[Example]) -> tuple[Truth, Floats]:
    """Return which intents the heads tell, and the scores, both of shape (texts, intents)."""
    texts = [one.text for one in examples]
    scores = [
        heads.score(read(texts[first:last], [one.language for one in examples[first:last]]))
        for first, last in chunks(texts)
    ]
    found = np.concatenate(scores)
    return found >= heads.threshold, found


def cues_alone(examples: Sequence[Example]) -> Truth:
    """Return which intents cues tell without a model."""
    told = [told_by_cues(one.text, one.language) for one in examples]
    return np.array([[intent in found for intent in INTENTS] for found in told], np.bool_)


def by_rules(examples: Sequence[Example], path: Path) -> Truth:
    """Return which intents the whole analysis tells under the heads of a file: language known, sentiment judged."""
    spoken = tuple(sorted({one.language for one in examples}))
    mentions = [Mention("train", str(number), 0.0, one.text, Author("")) for number, one in enumerate(examples)]
    found = [msgspec.structs.replace(NOT_ANALYSED, language=one.language) for one in examples]
    found = registry.load("analyzers", "sentiment")(spoken).analyse(mentions, found)
    found = registry.load("analyzers", "intent")(spoken, path=path).analyse(mentions, found)
    told = [{intent.label for intent in one.intents} for one in found]
    return np.array([[intent in one for intent in INTENTS] for one in told], np.bool_)


def f1(truth: Truth, told: Truth) -> NDArray[np.float64]:
    """Return the F1 of each column."""
    return np.asarray(2 * (truth & told).sum(0) / np.maximum(truth.sum(0) + told.sum(0), 1), np.float64)


def calibrated(heads: Heads, sums: Floats, truth: Truth) -> Heads:
    """Set slopes, intercepts (Platt 1999) and thresholds from sums of texts that were not learned from."""
    from sklearn.linear_model import LogisticRegression

    slope, intercept, threshold = (np.zeros(len(INTENTS), np.float32) for _ in range(3))
    for n in range(len(INTENTS)):
        curve = LogisticRegression(C=1e3).fit(sums[:, [n]], truth[:, n])
        slope[n], intercept[n] = curve.coef_[0, 0], curve.intercept_[0]
        threshold[n] = 1 / (1 + np.exp(-(best_cut(sums[:, n], truth[:, n]) * slope[n] + intercept[n])))
    return replace(heads, slope=slope, intercept=intercept + slope * heads.intercept, threshold=threshold)


def best_cut(sums: Floats, truth: Truth) -> float:
    """Return the sum from which on telling a text earns the highest F1, smoothed over neighbours."""
    order = np.argsort(-sums)
    hits = np.cumsum(truth[order])
    curve = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    width = min(SMOOTH, len(order))
    return float(sums[order[np.convolve(curve, np.ones(width) / width, "same").argmax()]])


def _fit(rows: Any, truth: Truth) -> Heads:
    weights, intercept = np.zeros((rows.shape[1], len(INTENTS)), np.float32), np.zeros(len(INTENTS), np.float32)
    for n in range(len(INTENTS)):
        weights[:, n], intercept[n] = _logistic(rows, truth[:, n])
    size = 1 << TABLE
    words, scale = shortened(weights[:size] * HASHED)
    letters, other = shortened(weights[size : 2 * size] * HASHED)
    columns = weights[2 * size :]
    columns[:WIDTH] *= LEXICAL
    nothing = np.zeros(len(INTENTS), np.float32)
    return Heads(words, letters, np.array([scale, other]), columns, intercept, nothing + 1, nothing)


def _folded(rows: Any, truth: Truth, domains: Sequence[str], used: Truth) -> Floats:
    """Return sums (texts, intents) under heads that have not seen the domain; only columns that are `used` count."""
    from sklearn.model_selection import GroupKFold

    rows = _narrow(rows[:, np.flatnonzero(used)])
    sums = np.zeros(truth.shape, np.float32)
    for seen, unseen in GroupKFold(min(FOLDS, len(set(domains)))).split(rows, groups=domains):
        for n in range(truth.shape[1]):
            weights, intercept = _logistic(rows[seen], truth[seen, n])
            sums[unseen, n] = rows[unseen] @ weights + intercept
    return sums


def _chosen(sums: Floats, truth: Truth, domains: Sequence[str]) -> Truth:
    """Return what is told when each domain's threshold comes from the others."""
    told = np.zeros(truth.shape, np.bool_)
    for domain in set(domains):
        own = np.array([one == domain for one in domains])
        for n in range(truth.shape[1]):
            told[own, n] = sums[own, n] >= best_cut(sums[~own, n], truth[~own, n])
    return told


def _logistic(rows: Any, truth: Truth) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=300, solver="liblinear").fit(rows, truth)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def _without_cues() -> Truth:
    used = np.ones(2 * (1 << TABLE) + len(names()), np.bool_)
    first = 2 * (1 << TABLE) + WIDTH
    used[first : first + len(groups())] = False
    return used


def _by_language(examples: Sequence[Example], truth: Truth, told: Truth) -> dict[str, dict[str, float]]:
    """Return macro-F1 and the F1 of each intent, in percent, by language."""
    spoken = np.array([one.language for one in examples])
    found: dict[str, dict[str, float]] = {}
    for language in (*sorted(set(spoken.tolist())), "all"):
        rows = (spoken == language) | (language == "all")
        each = f1(truth[rows], told[rows])
        found[language] = {"macro": round(100 * float(each.mean()), 1)}
        found[language] |= {intent: round(100 * float(one), 1) for intent, one in zip(INTENTS, each, strict=True)}
    return found


def _narrow(rows: Any) -> Any:
    """Give a sparse matrix the 32-bit places that scikit-learn wants."""
    rows.indices, rows.indptr = rows.indices.astype(np.int32), rows.indptr.astype(np.int32)
    return rows


def _sparse(bag: Bag) -> Any:
    from scipy import sparse

    values = np.repeat(bag.scale * np.float32(HASHED), np.diff(bag.pointers))
    places = bag.indices >> (BITS - TABLE)
    found = sparse.csr_array((values, places, bag.pointers), shape=(len(bag.scale), 1 << TABLE))
    found.sum_duplicates()
    return found
