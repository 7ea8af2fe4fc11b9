import time
from collections import Counter
from collections.abc import Callable
from random import Random
from statistics import fmean

import pytest

from app.domain.brand import Brand, Watched
from app.domain.mention import Deletion, Mention
from ingest.demo.generator import Generator
from ingest.demo.speech import fill
from ingest.demo.storm import Storm
from ingest.demo.write import Writer
from ingest.match import Matcher

MATCHER = Matcher(
    Watched(
        (
            Brand(
                "nordlicht",
                "Nordlicht Strom",
                '"Nordlicht Strom" OR #nordlicht OR @nordlichtstrom',
                ("@nordlichtstrom",),
            ),
        )
    )
)
EVENING = 1_795_287_600  # 2026-11-21 20:00 in Berlin
NIGHT = EVENING + 7 * 3600
STORM = Storm(EVENING + 20, 30)


@pytest.fixture(scope="module")
def world():
    return Generator(7)


@pytest.fixture(scope="module")
def hour(world):
    return [mention for minute in range(60) for mention in world.minute(EVENING - 3600 + 60 * minute)]


@pytest.fixture(scope="module")
def stormy(world):
    return [mention for minute in range(45) for mention in world.minute(EVENING + 60 * minute, STORM)]


def test_the_same_minute_is_the_same_in_another_process_history(world, hour):
    other = Generator(7)
    other.minute(EVENING - 86400)
    backwards = [mention for minute in reversed(range(60)) for mention in other.minute(EVENING - 3600 + 60 * minute)]
    assert {m.id: m for m in backwards} == {m.id: m for m in hour}
    assert {m.id for m in hour}.isdisjoint(m.id for m in Generator(8).minute(EVENING - 60))


def test_mentions_lie_in_their_minute_in_order_and_are_marked_as_demo(world):
    mentions = world.minute(EVENING)
    times = [mention.published_at for mention in mentions]
    assert times == sorted(times)
    assert all(EVENING <= at < EVENING + 60 for at in times)
    assert all(mention.demo and mention.author.name for mention in mentions)


def test_no_two_mentions_share_an_identity(hour, stormy):
    every = hour + stormy
    assert len({(mention.channel, mention.id) for mention in every}) == len(every)


def test_an_hour_has_six_channels_every_kind_and_both_languages(hour):
    assert {mention.channel for mention in hour} == {"bluesky", "mastodon", "forum", "news", "reviews", "mail"}
    assert {mention.kind for mention in hour} == {
        "post", "reply", "repost", "quote", "comment", "review", "article", "message",
    }  # fmt: skip
    languages = Counter(mention.language for mention in hour if mention.language)
    assert languages["de"] > 2 * languages["en"] > 100
    assert len({mention.author.id for mention in hour}) > 120


def test_most_match_our_query_and_the_rest_answers_or_is_noise(hour):
    ids = {(mention.channel, mention.id) for mention in hour}
    direct = [mention for mention in hour if MATCHER.scopes(mention)]
    known = [m for m in hour if m not in direct and (m.channel, m.in_reply_to or m.quotes) in ids]
    assert 0.6 < len(direct) / len(hour) < 0.9
    assert 0.9 < (len(direct) + len(known)) / len(hour) < 0.98


def test_answers_refer_to_earlier_mentions_of_the_same_channel(hour):
    by_id = {mention.id: mention for mention in hour}
    answers = [mention for mention in hour if mention.kind in {"reply", "comment", "repost", "quote"}]
    linked = [mention for mention in answers if mention.in_reply_to or mention.quotes]
    assert len(linked) > 0.97 * len(answers)
    for mention in linked:
        target = by_id.get(mention.in_reply_to or mention.quotes)
        if target:
            assert target.published_at < mention.published_at
            assert target.channel == mention.channel
            assert mention.kind != "repost" or mention.text == target.text


def test_reviews_carry_stars_and_reach_is_heavy_tailed(hour):
    assert {m.rating for m in hour if m.kind == "review"} >= {1.0, 3.0, 5.0}
    assert all(m.rating is None for m in hour if m.kind != "review")
    followers = [m.author.followers for m in hour if m.author.followers is not None]
    assert max(followers) > 50_000
    assert sorted(followers)[len(followers) // 2] < 2_000


def test_people_keep_their_habits(hour):
    texts = [mention.text for mention in hour]
    assert any("ä" in text or "ü" in text for text in texts)
    assert any("fuer" in text or "waer" in text or "Waer" in text or "oe" in text for text in texts)
    assert any(text.islower() for text in texts)
    assert any("😊" in text or "👍" in text for text in texts)


def test_day_and_night_differ(world):
    evening = fmean(world.tally(EVENING - 60 * minute).count for minute in range(120))
    night = fmean(world.tally(NIGHT + 60 * minute).count for minute in range(120))
    assert night * 4 < evening


def test_the_average_of_a_week_is_the_rate(world):
    counts = [world.tally(EVENING - 60 * minute).count for minute in range(0, 10080, 3)]
    assert fmean(counts) == pytest.approx(40 * 0.95, rel=0.1)


def test_the_tally_counts_what_the_minute_says(world):
    for start in (EVENING, NIGHT, EVENING + 300):
        tally, mentions = world.tally(start, STORM), world.minute(start, STORM)
        assert tally.start == start
        assert tally.negative + tally.neutral + tally.positive + tally.uncertain == tally.count
        assert sum(tally.channels.values()) == tally.count
        assert len(mentions) * 0.85 <= tally.count <= len(mentions)
        assert tally.reach <= sum(mention.author.followers or 0 for mention in mentions)
        assert 0 < tally.authors <= tally.count


def test_counting_a_minute_is_far_cheaper_than_writing_it():
    """At the first start a fortnight is counted; told against writing, because machines differ and are busy."""
    starts = [EVENING - 7200 - 60 * minute for minute in range(180)]
    counted, written = (seconds(act, starts) for act in (Generator(7).tally, Generator(7).minute))
    assert counted < written / 4
    assert counted * 14 * 1440 / 180 < 20


def seconds(act: Callable[[int], object], starts: list[int]) -> float:
    began = time.process_time()
    for start in starts:
        act(start)
    return time.process_time() - began


def test_the_storm_grows_and_is_angry(world):
    usual = fmean(world.tally(EVENING - 60 * minute).count for minute in range(30))
    tallies = [world.tally(EVENING + 60 * minute, STORM) for minute in range(60)]
    assert tallies[0].count < 2.2 * usual
    assert all(tally.count > 4 * usual for tally in tallies[3:9])
    negative = sum(tally.negative for tally in tallies[3:9]) / sum(tally.count for tally in tallies[3:9])
    assert 0.65 < negative < 0.88
    assert tallies[59].count < 1.6 * usual


@pytest.mark.parametrize("start", [NIGHT, EVENING - 11 * 3600])
def test_the_storm_is_as_plain_at_any_hour(world, start):
    storm = Storm(start, 20)
    usual = fmean(world.tally(start - 60 * minute).count for minute in range(30))
    assert world.tally(start + 180, storm).count > 4 * usual


def test_the_storm_is_a_story(stormy):
    said = [mention for mention in stormy if "-s" in mention.id]
    first = said[0]
    assert 1_000 < first.author.followers < 20_000
    assert "VERDOPPELT" in first.text
    early = [mention for mention in said if mention.published_at < STORM.start + 160]
    assert first.id in {mention.quotes or mention.in_reply_to for mention in early}
    names = {mention.author.name for mention in said}
    assert {"Verbraucherzentrale N.", "Nordlicht Strom"} <= names
    assert any(mention.kind == "article" for mention in said)
    share = sum(mention.kind == "repost" for mention in said) / len(said)
    assert 0.6 < share < 0.75
    assert sum("#nordlichtabzocke" in mention.text.lower() for mention in said) > 0.2 * len(said)


def test_calling_it_off_changes_nothing_that_was_said(world):
    calmed = Storm(STORM.start, STORM.minutes, STORM.start + 200)
    before = world.events(STORM.start, calmed.calmed - 1, STORM)
    assert world.events(STORM.start, calmed.calmed - 1, calmed) == before
    assert world.tally(EVENING + 600, calmed).count < 0.4 * world.tally(EVENING + 600, STORM).count
    assert not [
        m for m in world.minute(EVENING + 720, calmed) if m.author.name == "Verbraucherzentrale N." and "-c" in m.id
    ]


def test_faster_life_says_more_and_storms_sooner():
    fast = Generator(7, rate=10, speed=4)
    assert fast.tally(EVENING).count == pytest.approx(Generator(7, rate=40).tally(EVENING).count, rel=0.6)
    assert fast.tally(EVENING + 60, Storm(EVENING, 30)).count > 4 * fast.tally(EVENING).count


def test_some_posts_are_edited_and_some_deleted_later(world):
    events = world.events(EVENING - 3600, EVENING)
    seen: dict[str, Mention] = {}
    edits = deletions = 0
    for event in events:
        if isinstance(event, Deletion):
            deletions += 1
            assert event.id not in seen or seen[event.id].published_at < event.deleted_at
        elif event.edited_at:
            edits += 1
            assert event.revision == round(event.edited_at * 1_000_000)
            assert event.id not in seen or event.text.startswith(seen[event.id].text)
        else:
            seen[event.id] = event
    assert 1 <= edits < 60
    assert 1 <= deletions < 40


def test_nobody_edits_what_was_never_heard(world):
    since = EVENING - 600
    for event in world.events(since, EVENING, since=since):
        at = event.published_at if isinstance(event, Mention) else None
        assert at is None or at >= since


def test_a_bump_speaks_of_one_town(world):
    rhythm = world._planner.rhythm
    minutes = range(EVENING // 60 - 40 * 1440, EVENING // 60)
    minute = next(m for m in minutes if (rhythm.bump(m) or (None, 0))[1] > 0.2 and rhythm.bump(m)[0].place)
    place = rhythm.bump(minute)[0].place
    extra = [mention for mention in world.minute(minute * 60) if f"{minute:x}-u" in mention.id]
    assert extra
    assert all(mention.place == place for mention in extra)


def test_nothing_to_pass_on_means_saying_it_oneself(world):
    quiet = Generator(7, rate=0.2)
    said = [mention for minute in range(600) for mention in quiet.minute(NIGHT + 60 * minute)]
    alone = [mention for mention in said if mention.kind == "post" and "#" in mention.text]
    assert said
    assert alone


def test_a_line_without_words_cannot_be_written(world):
    plans = [plan for minute in range(9) for plan in world._planner.plans(EVENING // 60 + minute)]
    wordless = next(plan for plan in plans if plan.line.template is None)
    with pytest.raises(ValueError, match="words of its own"):
        Writer(world._planner)._mention(wordless, wordless.line, Random(1))


def test_fill_knows_every_edit_note():
    assert fill("{edit}", "de", Random(1), {})


def test_tokens_of_a_busy_minute_never_meet():
    busy = Generator(7, rate=180)
    rhythm = busy._planner.rhythm
    minute = next(m for m in range(EVENING // 60, 0, -1) if (rhythm.bump(m) or (None, 0))[1] > 0.2)
    mentions = busy.minute(minute * 60, Storm(minute * 60 - 240, 30))
    assert len({(mention.channel, mention.id) for mention in mentions}) == len(mentions) > 1_000
