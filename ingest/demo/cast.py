"""Who speaks: the recurring, fictional authors of the demo world."""

import re
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any
from zlib import crc32

import msgspec

from app.domain.mention import Author
from ingest.demo.chance import Wheel, chance
from ingest.demo.content import read

HABITS = {"lower": 0.14, "ascii": 0.12, "typos": 0.22, "emoji": 0.24, "loud": 0.08, "hashtag": 0.10}
"""Share of people who write all in lower case, ae for ä, and so on."""
PRESENCE = {"bluesky": 0.6, "mastodon": 0.42, "forum": 0.45, "reviews": 0.4, "mail": 0.4}
"""Share of people found in a channel."""
UNKNOWN_REACH = frozenset({"reviews", "mail"})
"""Channels that do not tell how many follow an author."""
TOLD_AGE = frozenset({"bluesky", "mastodon"})
"""Channels that tell when an account was opened."""
OPENED, AGES = 1_767_225_600.0, 3.5e8
"""Accounts were opened in the eleven years before 2026."""
FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Person(msgspec.Struct, frozen=True):
    """One member of the cast, in every channel they use."""

    handle: str
    name: str
    role: str
    language: str
    followers: int
    channels: tuple[str, ...]
    habits: frozenset[str] = frozenset()
    place: str | None = None
    verified: bool = False
    weight: float = 1.0
    """How often they speak."""

    def author(self, channel: str) -> Author:
        """Return the person as a channel names them."""
        followers = None if channel in UNKNOWN_REACH else self.followers
        ident, handle, url = _address(channel, self.handle)
        opened = OPENED - AGES * crc32(ident.encode()) / 2**32 if channel in TOLD_AGE else None
        return Author(ident, handle, self.name, followers, self.verified, url, opened)


def _address(channel: str, handle: str) -> tuple[str, str | None, str | None]:
    match channel:
        case "bluesky":
            return f"did:plc:demo-{handle}", handle, f"https://bsky.example/profile/{handle}"
        case "mastodon":
            return f"https://deich.example/users/{handle}", handle, f"https://deich.example/@{handle}"
        case "forum":
            return f"forum-{handle}", handle, f"https://forum.example/u/{handle}"
        case "news":
            return f"https://{handle}.example", None, f"https://{handle}.example"
        case "mail":
            return f"{handle}@post.example", None, None
        case _:
            return f"{channel}-{handle}", None, None


class Speaker(msgspec.Struct, frozen=True):
    """A person in one channel: what a draw of chance picks."""

    person: Person
    author: Author
    reach: int


@cache
def people() -> tuple[Person, ...]:
    """Return everybody, always the same."""
    data = read("authors.yaml")
    return (*_known(data["known"]), *_nicknames(data["nicknames"]), *_neighbours(data["neighbours"]))


@cache
def pool(role: str, channel: str, language: str) -> Wheel[Speaker]:
    """Return who of a role speaks a language in a channel; whoever has the role if nobody does."""
    fitting = [one for one in people() if one.role == role]
    here = [one for one in fitting if channel in one.channels]
    exact = [one for one in here if one.language == language]
    return Wheel((_speaker(one, channel), one.weight) for one in exact or here or fitting)


def _speaker(person: Person, channel: str) -> Speaker:
    author = person.author(channel)
    return Speaker(person, author, author.followers or 0)


def _known(rows: list[dict[str, Any]]) -> Iterator[Person]:
    for row in rows:
        yield Person(
            handle=row["handle"],
            name=row["name"],
            role=row["role"],
            language=row.get("language", "de"),
            followers=row["followers"],
            channels=tuple(row["channels"]),
            verified=row.get("verified", False),
            place=row.get("place"),
            weight=row.get("weight", 1.0),
        )


def _nicknames(rows: dict[str, list[str]]) -> Iterator[Person]:
    for language, names in rows.items():
        for rank, name in enumerate(names):
            yield _someone(name, language, None, rank)


def _neighbours(rows: dict[str, list[str]]) -> Iterator[Person]:
    """Pair first names and towns (`Karla aus Kiel`), each name twice."""
    for rank, first in enumerate(rows["first"]):
        for step in (0, 7):
            town = rows["towns"][(rank * 3 + step) % len(rows["towns"])]
            yield _someone(f"{first} aus {town}", "de", town, rank)


def _someone(name: str, language: str, place: str | None, rank: int) -> Person:
    handle = re.sub(r"[^a-z0-9]+", "", name.lower().translate(FOLD))
    rng = chance("cast", handle)
    return Person(
        handle=handle,
        name=name,
        role="person",
        language=language,
        followers=min(18_000, int(rng.lognormvariate(5.0, 1.25))),
        channels=_channels(rng),
        habits=frozenset(habit for habit, share in HABITS.items() if rng.random() < share),
        place=place,
        weight=(rank + 3) ** -0.5,
    )


def _channels(rng: Random) -> tuple[str, ...]:
    found = tuple(channel for channel, share in PRESENCE.items() if rng.random() < share)
    return found or ("bluesky",)
