"""What is said: the templates of the demo world, read from the data files beside this module."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from app.domain.analysis import Label

ROOTS = frozenset({"post", "article", "review", "message"})
"""Kinds that stand by themselves; the others answer, quote or pass on one of these."""
SOCIAL = ("bluesky", "mastodon")
TALK = (*SOCIAL, "forum")
CHANNELS = {"social": SOCIAL, "talk": TALK}
SENTIMENTS: tuple[Label, ...] = ("negative", "neutral", "positive")
SLOT = re.compile(r"\{(\w+)\}")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One way to say something, with our honest judgement of it."""

    text: str
    language: str
    sentiment: Label
    topic: str
    kind: str
    channels: tuple[str, ...]
    by: str = "person"
    """Who says such things: the role of an author."""
    to: str | None = None
    """The sentiment of what it answers, if that matters."""
    noise: bool = False
    """It is about others and matches no query of ours."""
    phase: tuple[str, ...] = ()
    """When in a storm it is said."""
    cue: int | None = None
    """Seconds after the start of a storm at which it is said once, on time."""
    weight: float = 1.0


def read(name: str) -> Any:
    """Return the content of a data file of this package."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files(__package__).joinpath(name).read_text("utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders


@cache
def posts() -> tuple[Template, ...]:
    """Return the talk of every day, German and English."""
    return _templates("posts_de.yaml", "de") + _templates("answers_de.yaml", "de") + _templates("posts_en.yaml", "en")


@cache
def storm() -> tuple[Template, ...]:
    """Return what is said in the firestorm only."""
    return _templates("storm.yaml", "de")


@cache
def fillings() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return language → gap → what may stand in it."""
    return {
        language: {slot: tuple(map(str, values)) for slot, values in slots.items()}
        for language, slots in read("slots.yaml").items()
    }


def _templates(name: str, language: str) -> tuple[Template, ...]:
    return tuple(template for group in read(name) for template in _group(group, language))


def _group(group: dict[str, Any], language: str) -> list[Template]:
    channels = group["channels"]
    shared = {
        "language": group.get("language", language),
        "topic": group["topic"],
        "kind": group.get("kind", "post"),
        "channels": CHANNELS.get(channels, (channels,)) if isinstance(channels, str) else tuple(channels),
        "by": group.get("by", "person"),
        "to": group.get("to"),
        "noise": group.get("noise", False),
        "phase": tuple(group.get("phase", ("early", "peak", "late"))),
        "cue": group.get("cue"),
        "weight": group.get("weight", 1.0),
    }
    return [
        Template(text=text, sentiment=sentiment, **shared)
        for sentiment in SENTIMENTS
        for text in group.get(sentiment, ())
    ]
