"""German sentences that begin with the word that counts and end with the negation that turns it.

"Zufrieden bin ich mit der Lösung nicht": the whole sentence lies between the two, farther than any n-gram reaches.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.learning.characters import WORD
from ingest.learning.features import Features
from ingest.learning.lexica import FINAL

TELLING = 0.3
"""Weight from which the first word counts."""
_STOPS = frozenset(".!?;:…\n")


def turned(texts: Sequence[str], features: Features, likely: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which texts are such a sentence and judged by their first word alone; `likely` has shape (texts, 3)."""
    row, found = features.tokens, features.assessment
    out = np.zeros(row.texts, np.bool_)
    words = np.flatnonzero(row.kind == WORD)
    if not len(words):
        return out
    owner = row.text[words]
    firsts = words[np.r_[True, owner[1:] != owner[:-1]]]
    lasts = words[np.r_[owner[1:] != owner[:-1], True]]
    worth = found.weights[firsts, 0]
    leaning = likely[row.text[firsts], 2] - likely[row.text[firsts], 0]
    fits = (np.abs(worth) >= TELLING) & ~found.negated[firsts] & ((found.flags[lasts] & FINAL) > 0)
    fits &= (np.sign(worth) == np.sign(leaning)) & (firsts < lasts)
    for first, last in zip(firsts[fits], lasts[fits], strict=True):
        text = int(row.text[first])
        out[text] = _STOPS.isdisjoint(texts[text][int(row.first[first]) : int(row.first[last])])
    return out
