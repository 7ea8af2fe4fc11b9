"""The figures of a level, counted from tallies."""

import pytest

from app.domain.strength import LOUD, strength
from app.domain.tally import Contribution, Profile, reduce

AT = 1_795_010_400.0


def say(ago: float, author: str = "a", channel: str = "chat", label: str = "negative", reach: int = 10, brand="b"):
    return Contribution((brand,), AT - ago, label, channel, "post", reach, author, ())


def test_pace_is_that_of_the_last_five_minutes_or_since_it_began():
    tally = reduce([say(ago, f"p{ago}") for ago in range(10, 300, 10)])
    assert strength(tally, "b", AT, 2.0).pace == pytest.approx(29 / 5)
    assert strength(tally, "b", AT, 2.0, since=AT - 120).pace == pytest.approx(12 / 2)
    assert strength(tally, "b", AT, 2.0).ratio == pytest.approx(2.9)


def test_authors_channels_and_reach_are_those_of_the_last_hour():
    said = [say(60 * n, f"p{n}", "chat" if n % 2 else "forum") for n in range(1, 11)]
    found = strength(
        reduce([*said, say(5400, "old"), say(120, "stray", "letters"), say(9, "x", brand="other")]), "b", AT, 1
    )
    assert (found.authors, found.channels, found.reach) == (11, 2, 110)
    assert found.length == 0


def test_media_are_their_channels_and_accounts_as_loud_as_one():
    said = [say(60, "paper", "news"), say(50, "star"), say(40, "star"), say(30, "small")]
    people = {
        "star": Profile("chat", "Star", None, LOUD),
        "small": Profile("chat", "S", None, 3),
        "paper": Profile("news", "P", None, LOUD),
    }
    assert strength(reduce(said), "b", AT, 1, profiles=people).media == 3


def test_tone_is_the_negative_share_of_what_could_be_read():
    said = [say(60), say(50, label="neutral"), say(40, label="uncertain")]
    assert strength(reduce(said), "b", AT, 1).tone == pytest.approx(0.5)
    assert strength(reduce([say(30 + n, label="uncertain") for n in range(9)] + [say(20)]), "b", AT, 1).tone is None
    assert strength({}, "b", AT, 1).tone is None


def test_length_is_counted_from_when_it_began():
    assert strength({}, "b", AT, 1, since=AT - 900).length == pytest.approx(15)
