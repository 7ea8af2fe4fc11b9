"""Near-copies among texts, found by MinHash over their words (Broder 1997) in numpy, 20 µs a text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.learning.characters import SIGN, WORD
from ingest.learning.features import chunks
from ingest.learning.hashing import Rolling, powers
from ingest.learning.tokens import HANDLE, LINK, tokens

BANDS, ROWS = 20, 3
ALIKE = 0.55
"""Share of equal minima (about the Jaccard similarity of the words) from which two texts are near-copies."""
_SEED = 0xA24BAED4963EE407

Signatures = NDArray[np.uint64]


def signatures(texts: Sequence[str]) -> Signatures:
    """Return shape (texts, `BANDS`·`ROWS`); links and handles do not count, a text without words is like no other."""
    factors = powers(_SEED, BANDS * ROWS + 1)[1:] | np.uint64(1)
    found = np.random.default_rng(0).integers(0, 1 << 63, (len(texts), BANDS * ROWS), np.uint64)
    for first, last in chunks(texts):
        row = tokens(texts[first:last])
        code = row.codes[row.start]
        keep = ((row.kind == WORD) | (row.kind == SIGN)) & (code != LINK) & (code != HANDLE)
        if not keep.any():
            continue
        hashes = Rolling(row.codes).of(row.start[keep], row.end[keep])
        known, begins = np.unique(row.text[keep], return_index=True)
        for place, factor in enumerate(factors):
            spread = (hashes ^ (hashes >> np.uint64(29))) * factor
            found[first + known, place] = np.minimum.reduceat(spread ^ (spread >> np.uint64(32)), begins)
    return found


def like_any(rows: Signatures, others: Signatures) -> NDArray[np.bool_]:
    """Say of each row whether it is a near-copy of any of the others."""
    found = np.zeros(len(rows), np.bool_)
    if not len(others):
        return found
    for mine, theirs in zip(_keys(rows), _keys(others), strict=True):
        order = np.argsort(theirs, kind="stable")
        place = np.searchsorted(theirs[order], mine)
        place[place == len(order)] = 0
        partner = order[place]
        found |= (theirs[partner] == mine) & ((rows == others[partner]).mean(1) >= ALIKE)
    return found


def first_of_its_kind(rows: Signatures) -> NDArray[np.bool_]:
    """Say of each row whether no earlier one is a near-copy of it."""
    keep = np.ones(len(rows), np.bool_)
    for band in range(BANDS):
        places = np.flatnonzero(keep)
        keys = _keys(rows[places])[band]
        _, leads, inverse = np.unique(keys, return_index=True, return_inverse=True)
        lead = places[leads][inverse]
        keep[places[(lead != places) & ((rows[places] == rows[lead]).mean(1) >= ALIKE)]] = False
    return keep


def _keys(rows: Signatures) -> list[NDArray[np.uint64]]:
    factors = powers(_SEED, ROWS + 1)[1:]
    return [(rows[:, band * ROWS : (band + 1) * ROWS] * factors).sum(1, dtype=np.uint64) for band in range(BANDS)]
