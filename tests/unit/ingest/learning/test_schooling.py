"""What a brand teaches: kept where it is better on what was held back, refused where it spoils what words mean."""

import numpy as np
import pytest

from app.domain.schooling import EVEN
from app.errors import WrongInput
from ingest.learning import prior
from ingest.learning.examples import corpus
from ingest.learning.schooling import CHANCE, LEAST, Taught, Told, agreement, pack, school, unpack
from ingest.learning.verdicts import shipped

LABELS = ("negative", "neutral", "positive")
SLANG = ("verschottert", "", "lamettamäßig")
"""Words of a brand's people that no shipped model can know, by class number."""


def plain(label, first, last):
    mine = [one for one in corpus() if one.language == "de" and one.label == label and not one.held]
    return [one.text for one in mine[first:last]]


def lessons():
    """Texts of each label, and texts that say nothing but for the slang in them."""
    clear = [Told(text, "de", number) for number, label in enumerate(LABELS) for text in plain(label, 0, 20)]
    slang = [
        Told(f"{text} {SLANG[place % 2 * 2]}", "de", place % 2 * 2)
        for place, text in enumerate(plain("neutral", 20, 60))
    ]
    return clear + slang


@pytest.fixture(scope="module")
def others():
    return corpus()[::4]


@pytest.fixture(scope="module")
def learned(others):
    return school(shipped(), lessons(), others)


def test_slang_of_a_brand_is_learned_and_better_on_what_was_held_back(learned):
    found, model = learned
    assert found.outcome == "learned"
    assert found.in_force
    assert model is not None
    assert found.after > found.before + 0.05
    assert found.general_after > found.general_before - 0.05


def test_corrections_that_contradict_what_words_mean_are_refused(others):
    held = [one for one in corpus() if not one.held and one.language == "de"][:120]
    turned = [Told(one.text, "de", {"negative": 2, "neutral": 0, "positive": 1}[one.label]) for one in held]
    found, model = school(shipped(), turned, others)
    assert (found.outcome, model, found.in_force) == ("harmful", None, False)
    assert found.general_after < found.general_before


def test_a_brand_of_which_most_is_neutral_does_not_contradict_and_the_same_turned_round_does():
    counts = (25, 150, 6)
    skewed = [Told(text, "de", label) for label, n in enumerate(counts) for text in plain(LABELS[label], 0, n)]
    mirrored = [one._replace(label=2 - one.label) for one in skewed]
    darker = [one._replace(label=(2, 0, 0)[one.label]) for one in skewed]
    assert agreement(shipped(), skewed) > CHANCE
    assert agreement(shipped(), mirrored) < CHANCE
    assert agreement(shipped(), darker) < CHANCE
    assert agreement(shipped(), skewed[:0]) == 0.0


def test_corrections_without_rhyme_or_reason_are_refused(others):
    chance = np.random.default_rng(1)
    random = [one._replace(label=int(chance.integers(3))) for one in lessons()]
    found, model = school(shipped(), random, others)
    assert found.outcome in {"no_better", "harmful"}
    assert model is None


def test_few_or_onesided_corrections_teach_nothing_and_copies_count_once():
    assert school(shipped(), lessons()[: LEAST - 1], ())[0].outcome == "too_few"
    found, model = school(shipped(), [lessons()[0]] * 500, ())
    assert (found.outcome, found.lessons, model) == ("too_few", 1, None)
    assert school(shipped(), lessons()[:24], ())[0].outcome == "too_few"


def test_what_is_in_use_is_held_against_only_on_what_is_fresh_to_it(others, learned):
    shown, model = learned
    old = [one._replace(fresh=False) for one in lessons()]
    found, again = school(shipped(), old, others, model)
    assert found == shown, "nothing is fresh: held against the shipped model, with the same result"
    assert again is not None
    fresh, _ = school(shipped(), lessons(), others, model)
    assert fresh.outcome == "no_better", "the one in use has seen all of it"


def test_what_was_taught_survives_the_way_through_bytes(learned):
    _, model = learned
    back = unpack(pack(Taught(model, (0.2, 0.6, 0.2))))
    texts = [one.text for one in lessons()[::3]]
    likely = shipped().judge(texts, ["de"] * len(texts)).probabilities
    one = Taught(model, (0.2, 0.6, 0.2)).applied(shipped(), texts, ["de"] * len(texts), likely)
    two = back.applied(shipped(), texts, ["de"] * len(texts), likely)
    assert np.allclose(one, two, atol=0.01)
    assert np.allclose(two.sum(1), 1)
    assert unpack(pack(Taught())) == Taught(None, EVEN)
    for broken in (b"", b"PK\x03\x04 nothing", pack(Taught(model))[:-200]):
        with pytest.raises(WrongInput, match="train it anew"):
            unpack(broken)


def test_a_prior_is_found_again_from_probabilities_alone():
    chance = np.random.default_rng(3)
    truth = chance.choice(3, 4_000, p=(0.1, 0.75, 0.15))
    seen = np.eye(3)[truth] * 2 + chance.normal(0, 1, (4_000, 3))
    density = np.exp(-0.5 * ((seen[:, None] - np.eye(3)[None] * 2) ** 2).sum(2))
    likely = density / density.sum(1, keepdims=True)
    assert np.allclose(prior.estimated(likely), (0.1, 0.75, 0.15), atol=0.03)
    better = prior.corrected(likely, (0.1, 0.75, 0.15), strength=1.0)
    assert (better.argmax(1) == truth).mean() > (likely.argmax(1) == truth).mean() + 0.02
    assert prior.estimated(likely[: prior.LEAST - 1]) == EVEN
    assert np.allclose(prior.corrected(likely, EVEN), likely)


def test_people_are_believed_from_a_hundred_judgements_drawn_at_random():
    assert prior.counted([1] * (prior.JUDGED - 1)) == EVEN
    negative, neutral, positive = prior.counted([0] * 30 + [1] * 170)
    assert neutral > 0.7
    assert negative > positive >= 0.09
