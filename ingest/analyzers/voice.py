"""Whose voice a text is: a fingerprint that copies share, whoever passes them on."""

import re
from collections.abc import Sequence

import msgspec

from app.domain.analysis import Analysis
from app.domain.mention import Mention
from ingest.analyzers.sketch import sketches

LONGEST = 8_000
"""Characters of a text that are looked at; copies that agree so long are copies."""
_PASSED_ON = re.compile(r"\A\s*RT\s+@[\w.\-@]+:?", re.ASCII | re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.])@\w[\w.\-]*(?:@\w[\w.\-]*)?")
_LINK = re.compile(r"(?:https?://|www\.)\S+")


class VoiceAnalyzer:
    """Gives each text the fingerprint of its words; case, links, handles, digits, emoji and "RT @x:" do not count."""

    name = "voice"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        del languages, brands

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with `voice` filled in, in order; "" where there is too little text to tell."""
        drawn = sketches([said(mention.text) for mention in mentions])
        return [
            before if sketch is None and not before.voice else msgspec.structs.replace(before, voice=_written(sketch))
            for sketch, before in zip(drawn, found, strict=True)
        ]


def said(text: str) -> str:
    """Return what somebody says of their own in a text: without its links, handles and "RT @x:"."""
    own = text[:LONGEST]
    if "@" in own:
        own = _HANDLE.sub(" ", _PASSED_ON.sub("", own))
    if "://" in own or "www." in own:
        own = _LINK.sub(" ", own)
    return own


def _written(sketch: int | None) -> str:
    return "" if sketch is None else f"{sketch:016x}"
