"""Voices: posts that say the same counted once, however often and by whomever they are passed on."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.tally import REST

MOST = 20_000
"""Fingerprints that are compared with each other; of more, those said most often."""


class Cluster(NamedTuple):
    """One voice: its fingerprints, the one said most first, and its posts."""

    fingerprints: tuple[str, ...]
    posts: int

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
    reposts without words are no voice; of the others as many as of all posts are no reposts.
    """
    from app.domain.near import groups

    counts = {who: max(one.get("n", 0), 0) for who, one in said.items() if who != REST}
    rest = {measure: max(number, 0) for measure, number in said.get(REST, {}).items()}
    told = [who for who, number in counts.items() if number and not who.startswith("@")]
    told.sort(key=lambda who: (-counts[who], who))
    clusters = [
        Cluster(tuple(told[one] for one in members), sum(counts[told[one]] for one in members))
        for members in groups([int(who, 16) for who in told[:most]])
    ]
    clusters += [Cluster((who,), counts[who]) for who in told[most:]]
    clusters.sort(key=lambda one: (-one.posts, one.fingerprints[0]))
    alone = sum(1 for who, number in counts.items() if number and who.startswith("@"))
    posts = sum(counts.values()) + rest.get("n", 0)
    reposts = min(rest.get("all", 0), posts)
    wordless = min(rest.get("rp", 0), rest.get("n", 0))
    own = 1 - (reposts - wordless) / max(posts - wordless, 1)
    voices = len(clusters) + alone + round(own * (rest.get("n", 0) - wordless))
    return Voices(posts, voices, reposts, tuple(clusters))


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
