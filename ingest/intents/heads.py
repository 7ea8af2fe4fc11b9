"""One linear head per intent over a reading: scores, thresholds, and the words that spoke for a verdict."""

import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.analysis import INTENTS
from app.errors import WrongInput
from ingest.intents.reading import EDITION, Reading, names
from ingest.learning.features import BITS, Bag

WEIGHTS = Path(__file__).parent.parent / "models" / "intent.npz"
TABLE = 16
"""Tables of hashed features have 2^TABLE rows here; the featurizer's indices are shortened to that."""
MOST = 3
"""Stretches of words shown as evidence at most."""
SHARE = 0.35
"""Of what the strongest word speaks for, from which on another word is evidence too."""

Floats = NDArray[np.float32]


class Heads(NamedTuple):
    """Weights in the order of `INTENTS`."""

    words: NDArray[np.int8]
    """Shape (2^TABLE, intents), to be multiplied by `scale[0]`."""
    letters: NDArray[np.int8]
    """Shape (2^TABLE, intents), to be multiplied by `scale[1]`."""
    scale: Floats
    """Shape (2, intents)."""
    columns: Floats
    """Shape (columns of a reading, intents)."""
    intercept: Floats
    slope: Floats
    """Shape (intents): a score is the logistic of slope·sum + intercept."""
    threshold: Floats
    """Shape (intents): from which score on an intent is told."""

    def score(self, reading: Reading) -> Floats:
        """Return scores from 0 to 1, shape (texts, intents)."""
        features = reading.features
        total = reading.columns @ self.columns
        total += _sums(features.words, self.words) * self.scale[0]
        total += _sums(features.letters, self.letters) * self.scale[1]
        return np.asarray(1 / (1 + np.exp(-np.clip(total * self.slope + self.intercept, -30, 30))), np.float32)

    def telling(self, reading: Reading, text: int, intent: int) -> list[tuple[int, int, float]]:
        """Return the places `[start, end)` of the words of one text that spoke most for one intent, and how much."""
        tokens = reading.features.tokens
        low, high = (int(at) for at in np.searchsorted(tokens.text, (text, text + 1)))
        worth = np.zeros(high - low)
        for bag, table, scale in (
            (reading.features.words, self.words, self.scale[0, intent]),
            (reading.features.letters, self.letters, self.scale[1, intent]),
        ):
            span = slice(int(bag.pointers[text]), int(bag.pointers[text + 1]))
            said = table[bag.indices[span] >> (BITS - TABLE), intent] * (scale * bag.scale[text])
            worth += np.bincount(bag.owner[span] - low, weights=said, minlength=high - low)
        if not len(worth) or worth.max() <= 0:
            return []
        best = [int(n) for n in np.argsort(-worth)[:MOST] if worth[n] > SHARE * worth.max()]
        return [(int(tokens.first[low + n]), int(tokens.last[low + n]), float(worth[n])) for n in sorted(best)]


def load(path: Path = WEIGHTS) -> Heads:
    """Read heads from disk; raises `WrongInput` with a sentence where they are missing, broken or outdated."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["edition"]) != EDITION or tuple(kept["names"]) != names() or tuple(kept["intents"]) != INTENTS:
                raise WrongInput(f"{path.name} was trained for another version; train it anew: emberwatch train")
            return Heads(**{field: kept[field] for field in Heads._fields})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise WrongInput(f"{path.name} cannot be read ({type(error).__name__}); train it: emberwatch train") from error


def save(heads: Heads, path: Path = WEIGHTS) -> None:
    """Write heads to disk, with what they were trained for."""
    about = {"edition": np.array(EDITION), "names": np.array(names()), "intents": np.array(INTENTS)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **heads._asdict(), **about)


def shortened(weights: NDArray[np.floating]) -> tuple[NDArray[np.int8], Floats]:
    """Return weights (rows, intents) as whole numbers up to 127, and what each column of them is multiplied by."""
    scale = np.maximum(np.abs(weights).max(0), 1e-9) / 127
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def _sums(bag: Bag, table: NDArray[np.int8]) -> Floats:
    out = np.zeros((len(bag.pointers) - 1, table.shape[1]), np.float32)
    filled = np.flatnonzero(np.diff(bag.pointers))
    if len(filled):
        picked = table[bag.indices >> (BITS - TABLE)].astype(np.int32)
        out[filled] = np.add.reduceat(picked, bag.pointers[:-1][filled], axis=0)
    return out * bag.scale[:, None]
