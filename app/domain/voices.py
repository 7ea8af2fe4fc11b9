"""Voices: posts that say the same counted once, however often and by whomever they are passed on."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.domain.tally import REST

NEAR = 6
"""Bits by which the fingerprints of near-copies differ at most: about 0.8 of their words and pairs of words agree."""

MOST = 20_000
"""Fingerprints that are compared with each other; of more, those said most often."""

_BLOCKS = 8
_WIDTH = 8
_TOGETHER = 64
"""Texts that agree in two blocks and are still compared each with each; of more, each with its neighbours."""

Words = npt.NDArray[np.uint64]
Labels = npt.NDArray[np.int64]


class Cluster(NamedTuple):
    """One voice: its fingerprints, the one said most first, its posts, and how many of them are reposts."""

    fingerprints: tuple[str, ...]
    posts: int
    reposts: int

    @property
    def copies(self) -> int:
        """Return how many posts say what somebody else has said."""
        return self.posts - 1


class Voices(NamedTuple):
    """How many voices are behind some posts; `clusters` are those told by their words, the largest first."""

    posts: int
    voices: int
    reposts: int
    clusters: tuple[Cluster, ...]

    @property
    def told(self) -> bool:
        """Tell whether any text had a fingerprint: else nothing is known of copies."""
        return bool(self.clusters)

    @property
    def copies(self) -> int:
        """Return how many posts say what another one says, reposts among them."""
        return self.posts - self.voices

    @property
    def repeated(self) -> float:
        """Return the share of posts that are copies or reposts, 0 to 1."""
        return self.copies / self.posts if self.posts else 0.0


def heard(said: Mapping[str, Mapping[str, int]], most: int = MOST) -> Voices:
    """Return the voices behind whose voice → measure → number, as the grain `v` of the tallies counts it.

    Each cluster of fingerprints is a voice, so is each author of posts that have none. Of what is counted together
    reposts are no voice of their own, and every other post is one.
    """
    counts = {who: max(one.get("n", 0), 0) for who, one in said.items()}
    again = {who: min(max(one.get("rp", 0), 0), counts[who]) for who, one in said.items()}
    told = [who for who, number in counts.items() if number and who != REST and not who.startswith("@")]
    told.sort(key=lambda who: (-counts[who], who))
    clusters = [
        Cluster(
            tuple(told[one] for one in members),
            sum(counts[told[one]] for one in members),
            sum(again[told[one]] for one in members),
        )
        for members in groups([int(who, 16) for who in told[:most]])
    ]
    clusters += [Cluster((who,), counts[who], again[who]) for who in told[most:]]
    clusters.sort(key=lambda one: (-one.posts, one.fingerprints[0]))
    alone = sum(1 for who, number in counts.items() if number and who.startswith("@"))
    rest = counts.get(REST, 0) - again.get(REST, 0)
    return Voices(sum(counts.values()), len(clusters) + alone + rest, sum(again.values()), tuple(clusters))


def groups(fingerprints: Sequence[int], near: int = NEAR) -> list[list[int]]:
    """Return the places of fingerprints in groups, each in order: whoever is `near` to one of a group belongs to it.

    Fingerprints that differ in up to six bits agree in at least two of eight blocks, so only those that do are
    compared (Manku, Jain and Das Sarma, "Detecting Near-Duplicates for Web Crawling", 2007).
    """
    values = np.array(fingerprints, np.uint64)
    labels = np.arange(len(values))
    blocks = [values >> np.uint64(_WIDTH * block) & np.uint64(0xFF) for block in range(_BLOCKS)]
    for first in range(_BLOCKS):
        for second in range(first):
            labels = _joined(values, blocks[first] << np.uint64(_WIDTH) | blocks[second], labels, near)
    found: dict[int, list[int]] = {}
    for place, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(place)
    return list(found.values())


def bounded(fields: Mapping[str, int], most: int) -> dict[str, int]:
    """Return the fields of a bucket of voices with at most about `most`: the least are counted together."""
    order = sorted(fields.items(), key=lambda pair: -pair[1])
    kept = {field: number for field, number in order if field.startswith(REST)}
    for place, (field, number) in enumerate(order):
        if field.startswith(REST):
            continue
        into = field if place < most else f"{REST}:{field.rpartition(':')[2]}"
        kept[into] = kept.get(into, 0) + number
    return kept


def _joined(values: Words, marks: Words, labels: Labels, near: int) -> Labels:
    """Return the labels with those of near neighbours made one, where neighbours have the same mark."""
    order = np.argsort(marks, kind="stable")
    sorted_marks, sorted_values = marks[order], values[order]
    for step in range(1, min(_TOGETHER, len(order))):
        same = sorted_marks[step:] == sorted_marks[:-step]
        if not same.any():
            break
        mine = labels[order]
        places = np.flatnonzero(same & (mine[step:] != mine[:-step]))
        apart = np.bitwise_count(sorted_values[places + step] ^ sorted_values[places])
        places = places[apart <= near]
        if len(places):
            labels = _united(labels, mine[places], mine[places + step])
    return labels


def _united(labels: Labels, left: Labels, right: Labels) -> Labels:
    """Return the labels with each of `left` and the one beside it in `right` made one: the lower of them."""
    parents = np.arange(len(labels))
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        low, high = sorted((_root(parents, one), _root(parents, other)))
        parents[high] = low
    while not np.array_equal(parents, further := parents[parents]):
        parents = further
    return parents[labels]


def _root(parents: Labels, place: int) -> int:
    while parents[place] != place:
        place = int(parents[place])
    return place
