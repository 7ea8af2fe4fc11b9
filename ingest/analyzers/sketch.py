"""Sketches of texts: 64 bits each, of which two texts share the more the more words and pairs of words they share.

A sketch is one bit of each of 64 min-hashes (Li and König, "b-Bit Minwise Hashing", 2010), so two sketches differ in
about 32 x (1 - Jaccard similarity) bits. The min-hashes are those of `datasketch` (scheme `affine32`), worked out for a
whole batch at once; a test holds them against the library.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

BITS = 64
FEWEST_WORDS, FEWEST_SIGNS = 4, 18
"""Words, and words and letters together: who says less says what others say, too, without having it from them."""

_BIT = 8
"""Which bit of a min-hash: the lowest one of so few pairs of words repeats itself too often."""
_BASE = 0x9E37_79B9_7F4A_7C15
_WIDE = (1 << 64) - 1
_PLANES = 0x2_0000
_SKIPPED = 1
_INVISIBLE = frozenset({"Mn", "Me", "Cf"})
_OWN_WORDS = (0x2E80, 0xD7B0)
"""Code points of scripts without blanks: each character is a word."""

Codes = npt.NDArray[Any]


def sketches(texts: Sequence[str]) -> list[int | None]:
    """Return the sketch of each text, None for one of too few words."""
    found: list[int | None] = [None] * len(texts)
    hashes, owners, letters = _words(texts)
    counts = np.bincount(owners, minlength=len(texts))
    written = np.bincount(owners, weights=letters, minlength=len(texts))
    telling = (counts >= FEWEST_WORDS) & (counts + written >= FEWEST_SIGNS)
    kept = telling[owners]
    hashes, owners = hashes[kept], owners[kept]
    if not len(hashes):
        return found
    same = owners[1:] == owners[:-1]
    first = np.flatnonzero(np.concatenate(([True], ~same)))
    pairs = _mixed(hashes[:-1] * np.uint32(0x85EB_CA6B) + hashes[1:])[same]
    pair_first = first - np.arange(len(first))
    for place, sketch in zip(owners[first].tolist(), _sketched(hashes, first, pairs, pair_first), strict=True):
        found[place] = sketch
    return found


def minhashes(hashes: Codes, first: Codes) -> npt.NDArray[np.uint32]:
    """Return the min-hashes, `[BITS, groups]`, of groups of 32-bit hashes that begin at `first`."""
    factors, offsets = permutations()
    mixed = _mixed(hashes)
    found = np.empty((BITS, len(first)), np.uint32)
    turned = np.empty_like(mixed)
    for row, factor, offset in zip(found, factors, offsets, strict=True):
        np.multiply(mixed, factor, out=turned)
        turned += offset
        np.minimum.reduceat(turned, first, out=row)
    return found


@cache
def permutations() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Return odd factors and offsets, the same on every machine and for ever: fingerprints are kept."""
    drawn = b"".join(blake2b(bytes([n]), person=b"emberwatch voice").digest() for n in range(8))
    numbers = np.frombuffer(drawn, "<u4")
    return numbers[:BITS] | np.uint32(1), numbers[BITS:]


def _sketched(hashes: Codes, first: Codes, pairs: Codes, pair_first: Codes) -> list[int]:
    least = np.minimum(minhashes(hashes, first), minhashes(pairs, pair_first))
    bits = (least >> np.uint32(_BIT) & np.uint32(1)).astype(np.uint8)
    return [int.from_bytes(row, "big") for row in np.packbits(bits.T, axis=1)]


def _words(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], Codes, Codes]:
    """Return of each word in order its hash, the place of its text, and its letters."""
    raw = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), "<u4")
    letters = _letters()[np.minimum(raw, _PLANES)]
    bounds = np.cumsum([len(text) + 1 for text in texts])
    visible = letters != _SKIPPED
    if not visible.all():
        left = np.concatenate(([0], np.cumsum(visible)))
        letters, bounds = letters[visible], left[np.minimum(bounds, len(raw))]
    starts, ends = _borders(letters)
    power, inverse = _powers(1 << max(len(letters), 1).bit_length())
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(letters * power[: len(letters)], out=sums[1:])
    hashes = (sums[ends] - sums[starts]) * inverse[starts]
    return _folded(hashes), np.searchsorted(bounds, starts, "right"), ends - starts


def _borders(letters: Codes) -> tuple[Codes, Codes]:
    """Return where words start and end."""
    padded = np.zeros(len(letters) + 2, letters.dtype)
    padded[1:-1] = letters
    inside = padded > 0
    alone = (padded >= _OWN_WORDS[0]) & (padded < _OWN_WORDS[1])
    border = (inside[1:] != inside[:-1]) | (inside[1:] & (alone[1:] | alone[:-1]))
    starts = np.flatnonzero(border & inside[1:])
    ends = np.flatnonzero(border & inside[:-1])
    return starts, ends


@cache
def _letters() -> npt.NDArray[np.uint32]:
    """Return by code point the letter it counts as: without case and diacritics; 0 for what parts words."""
    table = np.zeros(_PLANES + 1, np.uint32)
    for code in range(_PLANES):
        letter = chr(code)
        if letter.isalpha():
            table[code] = ord(unicodedata.normalize("NFKD", letter.casefold())[0])
        elif unicodedata.category(letter) in _INVISIBLE:
            table[code] = _SKIPPED
    return table


@cache
def _powers(size: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return the powers of the base and of its inverse, modulo 2^64."""
    inverse = pow(_BASE, -1, 1 << 64)
    made = []
    for base in (_BASE, inverse):
        steps = np.full(size, base & _WIDE, np.uint64)
        steps[0] = 1
        made.append(np.multiply.accumulate(steps))
    return made[0], made[1]


def _folded(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """Return 32 of 64 bits, well mixed (MurmurHash3's finaliser)."""
    hashes ^= hashes >> np.uint64(33)
    hashes *= np.uint64(0xFF51_AFD7_ED55_8CCD)
    hashes ^= hashes >> np.uint64(33)
    return hashes.astype(np.uint32)


def _mixed(hashes: Codes) -> npt.NDArray[np.uint32]:
    """Return 32-bit hashes mixed as `datasketch` mixes them (MurmurHash3's 32-bit finaliser)."""
    mixed: npt.NDArray[np.uint32] = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EB_CA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2_AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed
