"""The first post, and five that show a storm and differ."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.explanation.said import Said
from alerts.explanation.witness import SHOWN, SPARE, first_post, witnesses
from tests.unit.alerts.storms import AT, START, say

ONE, NEAR_ONE, OTHER = "0" * 16, "0" * 15 + "3", "f" * 16


def keys(found, why=None):
    return [one.mention for one in found if why in (None, one.why)]


def test_the_first_post_is_the_earliest_that_fits_even_before_the_first_unusual_minute():
    calm = say(500, "calm", "Schöner Tag", "positive")
    spark = say(380, "spark", "Der Abschlag ist doppelt so hoch", terms=("abschlag",))
    again = say(385, "again", "RT Der Abschlag", kind="repost", terms=("abschlag",))
    later = say(100, "later", "Auch mein Abschlag", terms=("abschlag",))
    said = Said((calm, again, spark), (later,))
    assert first_post(said, ("Abschlag",), START) == spark
    assert first_post(said, (), START) == later
    assert first_post(said, ("Hotline", "Abschlag"), START) == later  # weaker terms are said on ordinary days, too
    assert first_post(Said((), (say(9, label="neutral"),)), (), START).at == AT - 9
    assert first_post(Said(), ("Abschlag",), START) is None


def test_our_own_post_is_not_the_first():
    us = say(200, "us", "Abschlag", terms=("abschlag",), ours=True)
    them = say(100, "them", "Abschlag!", terms=("abschlag",))
    assert first_post(Said((), (us, them)), ("Abschlag",), START) == them


def test_evidence_has_one_of_each_kind():
    first = say(290, "a", "Erster", terms=("abschlag",))
    wide = say(200, "b", "Weit gehört", followers=90_000)
    led = say(180, "c", "Aufgegriffen")
    crowd = [say(150 - n, f"k{n}", "Alle sagen das", voice=ONE) for n in range(9)]
    other = say(90, "d", "Ich finde sie gut", "positive")
    found = witnesses([first, wide, led, *crowd, other], first, [led.key])
    assert [one.why for one in found[:SHOWN]] == ["first", "reach", "followed", "typical", "other_side"]
    assert keys(found) == [first.key, wide.key, led.key, crowd[0].key, other.key]


def test_what_is_hardly_positive_is_not_the_other_side():
    angry = [say(200 - n, f"a{n}") for n in range(3)]
    doubtful = say(90, "d", "Na super", "positive")
    sentiment = replace(doubtful.analysed.analysis.sentiment, positive=0.5)
    analysed = replace(doubtful.analysed, analysis=replace(doubtful.analysed.analysis, sentiment=sentiment))
    assert not keys(witnesses([*angry, doubtful._replace(analysed=analysed)], angry[0]), "other_side")


def test_where_nobody_takes_the_other_side_another_channel_speaks():
    said = [say(200, "a"), say(100, "b", channel="news"), say(90, "c")]
    found = witnesses(said, said[0])
    assert keys(found, "other_channel") or {one.mention for one in found} == {one.key for one in said}
    said = [say(200 - n, f"a{n}", followers=100 - n) for n in range(6)] + [say(1, "n", channel="news", followers=0)]
    assert keys(witnesses(said, said[0]), "other_channel") == [said[-1].key]


def test_near_copies_and_a_second_post_by_one_author_are_left_out():
    said = [
        say(200, "a", "Eins", voice=ONE),
        say(190, "b", "Eins!", voice=NEAR_ONE),
        say(180, "a", "Zwei", voice=OTHER),
    ]
    assert keys(witnesses(said, said[0])) == [said[0].key, said[2].key]  # two by one author: there is nobody else
    said = [say(200, "a", "Gleich"), say(190, "b", "gleich"), say(180, "c", "Anders")]
    assert keys(witnesses(said, said[0])) == [said[0].key, said[2].key]


def test_what_is_beside_the_point_is_evidence_only_if_there_is_nothing_else():
    beside = [say(100 - n, f"x{n}", label="neutral", followers=9_000) for n in range(9)]
    about = say(50, "a", "Der Abschlag", "neutral", terms=("abschlag",))
    found = witnesses([*beside, about], None, terms=("Abschlag",))
    assert found[0].mention == about.key
    assert len(found) == SHOWN + SPARE


def test_our_own_posts_and_empty_ones_are_no_evidence():
    assert witnesses([say(9, "us", ours=True), say(8, "x", " ")], None) == ()


posts = st.lists(
    st.tuples(
        st.integers(0, 290),
        st.integers(0, 12),
        st.integers(0, 6),
        st.sampled_from(("negative", "neutral", "positive")),
        st.sampled_from(("chat", "news")),
        st.integers(0, 1_000),
    ),
    max_size=40,
)


@given(posts)
def test_no_two_are_alike_and_authors_differ_while_there_are_others(drawn):
    said = [
        say(ago + place / 100, f"p{who}", f"Text {text}", label, channel=channel, followers=followers)
        for place, (ago, who, text, label, channel, followers) in enumerate(drawn)
    ]
    found = witnesses(said, said[0] if said else None)
    by_key = {one.key: one for one in said}
    texts = [by_key[one.mention].analysed.mention.text for one in found]
    authors = [by_key[one.mention].author for one in found]
    assert len(texts) == len(set(texts)) <= SHOWN + SPARE
    if len(authors) != len(set(authors)):
        assert len(found) <= SHOWN
