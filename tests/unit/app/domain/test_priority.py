import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.analysis import INTENTS, AnalysedMention, Analysis, Intent, Sentiment
from app.domain.hazard import HAZARDS, Hazard
from app.domain.mention import KINDS, Author, Engagement, Mention
from app.domain.priority import LEVELS, Circumstances, Rules, Thresholds, Weights, circumstances, priority

HOUR = 3600.0
COMPLAINT = Circumstances(negative=0.8, intents={"complaint": 0.9})
NUMBERS = st.floats(0, 1)
ALL = st.builds(
    Circumstances,
    negative=NUMBERS,
    intents=st.dictionaries(st.sampled_from(INTENTS), NUMBERS, max_size=4),
    hazard=st.none() | st.builds(Hazard, st.sampled_from(HAZARDS), st.just("x")),
    followers=st.integers(0, 10**8),
    views=st.integers(0, 10**8),
    kind=st.sampled_from(KINDS),
    rating=st.none() | st.floats(1, 5),
    age=st.floats(0, 10**6),
    answered=st.booleans(),
    influence=st.none() | st.floats(0, 100),
    customer=st.booleans(),
    copied=st.booleans(),
    own=st.booleans(),
)
WEIGHTS = st.builds(Weights, **dict.fromkeys(Weights.__struct_fields__, st.floats(0, 100)))
CHANGED = msgspec.structs.replace


def level(**changes):
    return priority(CHANGED(COMPLAINT, **changes)).level


def names(of):
    return [reason.name for reason in priority(of).reasons]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "medium"),
        ({"age": 24 * HOUR}, "high"),
        ({"followers": 12_400, "customer": True, "age": 47 * 60}, "high"),
        ({"followers": 200_000}, "high"),
        ({"followers": 200_000, "age": HOUR}, "urgent"),
        ({"followers": 200_000, "age": 24 * HOUR, "answered": True}, "medium"),
        ({"followers": 10**8, "age": 24 * HOUR, "intents": {"query": 1.0}}, "high"),
        ({"influence": 80.0, "age": 12 * HOUR}, "urgent"),
        ({"influence": 10.0, "followers": 40_000, "age": 24 * HOUR}, "high"),
        ({"followers": 200_000, "age": HOUR, "kind": "repost"}, "high"),
        ({"hazard": Hazard("safety", "gasgeruch")}, "urgent"),
        ({"hazard": Hazard("harm", "suicidal"), "negative": 0.1, "intents": {}}, "urgent"),
        ({"hazard": Hazard("legal", "mein anwalt")}, "urgent"),
        ({"hazard": Hazard("legal", "mein anwalt"), "negative": 0.2, "intents": {}}, "high"),
        ({"hazard": Hazard("safety", "gasgeruch"), "answered": True}, "high"),
        ({"negative": 0.1, "intents": {"lead": 0.9}}, "medium"),
        ({"negative": 0.1, "intents": {"query": 0.9}}, "low"),
        ({"negative": 0.1, "intents": {"query": 0.9}, "age": 3 * HOUR}, "medium"),
        ({"negative": 0.05, "intents": {"praise": 0.9}, "followers": 10**8, "customer": True}, "medium"),
        ({"negative": 0.05, "intents": {"praise": 0.9}}, "low"),
        ({"negative": 0.1, "intents": {}, "followers": 10**8, "influence": 100.0}, "low"),
        ({"own": True, "hazard": Hazard("safety", "gasgeruch")}, "low"),
    ],
)  # fmt: skip
def test_levels_as_promised(changes, wanted):
    assert level(**changes) == wanted


def test_reasons_are_named_the_weightiest_first():
    of = CHANGED(COMPLAINT, age=600.0, followers=2_000, customer=True)
    assert names(of) == ["negative", "complaint", "customer", "followers", "unanswered"]
    assert "reach" in names(CHANGED(of, views=9_001))
    assert names(CHANGED(COMPLAINT, copied=True, answered=True)) == ["answered", "negative", "complaint", "copied"]
    assert names(Circumstances(negative=0.2)) == ["nothing"]
    assert names(Circumstances(own=True)) == ["own"]


def test_what_holds_points_back_is_named():
    loud = Circumstances(negative=0.1, followers=10**8, customer=True)
    assert names(loud) == ["followers", "customer", "undemanding"]
    assert priority(loud).score == 19.9
    waiting = Circumstances(negative=1.0, intents={"query": 1.0}, age=9e9, followers=10**8)
    assert (names(waiting)[-1], priority(waiting).score) == ("unproven", 54.9)
    grave = CHANGED(waiting, hazard=Hazard("safety", "x"))
    assert (names(grave)[-1], priority(grave).score) == ("full", 100.0)


def test_nobody_waits_for_an_answer_to_news_or_to_what_wants_nothing():
    assert not Circumstances(negative=0.9).awaits
    assert not CHANGED(COMPLAINT, kind="article").awaits
    assert not CHANGED(COMPLAINT, kind="repost").awaits
    assert not CHANGED(COMPLAINT, own=True).awaits
    assert not Circumstances(negative=0.4, kind="review").awaits
    assert Circumstances(negative=0.6, kind="review").awaits
    assert Circumstances(kind="message").awaits
    assert "unanswered" not in names(CHANGED(COMPLAINT, kind="article", age=9e9))


def test_ratings_count_below_three_stars():
    points = [priority(Circumstances(rating=stars, negative=0.9)).score for stars in (1, 2, 3, 5)]
    assert points[0] > points[1] > points[2] == points[3]


def test_an_installation_weighs_as_it_likes():
    rules = Rules(Weights(customer=50.0), Thresholds(high=30.0))
    assert priority(CHANGED(COMPLAINT, customer=True), rules).level == "high"
    assert priority(CHANGED(COMPLAINT, customer=True), rules).reasons[0].name == "customer"


@given(ALL, WEIGHTS)
def test_points_sum_to_the_score_and_the_score_makes_the_level(of, weights):
    found = priority(of, Rules(weights))
    assert 0 <= found.score <= 100
    assert math.fsum(reason.points for reason in found.reasons) == pytest.approx(found.score, abs=1e-6)
    assert found.level == next(n for n, b in zip(LEVELS, (55, 45, 20, 0), strict=True) if found.score >= b)
    assert found.reasons


@given(ALL, WEIGHTS, st.integers(0, 10**8), st.floats(0, 10**6), NUMBERS)
def test_more_reach_longer_unanswered_and_more_negative_never_lower_it(of, weights, more, longer, darker):
    rules = Rules(weights)
    before = priority(of, rules).score
    for grown in (
        CHANGED(of, followers=of.followers + more),
        CHANGED(of, views=of.views + more),
        CHANGED(of, age=of.age + longer),
        CHANGED(of, negative=max(of.negative, darker)),
        CHANGED(of, influence=max(of.influence or 0.0, darker * 100)),
        CHANGED(of, customer=True),
        CHANGED(of, rating=max(1.0, of.rating - 4 * darker) if of.rating else None),
    ):
        assert priority(grown, rules).score >= before, grown


@given(ALL)
def test_urgent_needs_a_hard_reason(of):
    found = priority(of)
    if found.level == "urgent":
        assert of.hazard or ("complaint" in of.intents and (of.reach >= 50_000 or (of.influence or 0) >= 50))
        assert not any((of.answered, of.own, of.copied))


def test_circumstances_are_read_off_a_mention():
    author, seen = Author("a", followers=70), Engagement(views=9)
    said = Mention("x", "1", 1000.0, "Gasgeruch im Keller", author, "review", engagement=seen, rating=1.0)
    analysed = AnalysedMention(said, Analysis("de", Sentiment("negative", 0.7, 0.2, 0.1), (Intent("complaint", 0.9),)))
    found = circumstances(analysed, 1060.0, customer=True, influence=7.0)
    assert found == Circumstances(
        0.7, {"complaint": 0.9}, Hazard("safety", "gasgeruch"), 70, 9, "review", 1.0, 60.0, influence=7.0, customer=True
    )
    for label, negative in (("positive", 0.0), ("negative", 1.0)):
        sentiment = CHANGED(analysed.analysis.sentiment, label=label)
        corrected = CHANGED(analysed.analysis, sentiment=sentiment, corrected=("sentiment",))
        assert circumstances(CHANGED(analysed, analysis=corrected), 1060.0).negative == negative
    news = msgspec.structs.replace(analysed, mention=msgspec.structs.replace(said, kind="article"))
    assert circumstances(news, 900.0).hazard is None
    assert circumstances(news, 900.0).age == 0.0
