"""Scenarios of drills: how a made-up storm rises and falls, who speaks in it, and in what words. Pure."""

from typing import Literal

import msgspec

from app.errors import WrongInput

Role = Literal["spark", "critics", "shares", "asks", "defenders", "bots", "media", "ours"]
"""Who speaks: whoever begins it, angry people, those who pass it on, ask, or stand by us, bots, media, our accounts."""

LEAST_WORDS = 40
"""Different texts a scenario has to have in each language."""
LONGEST = 240
"""Minutes of a scenario at most."""


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happens in the story: media take it up, we answer in our standard words, a second wave comes."""

    minute: float
    do: Literal["media", "ours", "wave"]
    factor: float = 1.0
    """How many times the pace from then on, of a wave."""
    unless: Literal["", "statement"] = ""
    """What keeps it from happening."""


class Speech(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said, by role; `{brand}` is the brand's name, other words in braces are filled by chance."""

    spark: str
    critics: tuple[str, ...]
    media: tuple[str, ...]
    ours: tuple[str, ...]
    asks: tuple[str, ...] = ()
    defenders: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = {}
    """Gap → what may stand in it; beside those all scenarios share."""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A storm as a story: its pace by the minute, who speaks how often, and what happens on the way."""

    id: str
    name: dict[str, str]
    about: dict[str, str]
    minutes: int
    curve: tuple[tuple[float, float], ...]
    """(minute, posts a minute), straight lines between them."""
    mix: dict[Role, float]
    """Role → its share of the posts."""
    speech: dict[str, Speech]
    turns: tuple[Turn, ...] = ()
    calm: float = 8.0
    """Minutes in which the pace falls to half once we have said something."""

    def pace(self, minute: float, answered: float | None = None) -> float:
        """Return posts a minute, `minute` minutes into the story; `answered` is when we said something, if we did."""
        if not 0 <= minute < self.minutes:
            return 0.0
        pace = _between(self.curve, minute)
        for turn in self.turns:
            stopped = turn.unless == "statement" and answered is not None and answered <= turn.minute
            if turn.do == "wave" and minute >= turn.minute and not stopped:
                pace *= turn.factor
        if answered is not None and minute > answered:
            pace *= 0.5 ** ((minute - answered) / self.calm)
        return pace


class Calm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people say of any brand on any day, and the words that fill gaps in every scenario."""

    talk: tuple[str, ...]
    shares: tuple[str, ...]
    defenders: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


def assert_scenario(one: Scenario) -> None:
    """Raise `WrongInput` with what to write instead, unless a scenario can be played."""
    if not 1 <= one.minutes <= LONGEST:
        raise WrongInput(f"{one.id}: `minutes` has to be 1 to {LONGEST}.")
    if len(one.curve) < 2 or list(one.curve) != sorted(one.curve) or min(pace for _, pace in one.curve) < 0:  # noqa: PLR2004 - a line
        raise WrongInput(f"{one.id}: `curve` needs two points or more, by rising minutes, no pace below 0.")
    if one.curve[-1][1] > max(pace for _, pace in one.curve) / 2:
        raise WrongInput(f"{one.id}: a storm ends; let the last point of `curve` be low.")
    if abs(sum(one.mix.values()) - 1) > 0.01:  # noqa: PLR2004 - rounding
        raise WrongInput(f"{one.id}: the shares of `mix` have to sum to 1.")
    for language in ("de", "en"):
        if language not in one.speech or language not in one.name or language not in one.about:
            raise WrongInput(f"{one.id}: `name`, `about` and `speech` are needed in {language}.")


def _between(curve: tuple[tuple[float, float], ...], minute: float) -> float:
    before = (0.0, 0.0)
    for point in curve:
        if point[0] >= minute:
            share = (minute - before[0]) / (point[0] - before[0]) if point[0] > before[0] else 1.0
            return before[1] + share * (point[1] - before[1])
        before = point
    return 0.0
