"""Intake: the one door through which every source's events reach the bus."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from app.bus.port import Accepted, Bus, Fence
from app.clock import Clock
from app.config import Config
from app.domain.brand import brands_of
from app.domain.identity import Identity
from app.domain.mention import AuthorRemoval, Deletion, Mention, SourceEvent
from app.domain.source import SourceState
from app.metrics import BATCH_SECONDS, MENTIONS
from app.store.engine import Store
from app.store.mentions import Known
from app.tongue import Tongue
from ingest.match import Matcher
from ingest.normalise import normalise
from ingest.profiles import Profiles
from ingest.unmatched import Unmatched

CHUNK = 500
"""Events in one call of the bus: longer scripts would hold everybody else up."""

MEMORY = 8 * 86_400
"""Seconds the bus remembers a mention; what is older is looked up in the archive."""

OUTCOMES = {
    "accepted": "accepted",
    "duplicates": "duplicate",
    "edited": "edited",
    "deleted": "deleted",
    "unmatched": "unmatched",
}
"""What may become of an event, and how the figures call it."""

MARGIN = 3_600


class Intake:
    """Normalises, names, matches and publishes what sources hand over; publishing twice changes nothing."""

    def __init__(
        self,
        config: Config,
        bus: Bus,
        store: Store,
        identity: Identity,
        clock: Clock,
        unmatched: Unmatched | None = None,
    ) -> None:
        self._bus, self._store, self._identity, self._clock = bus, store, identity, clock
        self._unmatched = unmatched
        self._profiles: dict[str, Profiles] = {}
        self._turn = asyncio.Lock()
        self._use(config, _matcher(config))

    def _use(self, config: Config, matcher: Matcher) -> None:
        self._config, self._matcher = config, matcher
        self._brands = {brand.id for brand in config.watched.brands}
        self._accounts = frozenset(account for brand in config.watched.brands for account in brand.accounts)
        self._bound = {source.id: source.brand for source in config.sources}

    async def adopt(self, config: Config) -> None:
        """Match by another configuration from now on; it is prepared in a thread, and until then nothing waits."""
        async with self._turn:
            if config is not self._config:
                same = (config.watched, config.analysis.languages) == (
                    self._config.watched,
                    self._config.analysis.languages,
                )
                matcher = self._matcher if same else await asyncio.to_thread(_matcher, config)
                self._use(config, matcher)

    @asynccontextmanager
    async def introducing(self, source_id: str, connector: object) -> AsyncIterator[None]:
        """Have mentions of a source told who their authors are before they are published, if its connector can."""
        async with Profiles.of(connector, self._clock) as profiles:
            if profiles.asked_for:
                self._profiles[source_id] = profiles
            await profiles.meet(self._accounts)
            yield

    def qualified(self, state: SourceState) -> SourceState:
        """Return how a source is, with why its authors are not known, if they cannot be asked after."""
        profiles = self._profiles.get(state.id)
        return profiles.qualified(state) if profiles else state

    def concerns(self, said: Mention) -> bool:
        """Tell whether something that was named by `take` before may be a mention now, which `take` decides.

        Authors it does not ask for because of queries that need no word: that would be everybody. From any thread.
        """
        profiles = self._profiles.get(said.source)
        if profiles is None:
            return bool(self._matcher.scopes(said, self._bound.get(said.source)))
        said = profiles.known(said)
        scopes = self._matcher.scopes(said, self._bound.get(said.source))
        return bool(scopes) or self._matcher.may_count(said, wordless=False)

    async def take(
        self,
        events: Sequence[SourceEvent],
        source_id: str,
        *,
        brand: str | None = None,
        demo: bool = False,
        fence: Fence | None = None,
    ) -> Accepted:
        """Accept events durably; the counts sum to the events, an `AuthorRemoval` counting once a mention it takes.

        Raises `Backpressure`, `BusUnavailable` or `StoreUnavailable`, and `LeaseLost` if `fence` is outdated. A part
        may be accepted then; giving the same events again is safe.
        """
        total = Accepted()
        for start in range(0, len(events), CHUNK):
            chunk = events[start : start + CHUNK]
            with BATCH_SECONDS.labels("publish").time():
                taken = await self._take(chunk, source_id, brand or self._bound.get(source_id), fence, demo=demo)
            for outcome, name in OUTCOMES.items():
                if number := getattr(taken, outcome):
                    MENTIONS.labels(source_id, name).inc(number)
            total = _sum(total, taken)
        return total

    async def _take(
        self, events: Sequence[SourceEvent], source: str, brand: str | None, fence: Fence | None, *, demo: bool
    ) -> Accepted:
        named = self._name(await self._expand(events), source, demo=demo)
        profiles = self._profiles.get(source)
        if profiles:
            named = profiles.recognise(named, self._accounts)
        states = await self._bus.known(sorted(_asked(named, self._identity)))
        known = {key: brands for key, brands in states.items() if brands is not None}
        wanted = self._match(named, known, brand, doubtful=profiles is not None)
        if self._unmatched:
            await self._unmatched.forget(*_gone(events, wanted))
        past = await self._recall([event for event in wanted if event.key not in known])
        wanted = [event for event in wanted if event.key not in past]
        if profiles:
            wanted = self._match(await profiles.enrich(wanted), known, brand)
        unmatched = len(named) - len(wanted)
        accepted = Accepted(unmatched=unmatched)
        for start in range(0, len(wanted), CHUNK):
            accepted = _sum(accepted, await self._bus.publish(wanted[start : start + CHUNK], fence=fence))
        if unmatched and self._unmatched:
            concerning = {event.key for event in wanted} | past | (states.keys() - known.keys())
            self._unmatched.keep([e for e in named if isinstance(e, Mention) and e.key not in concerning])
        return accepted

    def _name(self, events: Sequence[Mention | Deletion], source: str, *, demo: bool) -> list[Mention | Deletion]:
        """Give every event its key and its source; mentions get clean fields."""
        now = self._clock.now()
        named: list[Mention | Deletion] = []
        for event in events:
            key = self._identity.key(event.channel, event.id)
            if isinstance(event, Mention):
                named.append(normalise(event, source, now, key=key, demo=demo))
            else:
                named.append(Deletion(event.channel, event.id, min(event.deleted_at, now), source, key))
        return named

    def _match(
        self,
        events: Sequence[Mention | Deletion],
        known: dict[str, tuple[str, ...]],
        brand: str | None,
        *,
        doubtful: bool = False,
    ) -> list[Mention | Deletion]:
        """Return what the bus has to see; if `doubtful`, also what it may have to once authors are looked up."""
        alive = dict(known)
        maybe: set[str] = set()
        wanted: list[Mention | Deletion] = []
        for event in events:
            if isinstance(event, Deletion):
                wanted.append(event)
                continue
            parents = [self._identity.key(event.channel, one) for one in (event.in_reply_to, event.quotes) if one]
            answered = [one for parent in parents for one in brands_of(alive.get(parent, ())) if one in self._brands]
            scopes = self._matcher.scopes(event, brand, answered)
            if scopes or event.key in alive:
                wanted.append(msgspec.structs.replace(event, brands=scopes))
                alive[event.key] = scopes
            elif doubtful and (not maybe.isdisjoint((event.key, *parents)) or self._matcher.may_count(event)):
                wanted.append(event)
            else:
                continue
            maybe.add(event.key)
        return wanted

    async def _expand(self, events: Sequence[SourceEvent]) -> list[Mention | Deletion]:
        """Replace the removal of an author by the deletion of everything we have of them."""
        gone = {(event.channel, event.author_id) for event in events if isinstance(event, AuthorRemoval)}
        recent = await self._recent(gone) if gone else {}
        expanded: list[Mention | Deletion] = []
        for event in events:
            if isinstance(event, AuthorRemoval):
                expanded += await self._removed(event, recent[event.channel, event.author_id], expanded)
            else:
                expanded.append(event)
        return expanded

    async def _recent(self, authors: set[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
        """Return by (channel, author id) the ids of living mentions that the archive may not have seen yet."""
        found = await self._bus.recent_by(authors)
        keys = {self._identity.key(channel, native) for (channel, _), ids in found.items() for native in ids}
        alive = await self._bus.known(sorted(keys)) if keys else {}
        return {
            (channel, author): {native for native in ids if alive.get(self._identity.key(channel, native)) is not None}
            for (channel, author), ids in found.items()
        }

    async def _removed(
        self, removal: AuthorRemoval, recent: set[str], before: Sequence[Mention | Deletion]
    ) -> list[Deletion]:
        author = self._identity.author(removal.channel, removal.author_id)
        ids = await asyncio.to_thread(self._by_author, author)
        ids |= {(removal.channel, native) for native in recent}
        ids |= {
            (event.channel, event.id)
            for event in before
            if isinstance(event, Mention) and (event.channel, event.author.id) == (removal.channel, removal.author_id)
        }
        return [Deletion(channel, native, removal.deleted_at) for channel, native in sorted(ids)]

    def _by_author(self, author: str) -> set[tuple[str, str]]:
        """Return channel and id of what the archive has of an author, and forget their marks."""
        with self._store.transaction() as tx:
            tx.marks.forget(author)
            return {(channel, native) for channel, native, _ in tx.mentions.by_author(author)}

    async def _recall(self, events: Sequence[Mention | Deletion]) -> set[str]:
        """Teach the bus what the archive knows of mentions that may be older than its memory.

        A deletion does not say how old its mention is, so it is looked up whenever the bus knows nothing alive. Returns
        the keys of unknown mentions from a time whose mentions are kept no longer: they were counted, if we had them.
        """
        before = self._clock.now() - MEMORY + MARGIN
        old = [event for event in events if isinstance(event, Deletion) or event.published_at < before]
        if not old:
            return set()
        archived, gone = await asyncio.to_thread(self._archived, [event.key for event in old])
        for key, known in archived.items():
            await self._bus.remember(key, known.version, known.revision, known.contribution)
        past = {
            event.key
            for event in old
            if isinstance(event, Mention) and event.published_at < gone.get(event.channel, event.published_at)
        }
        return past - archived.keys()

    def _archived(self, keys: list[str]) -> tuple[dict[str, Known], dict[str, float]]:
        with self._store.reading() as tx:
            return tx.mentions.known(keys), tx.expiry.mentions()


def _matcher(config: Config) -> Matcher:
    return Matcher(config.watched, Tongue(config.analysis.languages))


def _asked(events: Sequence[Mention | Deletion], identity: Identity) -> set[str]:
    """Return the keys whose fate decides about the events: their own, and what they reply to or quote."""
    keys = {event.key for event in events}
    for event in events:
        if isinstance(event, Mention):
            keys |= {identity.key(event.channel, parent) for parent in (event.in_reply_to, event.quotes) if parent}
    return keys


def _gone(
    events: Sequence[SourceEvent], wanted: Sequence[Mention | Deletion]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what must not stay in the unmatched file: keys of what was deleted or edited until it matched, authors."""
    keys = [event.key for event in wanted if isinstance(event, Deletion) or event.edited_at is not None]
    return keys, [(event.channel, event.author_id) for event in events if isinstance(event, AuthorRemoval)]


def _sum(one: Accepted, other: Accepted) -> Accepted:
    return Accepted(
        one.accepted + other.accepted,
        one.duplicates + other.duplicates,
        one.edited + other.edited,
        one.deleted + other.deleted,
        one.unmatched + other.unmatched,
    )
