"""Texts of a batch as features: hashed words and letters, and what lexica say; numpy alone, one pass.

One pass serves all heads: `Features.project` adds up the rows of any weight table, for sentiment and intents alike.
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from threading import local
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.learning.characters import WORD
from ingest.learning.hashing import BASE, Rolling, index
from ingest.learning.polarity import WIDTH, Assessment, assess, dense
from ingest.learning.tokens import GAP, Tokens, tokens

VERSION = 1
"""Changes whenever the same text yields other features: weights of another version are refused."""
BITS = 18
"""A table of hashed features has 2^BITS rows for words and as many for letters."""
CHUNK = 40_000
"""Characters read at a time, so that the arrays stay in the cache of the processor."""
KEPT = 4
"""Batches remembered: as many as `CHUNK` cuts 100,000 characters into, and one."""
_UNIGRAM, _BIGRAM, _NEGATED, _LETTERS = 1, 2, 3, 10
_SIZES = (2, 3, 4, 5)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Bag(NamedTuple):
    """Hashed features in the order of their tokens."""

    indices: NDArray[np.int32]
    """From 0 to 2^BITS - 1."""
    owner: Ints
    """The token each stands for."""
    pointers: Ints
    """Shape (texts + 1): where the features of a text begin."""
    scale: Floats
    """Shape (texts): what each feature of a text counts, 1/√(number of features)."""

    def sums(self, weights: NDArray[np.generic]) -> Floats:
        """Return shape (texts, classes): the weights (2^BITS, classes) of each text, added up and scaled."""
        out = np.zeros((len(self.pointers) - 1, weights.shape[1]), np.float32)
        filled = np.flatnonzero(np.diff(self.pointers))
        if len(filled):
            begins = self.pointers[:-1][filled]
            for column in range(weights.shape[1]):
                picked = weights[:, column][self.indices].astype(np.float32, copy=False)
                out[filled, column] = np.add.reduceat(picked, begins)
        return out * self.scale[:, None]


class Features(NamedTuple):
    """The features of a batch and the tokens they come from."""

    tokens: Tokens
    assessment: Assessment
    words: Bag
    letters: Bag
    dense: Floats
    """Shape (texts, `WIDTH`)."""

    def project(self, words: NDArray[np.generic], letters: NDArray[np.generic], lexical: Floats) -> Floats:
        """Return scores (texts, classes) under weight tables (2^BITS, classes) twice and (`WIDTH`, classes)."""
        return self.words.sums(words) + self.letters.sums(letters) + self.dense @ lexical


class _Newest(local):
    """The batches that this thread read last: sentiment and intents ask for the same ones one after another."""

    def __init__(self) -> None:
        self.read: deque[tuple[tuple[list[str], tuple[str, ...]], Features]] = deque(maxlen=KEPT)


_newest = _Newest()


def featurize(texts: Sequence[str], brands: tuple[str, ...] = ()) -> Features:
    """Return the features of one batch; keep batches below `CHUNK` characters where speed counts (`chunks`)."""
    asked = (list(texts), brands)
    for known, features in _newest.read:
        if known == asked:
            return features
    features = _featurized(texts, brands)
    _newest.read.append((asked, features))
    return features


def _featurized(texts: Sequence[str], brands: tuple[str, ...]) -> Features:
    row = tokens(texts, brands)
    rolling = Rolling(row.codes)
    hashes = rolling.of(row.start, row.end)
    found = assess(row, rolling, hashes)
    words, letters = _words(row, rolling, hashes, found), _letters(row, rolling)
    return Features(row, found, words, letters, dense(row, found))


def chunks(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return ranges of texts, each of at most about `CHUNK` characters."""
    cuts, filled = [0], 0
    for number, text in enumerate(texts):
        if filled and filled + len(text) > CHUNK:
            cuts.append(number)
            filled = 0
        filled += len(text)
    return list(pairwise([*cuts, len(texts)])) if texts else []


def _words(row: Tokens, rolling: Rolling, hashes: NDArray[np.uint64], found: Assessment) -> Bag:
    count = len(hashes)
    table = np.empty((count, 3), np.int32)
    valid = np.ones((count, 3), np.bool_)
    table[:, 0] = index(hashes, _UNIGRAM, BITS)
    if count:
        pairs = rolling.of(row.start, np.r_[row.end[1:], row.end[-1:]])
        table[:, 1] = index(pairs, _BIGRAM, BITS)
        valid[:, 1] = np.r_[row.text[1:] == row.text[:-1], False]
    table[:, 2] = index(hashes, _NEGATED, BITS)
    valid[:, 2] = found.negated & (row.kind == WORD)
    return _bag(table, valid, np.arange(count), row)


def _letters(row: Tokens, rolling: Rolling) -> Bag:
    """Take all stretches of 2 to 5 letters inside words, the space before and behind included (char_wb)."""
    codes, mixed = row.codes, rolling.mixed
    size = len(codes) - 1
    if size < 1:
        nothing = np.zeros((0, len(_SIZES)))
        return _bag(nothing.astype(np.int32), nothing > 0, np.zeros(0, np.int64), row)
    spaces = codes == GAP
    gaps = np.flatnonzero(spaces)
    token = np.cumsum(spaces[:size]) - 1
    limit = gaps[token + 1]
    table = np.empty((size, len(_SIZES)), np.int32)
    valid = np.empty((size, len(_SIZES)), np.bool_)
    place = np.arange(size)
    rolled = mixed[:size].copy()
    padded = np.concatenate([mixed, np.zeros(_SIZES[-1], np.uint64)])
    for column, length in enumerate(_SIZES):
        rolled *= np.uint64(BASE)
        rolled += padded[length - 1 : length - 1 + size]
        table[:, column] = index(rolled, _LETTERS + length, BITS)
        valid[:, column] = place + length - 1 <= limit
    return _bag(table, valid, token, row)


def _bag(table: NDArray[np.int32], valid: NDArray[np.bool_], owner: Ints, row: Tokens) -> Bag:
    """Take the valid features in order; `owner` says which token each row of the table belongs to."""
    width = valid.sum(1)
    per_text = np.bincount(row.text[owner], weights=width, minlength=row.texts).astype(np.int64)
    pointers = np.concatenate([[0], np.cumsum(per_text)])
    scale = (1 / np.sqrt(np.maximum(per_text, 1))).astype(np.float32)
    return Bag(table[valid], np.repeat(owner, width), pointers, scale)


__all__ = ["BITS", "CHUNK", "VERSION", "WIDTH", "Bag", "Features", "chunks", "featurize"]
