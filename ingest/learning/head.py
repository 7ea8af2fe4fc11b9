"""A head: the weights that turn features into one score a class, quantised to a byte each, and its file."""

import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import WrongInput
from ingest.learning.features import BITS, VERSION, WIDTH, Bag, Features

GROUPS = ("de", "en", "other", "unknown")
"""Languages that weigh lexicon features in their own way; `unknown` is the mean of the three others."""
LEARNED = 3
_STEPS = 127

Floats = NDArray[np.float32]


def groups(languages: Sequence[str]) -> NDArray[np.int64]:
    """Return the place in `GROUPS` of each ISO 639-1 code or "unknown"."""
    return np.array([GROUPS.index(one) if one in GROUPS else 2 for one in languages], np.int64)


class Table(NamedTuple):
    """Weights of hashed features, a byte each: `steps` (2^BITS, classes) times `unit` (classes)."""

    steps: NDArray[np.int8]
    unit: Floats

    def sums(self, bag: Bag) -> Floats:
        """Return shape (texts, classes)."""
        return bag.sums(self.steps) * self.unit


class Head(NamedTuple):
    """Everything that scores texts; `labels` names the classes."""

    labels: tuple[str, ...]
    words: Table
    letters: Table
    dense: Floats
    """Shape (groups, `WIDTH`, classes)."""
    bias: Floats
    """Shape (groups, classes)."""

    def scores(self, features: Features, group: NDArray[np.int64]) -> Floats:
        """Return shape (texts, classes); `group` is the place of each text's language in `GROUPS`."""
        found = self.words.sums(features.words) + self.letters.sums(features.letters) + self.bias[group]
        for number in np.unique(group):
            chosen = group == number
            found[chosen] += features.dense[chosen] @ self.dense[number]
        return found


def quantised(weights: Floats) -> Table:
    """Return float weights (2^BITS, classes) as a table of bytes; the few beyond the 99.99th percentile are cut."""
    size = np.abs(weights)
    most = np.array([np.quantile(column[column > 0], 0.9999) if column.any() else 1.0 for column in size.T])
    unit = (most / _STEPS).astype(np.float32)
    return Table(np.clip(np.rint(weights / unit), -_STEPS, _STEPS).astype(np.int8), unit)


def assembled(labels: Sequence[str], coefficients: Floats, intercept: Floats, shared: float) -> Head:
    """Return the head of learned coefficients (see `matrix.WHOLE` for their order), shape (features, classes)."""
    half = 1 << BITS
    common = coefficients[2 * half : 2 * half + WIDTH]
    rest = coefficients[2 * half + WIDTH :].reshape(LEARNED, WIDTH + 1, -1)
    rest = np.concatenate([rest, rest.mean(0, keepdims=True)])
    return Head(
        labels=tuple(labels),
        words=quantised(coefficients[:half]),
        letters=quantised(coefficients[half : 2 * half]),
        dense=(common + shared * rest[:, :WIDTH]).astype(np.float32),
        bias=(rest[:, WIDTH] + intercept).astype(np.float32),
    )


def save(path: Path, heads: dict[str, Head], facts: dict[str, Any]) -> None:
    """Write heads and facts about them into one file; the same ones make the same bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, head in heads.items():
        for part, table in (("words", head.words), ("letters", head.letters)):
            arrays[f"{name}.{part}"] = np.ascontiguousarray(table.steps.T)
            arrays[f"{name}.{part}.unit"] = table.unit
        arrays[f"{name}.dense"], arrays[f"{name}.bias"] = head.dense, head.bias
    about = facts | {"features": VERSION, "heads": {name: list(head.labels) for name, head in heads.items()}}
    arrays["about"] = np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load(path: Path) -> tuple[dict[str, Head], dict[str, Any]]:
    """Return the heads of a file and the facts about them; raise `WrongInput` with a sentence if it cannot be used."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        facts = json.loads(arrays["about"].tobytes())
        if facts["features"] != VERSION:
            raise WrongInput(
                f"The model {path.name} was learned for features {facts['features']}, this version reads {VERSION}. "
                f"Train it anew with `emberwatch train --out {path}`."
            )
        return {name: _head(name, labels, arrays) for name, labels in facts["heads"].items()}, facts
    except FileNotFoundError as error:
        raise WrongInput(
            f"The model {path.name} is missing. Reinstall the package or run `emberwatch train --out {path}`."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> WrongInput:
    """Return the sentence for a file that cannot be read as a model."""
    return WrongInput(
        f"The model {path.name} is damaged ({type(error).__name__}). "
        f"Reinstall the package or run `emberwatch train --out {path}`."
    )


def _head(name: str, labels: list[str], arrays: dict[str, NDArray[Any]]) -> Head:
    words, letters = (Table(arrays[f"{name}.{part}"].T, arrays[f"{name}.{part}.unit"]) for part in ("words", "letters"))
    head = Head(tuple(labels), words, letters, arrays[f"{name}.dense"], arrays[f"{name}.bias"])
    size, count = (1 << BITS, len(labels)), len(labels)
    if not words.steps.shape == letters.steps.shape == size or head.dense.shape != (len(GROUPS), WIDTH, count):
        raise ValueError("shapes do not fit")
    return head
