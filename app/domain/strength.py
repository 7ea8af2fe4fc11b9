"""Strength: the figures of a level, counted from the tallies of a brand."""

from collections.abc import Mapping

from app.domain.level import Strength
from app.domain.tally import SPAN, Profile, TallyDelta, by_whom, minutes, only, split

LOOK = 300
"""Seconds the pace covers at most: what is now, not what was."""
HOUR = 3600
STRAY = 3
"""Mentions that make a channel one that takes part."""
READ = 0.2
"""Share of the mentions whose tone is known, below which nothing is said of it."""
MEDIA = frozenset({"news", "press", "blog", "feed", "feeds", "rss", "wordpress", "hackernews"})
"""Channels in which editors, bloggers and broadcasters speak."""
LOUD = 50_000
"""Followers from which an account is as good as a medium."""


def strength(
    tally: TallyDelta,
    brand: str,
    at: float,
    expected: float,
    since: float | None = None,
    profiles: Mapping[str, Profile] | None = None,
) -> Strength:
    """Return how strong it blows about a brand at `at`, from its minutes and authors of the last hour.

    `expected` is what is usual, in mentions a minute, `since` when it began: what was before does not count to pace and
    length. Accounts with a large following are told by `profiles`.
    """
    known = minutes(only(tally, "m"), brand)
    begin = max(int(since or 0) // 60 * 60, int(at) // 60 * 60 - LOOK)
    recent = [one for start, one in known.items() if begin <= start <= at]
    hour = [one for start, one in known.items() if max(at - HOUR, (since or 0) - 60) < start <= at]
    channels: dict[str, int] = {}
    for one in hour:
        for channel, number in one.channels.items():
            channels[channel] = channels.get(channel, 0) + number
    authors = _authors(tally, brand, at, since)
    return Strength(
        pace=sum(one.count for one in recent) / (max(at - begin, 60.0) / 60),
        expected=expected,
        authors=len(authors),
        channels=sum(number >= STRAY for number in channels.values()),
        media=_media(channels, authors, profiles or {}),
        tone=_tone(sum(o.negative for o in recent), sum(o.uncertain for o in recent), sum(o.count for o in recent)),
        reach=sum(one.reach for one in hour),
        length=max(at - since, 0.0) / 60 if since else 0.0,
    )


def _authors(tally: TallyDelta, brand: str, at: float, since: float | None) -> dict[str, int]:
    """Return who spoke in the last hour, or since it began, and how often."""
    span = SPAN["a"]
    first = max(at - HOUR, since or 0) // span * span
    named = ((split(name), fields) for name, fields in only(tally, "a").items())
    found = by_whom(fields for (owner, _, start), fields in named if owner == brand and first <= start <= at)
    return {who: measures.get("n", 0) for who, measures in found.items() if measures.get("n", 0) > 0 and who}


def _media(channels: Mapping[str, int], authors: Mapping[str, int], profiles: Mapping[str, Profile]) -> int:
    """Return the mentions in channels of media, and those of accounts as loud as one."""
    spoken = sum(number for channel, number in channels.items() if channel in MEDIA)
    loud = (who for who, one in profiles.items() if one.followers >= LOUD and one.channel not in MEDIA)
    return spoken + sum(authors.get(who, 0) for who in loud)


def _tone(negative: int, uncertain: int, count: int) -> float | None:
    read = count - uncertain
    return negative / read if read > 0 and read >= READ * count else None
