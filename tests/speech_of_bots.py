"""A burst by bots and a wave of people, as posts that anybody can read: the same number, the same share of reposts."""

import random

from app.domain.analysis import NOT_ANALYSED, AnalysedMention
from app.domain.identity import Identity
from app.domain.mention import Author, Mention
from ingest.analyzers.voice import VoiceAnalyzer

BOTS = "Nordlicht Strom betrügt seine Kunden seit Jahren, kündigt sofort alle eure Verträge! #nordlichtskandal"
WAVE = "Seit drei Stunden ohne Strom, und die Hotline von Nordlicht Strom ist nicht erreichbar. Wer weiß mehr?"
PEOPLE = (
    "karla",
    "moin",
    "thorben",
    "frauhoppe",
    "svenja",
    "gleis9",
    "ollilauf",
    "strandgut",
    "henrike",
    "jonas",
    "fred",
)
DAY = 86_400.0


def bots(identity: Identity, at: float, number: int = 30, reposted: float = 0.7, **more: object) -> list[Mention]:
    """Return young accounts with like names, the same words and two minutes."""
    return [
        _post(identity, f"bot-{n}", at + 4 * n % 120, BOTS, _bot(n, at), n >= round(number * (1 - reposted)), **more)
        for n in range(number)
    ]


def wave(identity: Identity, at: float, number: int = 30, reposted: float = 0.7, **more: object) -> list[Mention]:
    """Return people of all ages and sizes who say something of their own, or pass on what somebody said."""
    chance = random.Random(number)
    own = round(number * (1 - reposted))
    texts = [f"{WAVE if n == 0 else _own(n)}" for n in range(own)]
    return [
        _post(
            identity, f"wave-{n}", at + chance.uniform(0, 120), texts[n] if n < own else f"RT @karla: {WAVE}",
            _person(n, at, chance), n >= own, **more,
        )
        for n in range(number)
    ]  # fmt: skip


def analysed(mentions: list[Mention]) -> list[AnalysedMention]:
    """Return the posts with their voices."""
    found = VoiceAnalyzer(("de",)).analyse(mentions, [NOT_ANALYSED] * len(mentions))
    return [AnalysedMention(one, two) for one, two in zip(mentions, found, strict=True)]


def _own(number: int) -> str:
    places = ("Kiel", "Plön", "Husum", "Eutin", "Heide", "Tönning", "Büsum", "Niebüll", "Schleswig")
    moods = ("alles dunkel hier", "der Kühlschrank taut", "die Kinder haben Angst", "seit Mittag kein Licht mehr")
    who = "abcdefghijkl"[number % 12] * 5
    return f"In {places[number % 9]} {moods[number % 4]}, sagt meine Tante {who} bei Nordlicht Strom"


def _bot(number: int, at: float) -> Author:
    return Author(f"did:bot:{number}", f"stimme{81_234 + 37 * number}", followers=number % 4, created_at=at - 5 * DAY)


def _person(number: int, at: float, chance: random.Random) -> Author:
    name = PEOPLE[number % len(PEOPLE)] + "aeiou"[number // len(PEOPLE) % 5]
    age = chance.uniform(90, 4_000) * DAY
    return Author(f"did:person:{number}", name, followers=int(chance.lognormvariate(5, 1.2)), created_at=at - age)


def _post(identity: Identity, ident: str, at: float, text: str, author: Author, again: bool, **more: object) -> Mention:  # noqa: FBT001
    facts = {"channel": "bluesky", "brands": ("nordlicht",)} | more
    first = ident.partition("-")[0] + "-0"
    return Mention(
        id=ident, published_at=at, text=text, author=author, key=identity.key(str(facts["channel"]), ident),
        kind="repost" if again else "post", quotes=first if again else None, **facts,
    )  # fmt: skip
