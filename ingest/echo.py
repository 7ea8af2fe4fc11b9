"""Reposts without words of their own speak with the voice of what they pass on."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from app.bus.port import Bus, Entry
from app.domain.analysis import AnalysedMention
from app.domain.identity import Identity

Payload = TypeVar("Payload")


async def voiced(bus: Bus, identity: Identity, batch: Sequence[tuple[Entry, Payload]]) -> list[tuple[Entry, Payload]]:
    """Return the batch in which each repost that has no voice has that of its original, where that is known."""
    silent = {place: key for place, (_, one) in enumerate(batch) if (key := _original(one, identity))}
    found = list(batch)
    if not silent:
        return found
    voices = {one.mention.key: one.analysis.voice for _, one in batch if isinstance(one, AnalysedMention)}
    if missing := sorted(set(silent.values()) - voices.keys()):
        known = await bus.contributions(missing)
        voices |= {key: one.contribution.voice for key, one in known.items() if one.contribution}
    for place, key in silent.items():
        entry, one = found[place]
        if isinstance(one, AnalysedMention) and voices.get(key):
            found[place] = entry, replace(one, analysis=replace(one.analysis, voice=voices[key]))
    return found


def _original(one: object, identity: Identity) -> str:
    """Return the key of what a repost without a voice passes on, "" for everything else."""
    if not isinstance(one, AnalysedMention) or one.analysis.voice or one.mention.kind != "repost":
        return ""
    native = one.mention.quotes or one.mention.in_reply_to
    return identity.key(one.mention.channel, native) if native else ""
