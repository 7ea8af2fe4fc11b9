import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.stance import FEWEST, HALF_LIFE, Opinion, Stance, side, stance

NOW = 1_795_000_020.0
DAY = 86_400.0


def said(*labels, first=NOW - DAY, step=60.0):
    return [Opinion(first + number * step, label) for number, label in enumerate(labels)]


def test_few_mentions_say_nothing():
    assert stance(said("negative", "negative"), NOW) == Stance("unknown", None, 2, -0.394)
    assert stance([], NOW) == Stance()


def test_sides_are_taken_and_chance_is_not():
    assert stance(said(*["negative"] * 3), NOW).label == "critic"
    assert stance(said(*["positive"] * 3), NOW).label == "advocate"
    assert stance(said("positive", "negative", "neutral", "neutral"), NOW).label == "neutral"
    assert stance(said("positive", "neutral", "neutral"), NOW).label == "neutral"


def test_a_grievance_in_neutral_words_is_one():
    assert side(Opinion(0, "neutral", ("complaint",))) == -1
    assert side(Opinion(0, "uncertain", ("praise", "query"))) == 1
    assert side(Opinion(0, "positive", ("complaint",))) == 1
    assert stance([Opinion(NOW - n, "uncertain", ["complaint"]) for n in range(4)], NOW).label == "critic"


def test_who_changes_sides_is_noted_with_the_date():
    talk = said(*["positive"] * 4, first=NOW - 40 * DAY) + said(*["negative"] * 9)
    found = stance(talk, NOW)
    assert (found.label, found.before) == ("critic", "advocate")
    assert NOW - DAY <= found.since <= NOW
    assert stance(talk[:4], NOW - 39 * DAY).label == "advocate"
    assert stance(talk[:4], NOW - 39 * DAY).before is None
    again = said(*["negative"] * 4, *["neutral"] * 20, *["negative"] * 20)
    assert (stance(again, NOW).label, stance(again, NOW).before) == ("critic", "neutral")


def test_silence_ends_in_neutral_at_a_date():
    talk = said(*["negative"] * 3, first=NOW - 3 * HALF_LIFE)
    found = stance(talk, NOW)
    assert (found.label, found.before) == ("neutral", "critic")
    assert stance(talk, found.since - 60).label == "critic"
    assert stance(talk, found.since + 60).label == "neutral"


def test_a_corrected_label_moves_the_stance():
    talk = said(*["negative"] * 4)
    assert stance(talk, NOW).label == "critic"
    assert stance([one._replace(label="neutral") for one in talk], NOW).label == "neutral"


OPINIONS = st.lists(
    st.builds(
        Opinion, st.floats(NOW - 200 * DAY, NOW), st.sampled_from(["negative", "neutral", "positive", "uncertain"])
    ),
    max_size=30,
)


@given(OPINIONS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_lean_is_bounded(talk, rng):
    before = stance(talk, NOW)
    rng.shuffle(talk)
    assert stance(talk, NOW) == before
    assert -1 <= before.lean <= 1
    assert (before.label == "unknown") == (before.posts < FEWEST)


@given(OPINIONS)
def test_one_more_grievance_never_leans_to_praise(talk):
    assert stance([*talk, Opinion(NOW, "negative")], NOW).lean <= stance(talk, NOW).lean + 1e-9


def test_the_mean_is_that_of_the_formula():
    talk = [Opinion(NOW - HALF_LIFE, "negative"), Opinion(NOW, "negative"), Opinion(NOW, "positive")]
    assert stance(talk, NOW).lean == pytest.approx(-0.5 / (2.5 + 3), abs=0.001)
