"""One linear head per intent over a reading: scores, thresholds, and the words that spoke for a verdict."""

import zipfile
import zlib
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

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
_LIFT = 127
"""Makes every weight a number from 0 to 254."""
_HALF = 32

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Heads:
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
        words, letters = self._pairs
        count = len(self.intercept)
        total += _sums(features.words, words)[:, :count] * self.scale[0]
        total += _sums(features.letters, letters)[:, :count] * self.scale[1]
        return np.asarray(1 / (1 + np.exp(-np.clip(total * self.slope + self.intercept, -30, 30))), np.float32)

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return _packed(self.words), _packed(self.letters)

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
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if str(kept["edition"]) != EDITION or tuple(kept["names"]) != names() or tuple(kept["intents"]) != INTENTS:
                raise WrongInput(f"{path.name} was trained for another version. {_anew(path)}")
            return Heads(**{field.name: kept[field.name] for field in fields(Heads)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise WrongInput(f"{path.name} cannot be read ({type(error).__name__}). {_anew(path)}") from error


def _anew(path: Path) -> str:
    return f"Reinstall the package or run `emberwatch train --what intent --out {path}`."


def save(heads: Heads, path: Path = WEIGHTS) -> None:
    """Write heads to disk, with what they were trained for."""
    about = {"edition": np.array(EDITION), "names": np.array(names()), "intents": np.array(INTENTS)}
    weights = {field.name: getattr(heads, field.name) for field in fields(Heads)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **weights, **about)


def shortened(weights: NDArray[np.floating]) -> tuple[NDArray[np.int8], Floats]:
    """Return weights (rows, intents) as whole numbers up to 127, and what each column of them is multiplied by."""
    scale = np.maximum(np.abs(weights).max(0), 1e-9) / 127
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def _packed(table: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return shape (pairs of intents, 2^TABLE): two weights in one number, so that one sum adds up both."""
    raised = (
        np.concatenate([table, table[:, :1]], axis=1)[:, : 2 * ((table.shape[1] + 1) // 2)].astype(np.int64) + _LIFT
    )
    return np.ascontiguousarray((raised[:, 0::2] | (raised[:, 1::2] << _HALF)).T)


def _sums(bag: Bag, pairs: NDArray[np.int64]) -> Floats:
    """Return the weights of each text, added up and scaled, shape (texts, two for each pair)."""
    size = np.diff(bag.pointers)
    filled = np.flatnonzero(size)
    out = np.zeros((len(size), 2 * len(pairs)), np.float32)
    if len(filled):
        places, begins, lift = bag.indices >> (BITS - TABLE), bag.pointers[:-1][filled], size[filled] * _LIFT
        for number, pair in enumerate(pairs):
            both = np.add.reduceat(pair[places], begins)
            out[filled, 2 * number] = (both & ((1 << _HALF) - 1)) - lift
            out[filled, 2 * number + 1] = (both >> _HALF) - lift
    return out * bag.scale[:, None]
