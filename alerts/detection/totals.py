"""Totals: what windows of several lengths hold at the end of each bin, and which of their bins holds the most."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Kind = TypeVar("Kind", np.float64, np.int64)


class Block(NamedTuple):
    """Windows of one length, one ending with each bin."""

    total: Numbers
    largest: Numbers
    oldest: Places
    """The place of the largest bin; of several as large that of the oldest …"""
    newest: Places
    """… and that of the newest."""


class Totals:
    """The windows of bins that follow one another, in rows by length."""

    def __init__(self, counts: Numbers, lengths: Sequence[int]) -> None:
        parts = [windows(counts, bins) for bins in lengths]
        self.actual = np.array([part.total for part in parts])
        self.rest = np.array([part.total - part.largest for part in parts])
        """Without the largest bin."""
        self.oldest = np.array([part.oldest for part in parts])
        self.newest = np.array([part.newest for part in parts])


def windows(counts: Numbers, bins: int) -> Block:
    """Return the windows of `bins` bins, put together of 1, 2, 4 … that do not overlap; before the first is nothing."""
    places = np.arange(len(counts))
    block, found = Block(counts, counts, places, places), None
    size, taken = 1, 0
    while True:
        if bins & size:
            part = _later(block, taken)
            found = part if found is None else _joined(found, part)
            taken += size
        if taken == bins:
            return found or block
        block = _joined(block, _later(block, size))
        size *= 2


def _joined(newer: Block, older: Block) -> Block:
    return Block(
        newer.total + older.total,
        np.maximum(newer.largest, older.largest),
        np.where(older.largest >= newer.largest, older.oldest, newer.oldest),
        np.where(newer.largest >= older.largest, newer.newest, older.newest),
    )


def _later(block: Block, bins: int) -> Block:
    if not bins:
        return block
    return Block(
        _moved(block.total, bins, 0.0),
        _moved(block.largest, bins, -1.0),
        _moved(block.oldest, bins, 0),
        _moved(block.newest, bins, 0),
    )


def _moved(values: NDArray[Kind], bins: int, before: float) -> NDArray[Kind]:
    moved = np.full_like(values, before)
    moved[bins:] = values[:-bins]
    return moved
