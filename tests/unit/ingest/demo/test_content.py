from collections import Counter

import pytest

from app.domain.brand import Brand, Watched
from app.domain.mention import KINDS
from ingest.demo import content
from ingest.demo.cast import people, pool
from ingest.demo.chance import chance
from ingest.demo.content import ROOTS, SLOT, Template
from ingest.demo.speech import fill
from ingest.match import Matcher
from tests.speech import spoken

BRAND = Brand(
    "nordlicht", "Nordlicht Strom", '"Nordlicht Strom" OR #nordlicht OR @nordlichtstrom', ("@nordlichtstrom",)
)
MATCHER = Matcher(Watched((BRAND,)))
ALL = content.posts() + content.storm()


def rendered(template):
    return fill(template.text, template.language, chance("test", template.text), {})


def unmatched(templates):
    """Return what stands by itself and yet no query of ours would find."""
    return [
        one.text
        for one in templates
        if one.kind in ROOTS and not one.noise and one.by != "brand" and not MATCHER.scopes(spoken(rendered(one)))
    ]


def test_there_is_enough_of_it():
    languages = Counter(one.language for one in content.posts())
    assert languages["de"] >= 350
    assert languages["en"] >= 120
    assert len(content.storm()) >= 80
    assert Counter(one.language for one in content.storm())["de"] >= 80
    assert not [text for text, times in Counter(one.text for one in ALL).items() if times > 1]


def test_every_template_renders_without_a_gap():
    for one in ALL:
        assert not SLOT.search(rendered(one)), one.text
        assert "  " not in one.text
        assert one.text == one.text.strip()


def test_whatever_stands_by_itself_matches_our_query_and_noise_never_does():
    assert unmatched(ALL) == []
    assert not [one.text for one in ALL if one.noise and MATCHER.scopes(spoken(rendered(one)))]


def test_a_template_without_the_brand_is_noticed():
    planted = Template(
        text="Ein Satz über das Wetter.",
        language="de",
        sentiment="neutral",
        topic="x",
        kind="post",
        channels=("bluesky",),
    )
    assert unmatched((planted,)) == [planted.text]


def test_kinds_channels_and_sentiments_are_those_of_the_house():
    assert {one.kind for one in ALL} <= set(KINDS)
    assert {channel for one in ALL for channel in one.channels} == {
        "bluesky", "mastodon", "forum", "news", "reviews", "mail",
    }  # fmt: skip
    assert {one.sentiment for one in ALL} == {"negative", "neutral", "positive"}
    assert {phase for one in content.storm() for phase in one.phase} == {"early", "peak", "late"}


def test_german_is_written_with_umlauts_emoji_hashtags_and_handles():
    text = " ".join(one.text for one in content.posts() if one.language == "de")
    for sign in "äöüÄÖÜß🎉💚„“€#@":
        assert sign in text


def test_the_storm_is_angry_and_has_its_own_hashtag():
    moods = Counter(one.sentiment for one in content.storm())
    assert moods["negative"] > 3 * (moods["neutral"] + moods["positive"]) * 0.8
    assert any("#nordlichtabzocke" in one.text for one in content.storm())
    assert [one.cue for one in content.storm() if one.by == "spark"] == [0]


def test_the_cast_is_large_distinct_and_heavy_tailed():
    cast = people()
    followers = sorted(one.followers for one in cast)
    assert len(cast) >= 150
    assert len({one.handle for one in cast}) == len(cast)
    assert followers[len(cast) // 2] < 1_000
    assert followers[-1] > 150_000
    assert {"person", "media", "blog", "politics", "bot", "consumer", "club", "brand", "spark"} == {
        one.role for one in cast
    }


@pytest.mark.parametrize("channel", ["bluesky", "mastodon", "forum", "reviews", "mail"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_enough_people_speak_everywhere(channel, language):
    assert len(pool("person", channel, language).items) >= 6


def test_our_own_account_is_ours_and_ids_belong_to_the_channel():
    ours = pool("brand", "bluesky", "de").items[0].author
    assert MATCHER.scopes(spoken("Moin!", author=ours)) == ("nordlicht",)
    ids = {
        channel: pool("person", channel, "de").items[0].author.id
        for channel in ("bluesky", "mastodon", "forum", "mail")
    }
    assert ids["bluesky"].startswith("did:plc:")
    assert ids["mastodon"].startswith("https://")
    assert len(set(ids.values())) == 4
    assert pool("media", "news", "de").items[0].author.url.endswith(".example")
    assert pool("person", "reviews", "de").items[0].author.followers is None


def test_who_is_not_in_a_channel_speaks_there_if_nobody_else_does():
    assert pool("spark", "mail", "en").items[0].person.role == "spark"
