"""What lexica say of each token and each text of a batch: polarity with negation, compounds, contrast and signs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.learning.characters import WORD
from ingest.learning.hashing import Hashes, Rolling
from ingest.learning.lexica import (
    BREAKS,
    COLUMNS,
    ENGLISH,
    FINAL,
    GERMAN,
    KEEPS,
    NEGATES,
    ONLY,
    SIGNS,
    STRENGTH,
    SUBJECTIVE,
    TWISTS,
    VADER,
    lexica,
)
from ingest.learning.tokens import HANDLE, LINK, Tokens

Floats = NDArray[np.float32]

REACH = 4
"""Tokens a negation reaches forward, and back where it stands behind the verb (German)."""
SPOILT, SOFTENED = -0.7, -0.5
"""What is left of a negated good word, and of a negated bad one."""
DAMPING = 0.3
"""Keeps one weak word from speaking as loudly as many strong ones."""
_COMPOUND, _SUFFIX, _CUTS = 9, 5, 14
_FAR = 1 << 40
_VOICES = (GERMAN, ENGLISH, VADER, SIGNS)
PER_VOICE = 7
WIDTH = len(_VOICES) * PER_VOICE + 18
"""Number of dense features of a text."""


class Assessment(NamedTuple):
    """Polarity by token and lexicon, negation applied, and which tokens stand under a negation."""

    weights: Floats
    """Shape (tokens, 4): German, English, VADER, signs."""
    negated: NDArray[np.bool_]
    flags: NDArray[np.uint8]
    subjective: Floats


def assess(tokens: Tokens, rolling: Rolling, hashes: Hashes) -> Assessment:
    """Look up all tokens at once; inflections stand in the tables, compounds speak by their last part."""
    count = len(hashes)
    found, flags = np.zeros((count, COLUMNS), np.float32), np.zeros(count, np.uint8)
    table = lexica().words
    places, rows = table.find(hashes)
    found[places], flags[places] = table.weights[rows], table.flags[rows]
    _compounds(tokens, rolling, found, places)
    fixed = _phrases(tokens, rolling, found)
    before, after = _negated(tokens, flags)
    strength = found[:, STRENGTH]
    if count:
        lift = np.where(strength[:-1] > 0, strength[:-1], 1.0)
        found[1:, :VADER] *= np.where(tokens.text[1:] == tokens.text[:-1], lift, 1.0)[:, None]
    weights = found[:, :STRENGTH][:, list(_VOICES)].copy()
    kept = fixed | ((flags & KEEPS) > 0)
    for column, negated in ((0, before | after), (1, before), (2, before)):
        worth = weights[:, column]
        turned = np.where(worth > 0, SPOILT, SOFTENED) * worth
        weights[:, column] = np.where(negated & ~kept, turned, worth)
    return Assessment(weights, before | after, flags, found[:, SUBJECTIVE])


def _compounds(tokens: Tokens, rolling: Rolling, found: Floats, known: NDArray[np.int64]) -> None:
    """Give an unknown German compound the weight of the longest known head at its end."""
    length = tokens.end - tokens.start
    open_ = (length >= _COMPOUND) & (tokens.kind == WORD)
    open_[known] = False
    words = np.flatnonzero(open_)
    if not len(words):
        return
    cuts = np.arange(_CUTS) + 3
    begin = tokens.start[words][:, None] + cuts
    fits = begin <= (tokens.end[words] - _SUFFIX)[:, None]
    heads = rolling.of(begin[fits], np.repeat(tokens.end[words], fits.sum(1)))
    places, rows = lexica().heads.find(heads)
    owner = np.repeat(words, fits.sum(1))[places]
    owner, first = np.unique(owner, return_index=True)
    found[owner, GERMAN] = lexica().heads.weights[rows[first], GERMAN]


def _phrases(tokens: Tokens, rolling: Rolling, found: Floats) -> NDArray[np.bool_]:
    """Let a known phrase of three or two words stand for all its words; say which words those are."""
    fixed = np.zeros(len(found), np.bool_)
    table = lexica().phrases
    for size in (2, 3):
        if len(tokens.text) < size:
            continue
        heads = np.flatnonzero(tokens.text[size - 1 :] == tokens.text[: len(tokens.text) - size + 1])
        hashes = rolling.of(tokens.start[heads], tokens.end[heads + size - 1])
        places, rows = table.find(hashes)
        for step in range(size):
            at = heads[places] + step
            fixed[at] = True
            found[at, GERMAN : VADER + 1] = 0
            if step == size - 1:
                found[at, GERMAN : ENGLISH + 1] = table.weights[rows, GERMAN : ENGLISH + 1]
    return fixed


def _negated(tokens: Tokens, flags: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of each token whether a negation before it, or a German one behind the verb, reaches it."""
    count = len(flags)
    if not count:
        return np.zeros(0, np.bool_), np.zeros(0, np.bool_)
    place = np.arange(count)
    opens = np.r_[True, tokens.text[1:] != tokens.text[:-1]]
    stops = (flags & BREAKS) > 0
    only = np.r_[(flags[1:] & ONLY) > 0, False]
    negates = ((flags & NEGATES) > 0) & ~only
    last = np.maximum.accumulate(np.where(negates, place, -_FAR))
    last = np.r_[-_FAR, last[:-1]]
    wall = np.maximum.accumulate(np.where(stops, place, np.where(opens, place - 1, -_FAR)))
    before = (place - last <= REACH) & (last > np.minimum(wall, place - 1)) & ~stops
    before &= last >= np.maximum.accumulate(np.where(opens, place, 0))
    final = (flags & FINAL) > 0
    following = np.minimum.accumulate(np.where(final, place, _FAR)[::-1])[::-1]
    following = np.r_[following[1:], _FAR]
    closes = np.r_[opens[1:], True]
    barrier = np.minimum.accumulate(np.where(stops, place, np.where(closes, place + 1, _FAR))[::-1])[::-1]
    after = (following - place <= REACH) & (following < barrier) & ~stops
    return before, after & ~before


def dense(tokens: Tokens, found: Assessment) -> Floats:
    """Return shape (texts, `WIDTH`): what each lexicon says of each text, and marks, capitals, length."""
    count = tokens.texts
    text = tokens.text
    out = np.zeros((count, WIDTH), np.float32)
    late = _late(tokens, found.flags)
    size = np.bincount(text, minlength=count)
    place = np.arange(len(text)) - np.repeat(np.cumsum(size) - size, size)
    ending = (place + 1) / np.maximum(np.repeat(size, size), 1)
    for voice in range(len(_VOICES)):
        worth = found.weights[:, voice]
        good, bad = np.maximum(worth, 0), np.maximum(-worth, 0)
        up, down = _sum(text, good, count), _sum(text, bad, count)
        column = voice * PER_VOICE
        out[:, column] = (up - down) / np.sqrt(DAMPING + up + down)
        out[:, column + 1] = np.sqrt(up)
        out[:, column + 2] = np.sqrt(down)
        out[:, column + 3] = (up - down) / np.sqrt(size + 1.0)
        out[:, column + 4] = np.tanh(_sum(text, worth * late, count))
        out[:, column + 5] = np.tanh(_sum(text, worth * ending, count))
        out[:, column + 6] = (up + down) > 0
    _marks(out[:, len(_VOICES) * PER_VOICE :], tokens, found, size)
    return out


def _late(tokens: Tokens, flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which tokens stand behind the last contrasting word ("but", "aber") of their text."""
    contrast = np.flatnonzero(((flags & BREAKS) > 0) & (tokens.kind == WORD))
    last = np.full(tokens.texts, -1)
    last[tokens.text[contrast]] = contrast
    owner = last[tokens.text]
    return (owner >= 0) & (np.arange(len(tokens.text)) > owner)


def _sum(text: NDArray[np.int64], values: NDArray[np.generic], count: int) -> NDArray[np.float64]:
    return np.bincount(text, weights=values, minlength=count).astype(np.float64, copy=False)


def _marks(out: Floats, tokens: Tokens, found: Assessment, size: NDArray[np.int64]) -> None:
    text, count = tokens.text, tokens.texts
    codes = tokens.codes[tokens.start]
    length = tokens.end - tokens.start
    twist = np.minimum(_sum(text, (found.flags & TWISTS) > 0, count), 1)
    root = np.sqrt(size + 1.0)
    counted = {
        "!": codes == ord("!"), "!!": (codes == ord("!")) & (length > 1), "?": codes == ord("?"),
        ".": codes == ord("."), "..": (codes == ord(".")) & (length > 1), '"': codes == ord('"'),
        "link": codes == LINK, "handle": codes == HANDLE, "number": codes == ord("0"), "#": codes == ord("#"),
        "upper": tokens.upper, "long": tokens.long, "negation": (found.flags & NEGATES) > 0,
    }  # fmt: skip
    for column, chosen in enumerate(counted.values()):
        out[:, column] = np.minimum(np.sqrt(_sum(text, chosen, count)), 2)
    out[:, 13] = twist
    out[:, 14] = twist * np.maximum(_spoken(found, text, count), 0)
    out[:, 15] = np.log1p(size) / 3
    out[:, 16] = _sum(text, found.subjective, count) / root
    out[:, 17] = 1.0 / root


def _spoken(found: Assessment, text: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Return the sum of the words' polarity, signs left out."""
    return np.tanh(_sum(text, found.weights[:, :3].sum(1), count))
