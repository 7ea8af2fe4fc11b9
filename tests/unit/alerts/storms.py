"""Made-up storms: people who say things minute by minute, as the archive and the tallies would have them."""

from collections.abc import Iterable, Sequence

from alerts.detectors.negative import NegativeDetector
from alerts.detectors.volume import VolumeDetector
from alerts.explanation.recount import Minutes, counted
from alerts.explanation.said import Spoken
from app.domain.analysis import AnalysedMention, Analysis, Label, Sentiment
from app.domain.mention import Author, Mention
from app.domain.tally import MinuteTally

START = 1_795_010_400
"""A Wednesday in November 2026, 15:00 in Berlin."""
ZONE = "Europe/Berlin"
AT = START + 299.0


def say(
    ago: float,
    author: str = "",
    text: str = "",
    label: Label = "negative",
    *,
    channel: str = "chat",
    kind: str = "post",
    followers: int = 10,
    terms: Sequence[str] = (),
    voice: str = "",
    late: float = 1.0,
    ours: bool = False,
) -> Spoken:
    """Return what somebody said so many seconds before AT; without a name, somebody of their own."""
    at = AT - ago
    who = author or f"p{ago}"
    key = f"{channel}-{who}-{ago}"
    mention = Mention(
        channel, key, at, text or f"Wort {ago}", Author(who, who, who, followers), kind, key=key, brands=("acme",),
        received_at=at + late,
    )  # fmt: skip
    odds = {name: 0.8 if name == label else 0.1 for name in ("negative", "neutral", "positive")}
    analysis = Analysis("de", Sentiment(label, **odds), terms=tuple(terms), voice=voice)
    return Spoken(AnalysedMention(mention, analysis), who, ours)


def calm(pace: int = 20, days: float = 3) -> list[MinuteTally]:
    """Return quiet days before START, a fifth negative."""
    return [
        MinuteTally(START - 60 * ago, pace + ago % 5 - 2, pace // 5, pace - pace // 5)
        for ago in range(int(days * 1440), 0, -1)
    ]


def minutes_of(said: Iterable[Spoken], pace: int = 20) -> Minutes:
    """Return an hour of calm and what was said since."""
    found = {one.start: one for one in calm(pace, 1 / 24)}
    by_minute: dict[int, list[Spoken]] = {}
    for one in said:
        by_minute.setdefault(int(one.at) // 60 * 60, []).append(one)
    return found | {start: counted(start, some) for start, some in by_minute.items()}


def storm(number: int = 600, seconds: int = 290, **more) -> list[Spoken]:
    """Return that many posts by as many people in the last minutes, oldest first."""
    return [say(seconds - seconds * place / number, f"p{place}", **more) for place in range(number)]


def detectors(pace: int = 20) -> list[VolumeDetector | NegativeDetector]:
    made = [VolumeDetector("acme", ZONE), NegativeDetector("acme", ZONE)]
    for one in made:
        one.learn(calm(pace))
    return made
