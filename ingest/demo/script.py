"""What is said how often: wheels over the templates, by channel, kind, language and sentiment."""

from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from app.domain.analysis import Label
from ingest.demo.cast import Speaker, pool
from ingest.demo.chance import Wheel
from ingest.demo.content import SENTIMENTS, Template

EVERYDAY = {
    ("bluesky", "post"): 0.20,
    ("bluesky", "reply"): 0.10,
    ("bluesky", "repost"): 0.08,
    ("bluesky", "quote"): 0.03,
    ("mastodon", "post"): 0.13,
    ("mastodon", "reply"): 0.07,
    ("mastodon", "repost"): 0.05,
    ("mastodon", "quote"): 0.01,
    ("forum", "post"): 0.06,
    ("forum", "comment"): 0.12,
    ("news", "article"): 0.03,
    ("reviews", "review"): 0.07,
    ("mail", "message"): 0.05,
}
"""Shares of channel and kind on a usual day."""
STORMY = {
    ("bluesky", "post"): 0.098,
    ("bluesky", "reply"): 0.055,
    ("bluesky", "repost"): 0.52,
    ("bluesky", "quote"): 0.02,
    ("mastodon", "post"): 0.037,
    ("mastodon", "reply"): 0.024,
    ("mastodon", "repost"): 0.18,
    ("forum", "post"): 0.012,
    ("forum", "comment"): 0.026,
    ("news", "article"): 0.003,
    ("reviews", "review"): 0.017,
    ("mail", "message"): 0.008,
}
"""Shares of channel and kind in a storm: seven in ten pass on what somebody said."""
MOOD = {"negative": 0.27, "neutral": 0.43, "positive": 0.30}
ANGER = {"negative": 0.87, "neutral": 0.11, "positive": 0.02}
TONGUES = {"de": 0.78, "en": 0.22}
STORM_TONGUES = {"de": 0.94, "en": 0.06}
NOISE = 0.05
"""Share of talk about others, which matches no query of ours."""


class Line(msgspec.Struct, frozen=True, eq=False):
    """What a draw of chance picks: who says what where; without a template it passes on what somebody said."""

    channel: str
    kind: str
    language: str
    sentiment: Label
    topic: str
    pool: Wheel[Speaker]
    template: Template | None = None
    noise: bool = False
    """No query of ours matches it."""


class Day(msgspec.Struct, frozen=True):
    """How talk is shared out on one kind of day; `noise` is the share of talk about others."""

    shares: dict[tuple[str, str], float]
    mood: dict[str, float]
    tongues: dict[str, float]
    noise: float


USUAL = Day(EVERYDAY, MOOD, TONGUES, NOISE)
STORM = Day(STORMY, ANGER, STORM_TONGUES, 0.0)


class Script:
    """The wheels of one kind of day."""

    def __init__(self, templates: Iterable[Template], day: Day) -> None:
        self.templates = tuple(templates)
        self._day = day
        self._pairs = list(self._weigh())
        self.wheel = Wheel(self._pairs)

    @cached_property
    def topics(self) -> dict[str, Wheel[Line]]:
        """Return one wheel per topic that people post about, for bumps."""
        found: dict[str, list[tuple[Line, float]]] = {}
        for line, weight in self._pairs:
            if line.template is not None and line.kind in {"post", "article"}:
                found.setdefault(line.topic, []).append((line, weight))
        return {topic: Wheel(pairs) for topic, pairs in found.items()}

    @cached_property
    def roots(self) -> dict[tuple[str, str, str], list[Line]]:
        """Return the posts by channel, language and sentiment: what is said when there is nothing to pass on."""
        found: dict[tuple[str, str, str], list[Line]] = {}
        for line, _ in self._pairs:
            if line.kind == "post" and not line.noise:
                found.setdefault((line.channel, line.language, line.sentiment), []).append(line)
        return found

    def _weigh(self) -> Iterator[tuple[Line, float]]:
        for (channel, kind), share in self._day.shares.items():
            for tongue, part in self._day.tongues.items():
                weight = (1 - self._day.noise) * share * part
                if kind == "repost":
                    yield from self._pass_on(channel, tongue, weight)
                else:
                    yield from self._say(channel, kind, tongue, weight)
        yield from self._others()

    def _pass_on(self, channel: str, tongue: str, weight: float) -> Iterator[tuple[Line, float]]:
        speakers = pool("person", channel, tongue)
        posts = [one for one in self.templates if (one.kind, one.language) == ("post", tongue) and not one.noise]
        moods = {one.sentiment for one in posts if channel in one.channels}
        whole = sum(self._day.mood[mood] for mood in moods)
        for mood in sorted(moods):
            yield Line(channel, "repost", tongue, mood, "any", speakers), weight * self._day.mood[mood] / whole

    def _say(self, channel: str, kind: str, tongue: str, weight: float) -> Iterator[tuple[Line, float]]:
        cell = [
            template
            for template in self.templates
            if (template.kind, template.language) == (kind, tongue)
            and channel in template.channels
            and not template.noise
        ]
        moods = {mood: sum(one.weight for one in cell if one.sentiment == mood) for mood in SENTIMENTS}
        whole = sum(self._day.mood[mood] for mood in SENTIMENTS if moods[mood])
        for one in cell:
            yield (
                _line(one, channel),
                weight * self._day.mood[one.sentiment] / whole * one.weight / moods[one.sentiment],
            )

    def _others(self) -> Iterator[tuple[Line, float]]:
        pairs = [(one, channel) for one in self.templates if one.noise for channel in one.channels]
        for one, channel in pairs:
            yield _line(one, channel), self._day.noise / len(pairs)


def _line(template: Template, channel: str) -> Line:
    speakers = pool(template.by, channel, template.language)
    return Line(
        channel,
        template.kind,
        template.language,
        template.sentiment,
        template.topic,
        speakers,
        template,
        noise=template.noise,
    )


def line(template: Template, channel: str) -> Line:
    """Return a template as said in one channel (a cue of the storm)."""
    return _line(template, channel)
