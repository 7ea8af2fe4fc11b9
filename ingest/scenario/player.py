"""A scenario as mentions: the same seed, minute and answer give the same posts, on every machine."""

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple

from app.domain.mention import Author, Engagement, Mention
from app.domain.scenario import Calm, Role, Scenario, Speech
from app.domain.tally import MinuteTally
from ingest.demo.chance import Wheel, chance, poisson

GAP = re.compile(r"\{(\w+)\}")
CHANNELS = Wheel([("bluesky", 0.4), ("mastodon", 0.3), ("forum", 0.2), ("reviews", 0.1)])
PASSED_ON = 0.6
"""Share of what passes something on that adds no words of its own."""
HEADS = 12
"""Posts of the first minutes that others pass on and answer."""
NAMES = (
    "Jana", "Tobias", "Mira", "Deniz", "Lena", "Paul", "Aylin", "Jonas", "Sofia", "Emil", "Nora", "Felix", "Ida",
    "Greta", "Luca", "Maya", "Oskar", "Rosa", "Theo", "Vera", "Yusuf", "Clara", "Ben", "Hanna", "Ella", "Karim",
)  # fmt: skip
"""How made-up people are called."""
PRESS = ("Morgenblatt", "Netzwelt heute", "The Daily Example", "Radio Beispiel", "Example News", "Verbraucherpost")
"""How made-up media are called."""
VOICES = {"critics": 4000, "shares": 9000, "asks": 2000, "defenders": 600, "bots": 40, "talk": 3000}
"""How many people there are to speak in each role."""


class Stage(NamedTuple):
    """What a scenario is played with."""

    scenario: Scenario | None
    calm: Calm
    language: str
    brand: str
    """Its name, as people write it."""
    account: str = ""
    """The handle under which we speak; "": we say nothing by ourselves."""
    seed: int = 7


class Player:
    """Writes the posts of a storm, and the talk of any day around it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._speech = stage.scenario.speech[stage.language] if stage.scenario else None
        self.minute, self.talk = lru_cache(maxsize=8)(self._minute), lru_cache(maxsize=64)(self._talk)
        self._words = {**stage.calm.words, **(self._speech.words if self._speech else {})}

    def _minute(
        self, number: int, start: float, span: float, answered: float | None = None, times: float = 1.0
    ) -> list[Mention]:
        """Return what the story's minute `number` brings, told from `start` on for `span` seconds, in order of time.

        `answered` is the minute of the story in which we said something, if we did before this minute; `times` makes
        the storm as large as the brand.
        """
        scenario = self._stage.scenario
        if scenario is None or self._speech is None or number >= scenario.minutes:
            return []
        rng = chance(self._stage.seed, scenario.id, self._stage.language, number)
        wheel: Wheel[Role] = Wheel(scenario.mix.items())
        posts = poisson(rng, times * scenario.pace(number + 0.5, answered))
        roles: list[tuple[float, Role]] = sorted((rng.random(), wheel.turn(rng.random())) for _ in range(posts))
        roles += [(0.5, turn.do) for turn in scenario.turns if turn.do != "wave" and int(turn.minute) == number]
        if number == 0:
            roles = [(0.0, "spark"), *((0.2 + 0.8 * at, role) for at, role in roles)]
        told = (role for role in sorted(roles) if role[1] != "ours" or (self._stage.account and answered is None))
        return [self._post(number, place, start + at * span, role, rng) for place, (at, role) in enumerate(told)]

    def _talk(self, start: int, rate: float) -> list[Mention]:
        """Return what people say on any day in the minute that starts at `start`, `rate` mentions on average."""
        rng = chance(self._stage.seed, "talk", start)
        times = sorted(rng.random() * 60 for _ in range(poisson(rng, rate)))
        return [
            self._mention(
                f"talk-{start}-{place}", start + at, self._filled(rng.choice(self._stage.calm.talk), rng), "talk", rng
            )
            for place, at in enumerate(times)
        ]

    def _post(self, minute: int, place: int, at: float, role: Role, rng: Random) -> Mention:
        speech, name = self._told(), f"storm-{minute}-{place}"
        if role == "shares":
            return self._passed_on(name, minute, at, rng)
        choices = {
            "spark": (speech.spark,),
            "critics": speech.critics,
            "asks": speech.asks or speech.critics,
            "defenders": (*speech.defenders, *self._stage.calm.defenders),
            "bots": speech.bots or speech.critics,
            "media": speech.media,
            "ours": speech.ours,
        }[role]
        if role == "bots":  # one hand: the same words again and again within a few minutes
            given = chance(self._stage.seed, "hand", minute // 5)
            return self._mention(name, at, self._filled(given.choice(choices), given), role, rng)
        return self._mention(name, at, self._filled(rng.choice(choices), rng), role, rng)

    def _passed_on(self, name: str, minute: int, at: float, rng: Random) -> Mention:
        """Return a repost, or a quote with a few words, of one of the first posts."""
        head = self._head(rng.randrange(1 + min(minute, HEADS - 1)))
        if rng.random() < PASSED_ON:
            return self._mention(name, at, head[1], "shares", rng, kind="repost", quotes=head[0], channel=head[2])
        words = self._filled(rng.choice(self._stage.calm.shares), rng)
        return self._mention(name, at, words, "shares", rng, kind="quote", quotes=head[0], channel=head[2])

    def _head(self, number: int) -> tuple[str, str, str]:
        """Return id, text and channel of the spark (0), or of a critical post that stands for those of a minute."""
        rng, speech = chance(self._stage.seed, "head", number), self._told()
        text = speech.spark if number == 0 else rng.choice(speech.critics)
        return f"head-{number}", self._filled(text, rng), "bluesky" if number % 2 == 0 else "mastodon"

    def _told(self) -> Speech:
        if self._speech is None:
            raise ValueError("only a scenario has words of its own")
        return self._speech

    def _filled(self, template: str, rng: Random) -> str:
        given: dict[str, str] = {"brand": self._stage.brand}

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in given:
                given[name] = rng.choice(self._words[name])
            return given[name]

        text = GAP.sub(value, template)
        return text[:1].upper() + text[1:]

    def _mention(self, name: str, at: float, text: str, role: str, rng: Random, **more: str) -> Mention:
        channel = more.get("channel") or ("news" if role == "media" else CHANNELS.turn(rng.random()))
        if role == "spark":
            name, channel = "head-0", "bluesky"
            text = self._head(0)[1]
        author = self._author(role, rng)
        reach = author.followers or 0
        loud = (1 + reach) ** 0.4 * rng.lognormvariate(-1.5, 0.8)
        return Mention(
            channel=channel,
            id=f"drill-{self._stage.seed}-{name}",
            published_at=round(at, 3),
            text=text,
            author=author,
            kind=more.get("kind", "article" if role == "media" else "review" if channel == "reviews" else "post"),
            language=self._stage.language,
            quotes=f"drill-{self._stage.seed}-{more['quotes']}" if "quotes" in more else None,
            engagement=Engagement(
                int(loud), int(loud / 5), int(loud / 3), int(reach * 0.2) if role == "media" else None
            ),
        )

    def _author(self, role: str, rng: Random) -> Author:
        if role == "ours":
            return Author(f"drill:{self._stage.account}", self._stage.account.removeprefix("@"), followers=25_000)
        if role == "media":
            number = rng.randrange(6)
            return Author(f"drill:press{number}", f"press{number}.example", PRESS[number], 60_000 + 50_000 * number)
        if role == "spark":
            return Author("drill:spark", "jana.example", "Jana K.", 2_400)
        number = rng.randrange(VOICES[role])
        own = chance(role, number)  # who they are does not depend on what they say
        loud = role == "critics" and number < 40  # noqa: PLR2004 - one in a hundred is widely read
        followers = int(own.uniform(20_000, 120_000) if loud else own.lognormvariate(4.8, 1.3))
        name = _called(role, number)
        return Author(
            f"drill:{role}{number}", f"{name.lower()}{number}.example", f"{name} {chr(65 + number % 26)}.", followers
        )


def _called(role: str, number: int) -> str:
    return "Info" if role == "bots" else NAMES[number % len(NAMES)]


def quiet_past(seed: int, rate: float, end: int, minutes: int) -> tuple[MinuteTally, ...]:
    """Return made-up calm minutes before `end`, where a brand has no past of its own: busier by day than by night."""
    rng = chance(seed, "past")
    found = []
    for start in range(end - minutes * 60, end, 60):
        hour = start % 86_400 / 3600
        count = poisson(rng, rate * (1.3 if 7 <= hour < 22 else 0.4))  # noqa: PLR2004 - day and night
        if count:
            negative = sum(rng.random() < 0.15 for _ in range(count))  # noqa: PLR2004 - of any day
            positive = sum(rng.random() < 0.3 for _ in range(count - negative))  # noqa: PLR2004 - as above
            found.append(
                MinuteTally(
                    start,
                    count,
                    negative,
                    count - negative - positive,
                    positive,
                    reach=count * 400,
                    authors=count,
                    channels={"bluesky": count},
                    negative_reach=negative * 400,
                )
            )
    return tuple(found)


def usual_rates(past: Sequence[MinuteTally]) -> list[float]:
    """Return mentions a minute by hour of the day (UTC), 24 of them, from past minutes; hours never heard are calm."""
    sums, days = [0.0] * 24, set()
    for minute in past:
        sums[minute.start % 86_400 // 3600] += minute.count
        days.add(minute.start // 86_400)
    return [total / (60 * max(1, len(days))) for total in sums]
