"""Use case of explanations: why an incident is one, in one language, with texts and names as the archive has them now.

An incident keeps keys and figures. Here they become what a page or a mail shows; what was deleted meanwhile is absent,
and spare evidence takes its place.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from app.domain.analysis import AnalysedMention, Label
from app.domain.explanation import Counter, Doubt, Driver, Evidence, Explanation, Lead, Why
from app.domain.incident import Incident, Resonance
from app.domain.level import Condition, Ground, Level
from app.domain.level_words import SOURCE, condition, missing, name
from app.domain.mention import reach
from app.domain.objection import objection
from app.domain.reasoning import CHOSEN, compared, confident, copied
from app.domain.spoken import Language, language_of
from app.domain.tally import Profile
from app.store.engine import Store

SHOWN = 5
"""Posts shown as evidence at most."""
HANDLE = re.compile(r"(?<![\w.])@\w[\w.\-]*(?:@\w[\w.\-]*)?")


class Post(msgspec.Struct, frozen=True):
    """One post as evidence; author, handle, followers and url are None where names may not be shown."""

    key: str
    why: Why
    reason: str
    """What it was chosen for, in words."""
    channel: str
    kind: str
    published_at: float
    text: str
    label: Label
    reach: int
    author: str | None = None
    handle: str | None = None
    followers: int | None = None
    verified: bool = False
    url: str | None = None


class Leader(msgspec.Struct, frozen=True):
    """An author whom the talk follows; `share` is theirs of the influence of all, 0 to 1."""

    key: str
    share: float
    reach: int
    posts: int
    channel: str
    name: str | None = None
    handle: str | None = None
    url: str | None = None


class Part(msgspec.Struct, frozen=True):
    """One channel, its mentions since it began, and their share of all, 0 to 1."""

    channel: str
    posts: int
    share: float


class Objection(msgspec.Struct, frozen=True):
    """One thing tried against the incident; `holds` None: it cannot be told."""

    doubt: Doubt
    holds: bool | None
    reason: str
    actual: float | None
    needed: float | None
    share: float | None


class Requirement(msgspec.Struct, frozen=True):
    """One condition of a level, in figures and in words; without a `must` the level is not reached."""

    condition: Condition
    level: int
    actual: float
    needed: float
    met: bool
    must: bool
    reason: str


class Strong(msgspec.Struct, frozen=True):
    """How strong it blows: the level with its name, met and missing conditions, and what the scale is worth."""

    value: int
    name: str
    conditions: tuple[Requirement, ...]
    missing: str
    """What the next level takes that is not there, as a sentence; empty at the highest."""
    others: int
    """How many conditions that are no must the next level takes."""
    source: str


class Explained(msgspec.Struct, frozen=True):
    """Everything that tells why an incident is one and what speaks against it, ready to be shown in one language."""

    incident: str
    brand: str
    language: Language
    at: float
    """When it was found."""
    since: float
    reason: str
    """The reason sentence."""
    actual: float
    expected: float
    low: float
    high: float
    """Mentions a minute (negative ones where `negative`), and the usual band."""
    ratio: float
    negative: bool
    basis: float
    compared: str
    """Expected against actual, as a sentence."""
    first: Post | None = None
    drivers: tuple[Driver, ...] = ()
    leads: tuple[Leader, ...] = ()
    resonance: Resonance | None = None
    copied: str = ""
    """How many distinct posts, people, reposts and bot-like posts there are, as a sentence; empty where not known."""
    bots: float | None = None
    channels: tuple[Part, ...] = ()
    evidence: tuple[Post, ...] = ()
    counters: tuple[Objection, ...] = ()
    confidence: float | None = None
    confident: str = ""
    """How sure it is, in words."""
    level: Strong | None = None


def explained(store: Store, incident: Incident, language: str = "de", *, names: bool = True) -> Explained | None:
    """Return the explanation of an incident as it can be shown now; None while it has none.

    Without `names` no author, handle, address or @handle in a text is told. Reads the archive: never on the event loop.
    Raises `StoreUnavailable`.
    """
    told = incident.explanation
    if told is None:
        return None
    say = language_of(language)
    authors = [one.author for one in told.leads] + [one.author for one in told.counters if one.author]
    with store.reading() as tx:
        keys = [one.mention for one in (*told.evidence, *told.spare)] + ([told.first] if told.first else [])
        alive = {one.mention.key: one for one in tx.mentions.alive(list(dict.fromkeys(keys)))}
        people = tx.conversations.profiles(authors)
    chosen = [one for one in (*told.evidence, *told.spare) if one.mention in alive][:SHOWN]
    return Explained(
        incident=incident.id,
        brand=incident.brand,
        language=say,
        at=told.at,
        since=incident.since,
        reason=incident.reason.get(say, ""),
        actual=told.actual,
        expected=told.expected,
        low=told.low,
        high=told.high,
        ratio=told.ratio,
        negative=told.negative,
        basis=told.basis,
        compared=compared(told, say),
        first=_post(Evidence(told.first, "first"), alive, say, names=names) if told.first in alive else None,
        drivers=told.drivers,
        leads=_leaders(told.leads, people, names=names),
        resonance=incident.resonance,
        copied=copied(incident.resonance, told.bots, say) if incident.resonance else "",
        bots=told.bots,
        channels=_parts(told),
        evidence=tuple(_post(one, alive, say, names=names) for one in chosen),
        counters=tuple(_objection(one, people if names else {}, say) for one in told.counters),
        confidence=told.confidence,
        confident=confident(told, say),
        level=strong(incident.level, say) if incident.level else None,
    )


def strong(level: Level, language: str) -> Strong:
    """Return a level in words."""
    say = language_of(language)
    grounds = tuple(_requirement(ground, say) for ground in level.grounds)
    return Strong(level.value, name(level.value, say), grounds, missing(level, say), level.others, SOURCE[say])


def _requirement(one: Ground, say: Language) -> Requirement:
    return Requirement(one.condition, one.level, one.actual, one.needed, one.met, one.must, condition(one, say))


def _post(one: Evidence, alive: Mapping[str, AnalysedMention], say: Language, *, names: bool) -> Post:
    said, label = alive[one.mention].mention, alive[one.mention].analysis.sentiment.label
    shown = Post(
        said.key,
        one.why,
        CHOSEN[say][one.why],
        said.channel,
        said.kind,
        said.published_at,
        said.text,
        label,
        reach(said),
    )
    if not names:
        return msgspec.structs.replace(shown, text=HANDLE.sub("@…", said.text))
    who = said.author
    return msgspec.structs.replace(
        shown,
        author=who.name or who.handle or who.id,
        handle=who.handle,
        followers=who.followers,
        verified=who.verified,
        url=said.url,
    )


def _leaders(leads: Sequence[Lead], people: Mapping[str, Profile], *, names: bool) -> tuple[Leader, ...]:
    """Return those of whom anything is left in the archive."""
    found = []
    for one in leads:
        if (who := people.get(one.author)) is not None:
            shown = Leader(one.author, one.share, one.reach, one.posts, who.channel)
            named = {"name": who.name, "handle": who.handle, "url": who.url}
            found.append(msgspec.structs.replace(shown, **named) if names else shown)
    return tuple(found)


def _parts(told: Explanation) -> tuple[Part, ...]:
    whole = sum(told.channels.values())
    order = sorted(told.channels.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Part(channel, number, number / whole) for channel, number in order if number)


def _objection(one: Counter, people: Mapping[str, Profile], say: Language) -> Objection:
    who = people.get(one.author or "")
    called = (f"@{who.handle}" if who.handle else who.name) if who else None
    return Objection(one.doubt, one.holds, objection(one, say, called), one.actual, one.needed, one.share)
