import copy
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.domain import tally
from app.domain.analysis import INTENTS, LABELS, NOT_ANALYSED, AnalysedMention, Analysis, Sentiment
from app.domain.mention import Author, Engagement, Mention
from app.domain.tally import Contribution, MinuteTally, Profile

words = st.text("abc", min_size=1, max_size=2)
contributions = st.builds(
    Contribution,
    brands=st.lists(st.sampled_from(["nord", "a:s:b", "süd"]), max_size=2, unique=True).map(tuple),
    at=st.floats(1.7e9, 1.7e9 + 8000),
    label=st.sampled_from(LABELS),
    channel=st.sampled_from(["bluesky", "forum"]),
    kind=st.sampled_from(["post", "repost"]),
    reach=st.integers(0, 10**9),
    author=words,
    terms=st.lists(words, max_size=3, unique=True).map(tuple),
    demo=st.booleans(),
    intents=st.lists(st.sampled_from(INTENTS), max_size=3, unique=True).map(tuple),
    voice=st.sampled_from(["", "0123456789abcdef", "fedcba9876543210"]),
)
deltas = st.lists(contributions, max_size=5).map(tally.reduce)


def merged(*parts: tally.TallyDelta) -> tally.TallyDelta:
    into: tally.TallyDelta = {}
    for part in parts:
        tally.merge(into, part)
    return into


@given(deltas, deltas, deltas)
def test_merging_is_associative(a, b, c):
    assert merged(merged(a, b), c) == merged(a, merged(b, c))


@given(deltas, deltas)
def test_merging_is_free_of_order(a, b):
    assert merged(a, b) == merged(b, a)


@given(deltas, deltas)
def test_merging_leaves_what_is_merged_alone(a, b):
    before = copy.deepcopy(b)
    tally.merge(a, b)
    tally.merge(a, b)
    assert b == before


@given(st.lists(contributions, max_size=6), st.integers(0, 6))
def test_reducing_in_parts_is_reducing_at_once(parts, cut):
    assert merged(tally.reduce(parts[:cut]), tally.reduce(parts[cut:])) == tally.reduce(parts)


@given(st.lists(contributions, max_size=5))
def test_what_is_added_and_taken_out_leaves_nothing(parts):
    delta = tally.reduce(parts)
    for part in parts:
        tally.add(delta, part, -1)
    assert not any(number for fields in delta.values() for number in fields.values())


@given(st.lists(contributions, max_size=6))
def test_every_grain_counts_each_mention_of_a_brand_once(parts):
    delta = tally.reduce(parts)
    for brand in ("nord", "a:s:b", "süd"):
        mine = [part for part in parts if brand in part.brands]
        counted = tally.minutes(delta, brand).values()
        assert sum(minute.count for minute in counted) == len(mine)
        assert sum(m.negative + m.neutral + m.positive + m.uncertain for m in counted) == len(mine)
        assert sum(sum(m.channels.values()) for m in counted) == len(mine)
        assert sum(m.reach for m in counted) == sum(part.reach for part in mine)
        assert sum(m.reposts for m in counted) == sum(part.kind == "repost" for part in mine)
        seconds = [fields for name, fields in delta.items() if tally.split(name)[:2] == (brand, "s")]
        assert sum(sum(fields.values()) for fields in seconds) == len(mine)
        authors = [fields for name, fields in delta.items() if tally.split(name)[:2] == (brand, "a")]
        assert sum(n for fields in authors for field, n in fields.items() if field.endswith(":n")) == len(mine)
        voices = [fields for name, fields in delta.items() if tally.split(name)[:2] == (brand, "v")]
        assert sum(n for fields in voices for field, n in fields.items() if field.endswith(":n")) == len(mine)
        said = sum((Counter(m.intents) for m in counted), Counter())
        assert said == Counter(intent for part in mine for intent in part.intents)


@given(st.sampled_from("smatv"), st.floats(0, 4e9))
def test_a_bucket_holds_its_instant(grain, at):
    brand, same, start = tally.split(tally.bucket("a:s:b", grain, at))
    assert (brand, same) == ("a:s:b", grain)
    assert start % tally.SPAN[grain] == 0
    assert start <= at < start + tally.SPAN[grain]


def test_minutes_are_read_by_their_start():
    at = 1_800_000_000 + 125.5
    part = Contribution(
        ("nord",),
        at,
        "negative",
        "forum",
        "repost",
        12,
        "who",
        ("strom", "#aus"),
        demo=True,
        intents=("complaint", "query"),
        voice="00ff",
    )
    delta = tally.reduce([part, part])
    start = 1_800_000_000 // 3600 * 3600 + int(at) % 3600 // 60 * 60
    assert tally.minutes(delta, "nord") == {
        start: MinuteTally(
            start,
            count=2,
            negative=2,
            reach=24,
            reposts=2,
            authors=1,
            channels={"forum": 2},
            intents={"complaint": 2, "query": 2},
            negative_reach=24,
        )
    }
    assert tally.minutes(delta, "sued") == {}
    assert delta[tally.bucket("nord", "t", at)] == {"n:strom": 2, "n:#aus": 2, "-:strom": 2, "-:#aus": 2}
    assert delta[tally.bucket("nord", "a", at)] == {"who:n": 2, "who:-": 2}
    assert delta[tally.bucket("nord", "v", at)] == {"00ff:n": 2, "~:all": 2}


def test_a_voice_is_a_fingerprint_or_an_author_or_that_of_somebody_else():
    def voice(kind: str, fingerprint: str) -> dict[str, int]:
        part = Contribution(("n",), 10.0, "neutral", "forum", kind, 0, "a", (), voice=fingerprint)
        return tally.reduce([part])[tally.bucket("n", "v", 10.0)]

    assert voice("post", "00ff") == {"00ff:n": 1}
    assert voice("post", "") == {"@a:n": 1}
    assert voice("repost", "") == {"~:n": 1, "~:all": 1, "~:rp": 1}


def test_nothing_of_author_and_words_remains_of_what_is_deleted():
    part = Contribution(("n",), 9.0, "negative", "forum", "post", 7, "a", ("x",), intents=("complaint",), voice="00ff")
    assert tally.remains(part) == Contribution(
        ("n",), 9.0, "negative", "forum", "post", 7, "", (), intents=("complaint",)
    )


def test_minutes_come_in_their_order():
    parts = [Contribution(("n",), at, "neutral", "forum", "post", 0, "a", ()) for at in (7300.0, 10.0, 3605.0)]
    assert list(tally.minutes(tally.reduce(parts), "n")) == [0, 3600, 7260]


@given(deltas)
def test_only_takes_one_grain(delta):
    parts = [tally.only(delta, grain) for grain in "smatv"]
    for name in tally.only({name: f for name, f in delta.items() if "a:s:b" not in name}, "m"):
        assert tally.split(name)[1] == "m"
    assert {name for part in parts for name in part} == set(delta)


def mention(**more: object) -> Mention:
    return Mention("forum", "1", 60.0, "Strom weg", Author("a1", "nn", "Nina", 30), brands=("nord",), **more)


def test_a_contribution_says_all_that_a_mention_adds():
    analysis = Analysis("de", Sentiment("negative", 0.8, 0.1, 0.1), terms=("strom",))
    found = tally.contribution(
        AnalysedMention(mention(engagement=Engagement(views=90), kind="reply", demo=True), analysis), "who"
    )
    assert found == Contribution(("nord",), 60.0, "negative", "forum", "reply", 90, "who", ("strom",), demo=True)


def test_reach_without_any_figure_is_nothing():
    nobody = Mention("forum", "1", 60.0, "x", Author("a1"), brands=("nord",))
    assert tally.contribution(AnalysedMention(nobody, NOT_ANALYSED), "who").reach == 0


def test_a_profile_shows_the_best_name_there_is():
    assert tally.profile(Author("1", "nn", "Nina", 5, url="u"), "forum", demo=True) == Profile(
        "forum", "Nina", "nn", 5, "u", demo=True
    )
    assert tally.profile(Author("1", "nn"), "forum").name == "nn"
    assert tally.profile(Author("1"), "forum") == Profile("forum", "1", None, 0)
