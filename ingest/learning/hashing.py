"""Rolling polynomial hashes of stretches of code points, all stretches of a batch at once.

The hash of code points c0…cn is the sum of mix(ci)·B^(n-i) modulo 2^64 (Karp and Rabin 1987, with mixed characters); so
hash(ab) = hash(a)·B^len(b) + hash(b), and the same stretch hashes alike wherever it stands, on every machine. An index
is the high bits of the hash times an odd number (Dietzfelbinger et al. 1997): a table of half the size takes
index >> 1.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(BASE, -1, 1 << 64)
_SPREAD = 0xD6E8FEB86659FD93
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_WHOLE = (1 << 64) - 1


def mixed(codes: NDArray[np.uint32]) -> Hashes:
    """Spread code points over 64 bits (splitmix64, Steele et al. 2014)."""
    found = codes.astype(np.uint64) + np.uint64(BASE)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(_MIX[0])
    return (found ^ (found >> np.uint64(27))) * np.uint64(_MIX[1])


@cache
def _powers(base: int, size: int) -> Hashes:
    row = np.full(size, base, np.uint64)
    row[0] = 1
    return np.cumprod(row, dtype=np.uint64)


def powers(base: int, count: int) -> Hashes:
    """Return base^0 … base^(count-1) modulo 2^64."""
    return _powers(base, max(1 << 12, 1 << (count - 1).bit_length()))[:count]


class Rolling:
    """Hashes of any stretches `[start, end)` of one row of code points."""

    def __init__(self, codes: NDArray[np.uint32]) -> None:
        self.mixed = mixed(codes)
        self._sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum(self.mixed * powers(_INVERSE, len(codes)), out=self._sums[1:])
        self._powers = powers(BASE, len(codes) + 1)

    def of(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> Hashes:
        """Return the hashes of stretches of at least one code point."""
        return (self._sums[end] - self._sums[start]) * self._powers[end - 1]


def joined(left: Hashes, right: Hashes, length: NDArray[np.int64] | int) -> Hashes:
    """Return the hashes of left + right, where right is `length` code points long."""
    return left * powers(BASE, 256)[length] + right


def index(hashes: Hashes, salt: int, bits: int) -> NDArray[np.int32]:
    """Return places in a table of 2^bits; features of different kinds take different salts."""
    shift = np.uint64(64 - bits)
    salted = hashes ^ np.uint64((salt * _SPREAD) & _WHOLE)
    salted ^= salted >> np.uint64(32)
    return ((salted * np.uint64(_SPREAD)) >> shift).astype(np.int32)
