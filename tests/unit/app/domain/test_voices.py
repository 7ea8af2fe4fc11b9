"""How many voices are behind some posts."""

import random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.near import NEAR, groups
from app.domain.tally import Contribution, bucket, by_whom, reduce
from app.domain.voices import Cluster, Voices, bounded, heard

chance = random.Random(11)
ONE, OTHER = chance.getrandbits(64), chance.getrandbits(64)
fingerprints = st.builds(
    lambda base, bits: (ONE, OTHER, 0)[base] ^ sum(1 << bit for bit in bits),
    st.integers(0, 2),
    st.sets(st.integers(0, 63), max_size=9),
)


def written(number: int) -> str:
    return f"{number:016x}"


def naive(values: list[int], near: int = NEAR) -> list[list[int]]:
    """Compare each with each, for ever until nothing changes."""
    labels = list(range(len(values)))
    for _ in values:
        for one, left in enumerate(values):
            for other, right in enumerate(values):
                if (left ^ right).bit_count() <= near:
                    labels[one] = labels[other] = min(labels[one], labels[other])
    found: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        found.setdefault(label, []).append(place)
    return list(found.values())


@given(st.lists(fingerprints, max_size=14))
def test_groups_are_those_of_comparing_each_with_each(values):
    assert groups(values) == naive(values)


def test_a_crowd_of_near_copies_is_one_group_and_strangers_are_none():
    crowd = [ONE ^ (1 << chance.randrange(64)) ^ (1 << chance.randrange(64)) for _ in range(2_000)]
    strangers = [chance.getrandbits(64) for _ in range(2_000)]
    sizes = sorted((len(group) for group in groups(crowd + strangers)), reverse=True)
    assert sizes[0] == 2_000
    assert sizes[1] == 1


def test_copies_and_reposts_are_one_voice():
    said = {
        written(ONE): {"n": 30},
        written(ONE ^ 5): {"n": 4},
        written(OTHER): {"n": 1},
        "@anna": {"n": 3},
        "@bert": {"n": 1},
        "~": {"n": 14, "rp": 10, "all": 31},
    }
    found = heard(said)
    assert found == Voices(
        53, 2 + 2 + 2, 31, (Cluster((written(ONE), written(ONE ^ 5)), 34), Cluster((written(OTHER),), 1))
    )
    assert found.told
    assert (found.copies, found.clusters[0].copies) == (47, 33)
    assert round(found.repeated, 2) == 0.89


def test_what_was_taken_out_is_no_voice():
    assert heard({written(ONE): {"n": 0}, "~": {"n": -2, "all": -1}, "@a": {"n": -1}}) == Voices(0, 0, 0, ())
    assert not heard({}).told
    assert heard({}).repeated == 0.0


def test_beyond_the_most_said_ones_each_text_is_a_voice():
    said = {written(ONE ^ n): {"n": 9 - n} for n in range(4)}
    assert [one.posts for one in heard(said, most=2).clusters] == [17, 7, 6]


@given(st.lists(st.tuples(st.sampled_from(["", written(ONE), written(OTHER)]), st.sampled_from("ab"), st.booleans())))
def test_the_voices_of_tallies_are_at_most_their_posts(posts):
    parts = [
        Contribution(("n",), 5.0, "neutral", "forum", "repost" if again else "post", 0, who, (), voice=voice)
        for voice, who, again in posts
    ]
    found = heard(by_whom([reduce(parts).get(bucket("n", "v", 5.0), {})]))
    assert found.posts == len(posts)
    assert found.reposts == sum(again for *_, again in posts)
    alone = {who for voice, who, again in posts if not voice and not again}
    assert found.voices == len({voice for voice, *_ in posts if voice}) + len(alone)


def test_a_bucket_that_is_cut_loses_no_post():
    fields = {f"{written(n)}:n": n + 1 for n in range(50)} | {"~:n": 7, f"{written(3)}:rp": 2}
    cut = bounded(fields, 10)
    assert sum(cut.values()) == sum(fields.values())
    assert len(cut) == 12
    assert cut[f"{written(49)}:n"] == 50
    assert (cut["~:n"], cut["~:rp"]) == (7 + sum(range(1, 41)), 2)
