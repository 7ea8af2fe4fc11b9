"""Use case of influence: who moves a brand, kept up from the archive by the minute and shared by a whole process."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from app.clock import Clock
from app.domain.account import account
from app.domain.brand import Brand
from app.domain.conversation import Conversation, Person
from app.domain.influence import Leader, Score, leaders
from app.domain.remark import Remark
from app.domain.stance import HORIZON, Opinion, Stance, stance
from app.domain.tally import Profile
from app.store.engine import Store

HOUR, MINUTE = 3600.0, 60
HOLD = 30 * HOUR
"""Seconds that are known: a day, and what is ordinary before it."""
MOST, ALL = 150_000, 300_000
"""Mentions known of a brand, and of all; of more, the latest."""
TOGETHER = 2_000
"""Mentions read at once."""
AGAIN = 5
"""Minutes read again at every look although nothing was counted there: edits change words, not numbers."""
ROOTS, MANY_ROOTS = 500, 20_000
"""Older mentions that are asked after at a look, and those that are known at most."""
STRANGERS = 500
"""Authors who name no followers and for whom the archive is asked, at a look."""
STEPS = 8
"""Steps up from what is known to older mentions."""
FRESH = 2.0
"""Seconds for which a look is good."""
AHEAD = 60.0
"""Seconds by which a channel's clock may be ahead of ours."""


class Influencer(NamedTuple):
    """Somebody who moves a brand: how to show them, their score with its parts, and on which side they stand."""

    key: str
    profile: Profile
    reach: int
    mentions: int
    score: Score
    stance: Stance
    ours: bool
    first_at: float | None
    example: str
    """Key of the mention that is followed most."""
    labels: Mapping[str, int]
    """Label → how many of their mentions in the window have it."""


class _Talk:
    """What is known of one brand, and how much was counted in each minute when it was read."""

    def __init__(self, accounts: frozenset[str]) -> None:
        self.lock = Lock()
        self.accounts = accounts
        self.conversation = Conversation()
        self.counted: dict[int, tuple[int, int]] = {}
        self.unread: dict[str, None] = {}
        """Keys of what was answered and is perhaps not known."""
        self.asked: set[str] = set()
        """Authors whose followers the archive was asked for."""
        self.looked_at = float("-inf")
        self.complete = False
        self.turn = 0

    def clear(self, accounts: frozenset[str]) -> None:
        self.accounts = accounts
        self.conversation.clear()
        self.counted, self.unread, self.asked, self.complete = {}, {}, set(), False


class Leading:
    """Knows the conversations of brands, of the last `hold` seconds and at most `most` mentions of each.

    Synchronous and safe in threads: never on the event loop.
    """

    def __init__(self, store: Store, clock: Clock, hold: float = HOLD, most: int = MOST) -> None:
        self._store, self._clock, self._hold, self._most = store, clock, hold, most
        self._talks: dict[str, _Talk] = {}

    def found(self, brand: Brand, window: float, part: str | None = None, limit: int = 20) -> list[Influencer]:
        """Return who moves a brand, or one of its topics, in the last `window` seconds, the highest score first.

        Raises `StoreUnavailable`. What is new in the archive is read first; all of it, the first time.
        """
        while not self.look(brand):
            pass
        return self.known(brand, window, part, limit)

    def known(self, brand: Brand, window: float, part: str | None = None, limit: int = 20) -> list[Influencer]:
        """Return the same from what was read so far; sides are those of the archive now."""
        now, talk = self._clock.now(), self._talk(brand)
        with talk.lock:
            told = talk.conversation.told()
        first = leaders(told, now - window, now + AHEAD, part, limit)
        with self._store.reading() as tx:
            said = tx.conversations.opinions(brand.id, [one.author for one in first], now - HORIZON)
        return [_shown(one, told.people[one.author], said.get(one.author, ()), now, window) for one in first]

    def look(self, brand: Brand, most: int = TOGETHER * 10) -> bool:
        """Read what is new, at most so many mentions; False if there is more."""
        talk, now = self._talk(brand), self._clock.now()
        with talk.lock:
            if talk.complete and 0 <= now - talk.looked_at < FRESH:
                return True
            if _worn(talk, brand):
                talk.clear(_accounts(brand))
            talk.complete = self._read(talk, brand, now, most)
            talk.looked_at = now
        self._bound(brand.id)
        return talk.complete

    def keep(self, brands: Collection[str]) -> None:
        """Forget other brands than those."""
        self._talks = {brand: talk for brand, talk in self._talks.items() if brand in brands}

    def _talk(self, brand: Brand) -> _Talk:
        return self._talks.setdefault(brand.id, _Talk(_accounts(brand)))

    def _read(self, talk: _Talk, brand: Brand, now: float, most: int) -> bool:
        first = int(now - self._hold) // MINUTE * MINUTE
        with self._store.reading() as tx:
            counted = _latest(tx.conversations.minutes(brand.id, first, now + AHEAD), self._most)
        talk.conversation.drop(minutes=talk.conversation.minutes - counted.keys())
        talk.counted = {minute: talk.counted[minute] for minute in talk.counted if minute in counted}
        changed = [minute for minute in sorted(counted, reverse=True) if talk.counted.get(minute) != counted[minute]]
        again = sorted(talk.counted.keys() - set(changed))
        talk.turn = (talk.turn + AGAIN) % max(len(again), 1)
        number = 0
        for minutes in _runs([*changed, *again[talk.turn : talk.turn + AGAIN]], counted):
            if number >= most:
                return False
            number += self._take(talk, brand, minutes, counted)
        self._climb(talk, brand)
        self._introduce(talk)
        return True

    def _take(self, talk: _Talk, brand: Brand, minutes: Sequence[int], counted: Mapping[int, tuple[int, int]]) -> int:
        """Read some minutes that follow each other; return how many mentions they have."""
        with self._store.reading() as tx:
            found = tx.conversations.remarks(brand.id, min(minutes), max(minutes) + MINUTE, talk.accounts)
        by_minute: dict[int, list[Remark]] = defaultdict(list)
        for one in found:
            by_minute[int(one.at) // MINUTE * MINUTE].append(one)
        for minute in minutes:
            talk.conversation.put(minute, by_minute[minute])
            talk.counted[minute] = counted[minute]
        talk.unread |= dict.fromkeys(_links(found))
        return len(found)

    def _climb(self, talk: _Talk, brand: Brand) -> None:
        """Read what is answered and older than what is known, up to where it began; forget what was deleted there."""
        roots = talk.conversation.roots
        place = talk.turn * ROOTS // AGAIN % max(len(roots), 1)
        asked = roots[place : place + ROOTS]
        with self._store.reading() as tx:
            alive = tx.conversations.of_keys(brand.id, asked, talk.accounts)
            talk.conversation.drop(roots=set(asked) - {one.key for one in alive})
            ahead = talk.conversation.missing(talk.unread)
            for _ in range(STEPS):
                found = tx.conversations.of_keys(brand.id, ahead, talk.accounts) if ahead else []
                talk.conversation.root(found)
                ahead = talk.conversation.missing(dict.fromkeys(_links(found)))
        talk.unread = {}

    def _introduce(self, talk: _Talk) -> None:
        """Ask the archive how many follow authors whose mentions do not say it: a look-up came late or failed."""
        strangers = talk.conversation.strangers
        talk.asked.intersection_update(strangers)
        asked = [one for one in strangers if one not in talk.asked][:STRANGERS]
        if asked:
            with self._store.reading() as tx:
                talk.conversation.introduce(tx.conversations.followers(asked))
            talk.asked.update(asked)

    def _bound(self, asked: str) -> None:
        """Forget whole conversations, the one looked at longest ago first, while all of them are too many."""
        talks = sorted(self._talks.items(), key=lambda pair: pair[1].looked_at)
        many = sum(len(talk.conversation) for _, talk in talks)
        for brand, talk in talks:
            if many <= ALL:
                return
            if brand != asked:
                many -= len(talk.conversation)
                self._talks.pop(brand, None)


_shared: WeakKeyDictionary[Store, Leading] = WeakKeyDictionary()


def leading(store: Store, clock: Clock) -> Leading:
    """Return the one that everybody in this process shares who has the same store."""
    return _shared.setdefault(store, Leading(store, clock))


def _accounts(brand: Brand) -> frozenset[str]:
    return frozenset(account(one) for one in brand.accounts)


def _worn(talk: _Talk, brand: Brand) -> bool:
    """Tell whether it is better to begin anew: too much is remembered, or other accounts are ours."""
    much = talk.conversation.full or len(talk.conversation.roots) > MANY_ROOTS
    return much or talk.accounts != _accounts(brand)


def _latest(counted: Mapping[int, tuple[int, int]], most: int) -> dict[int, tuple[int, int]]:
    """Return the latest minutes that hold at most so many mentions, and the last of all in any case."""
    kept: dict[int, tuple[int, int]] = {}
    number = 0
    for minute in sorted(counted, reverse=True):
        number += counted[minute][1]
        if number > most and kept:
            break
        kept[minute] = counted[minute]
    return kept


def _runs(minutes: Sequence[int], counted: Mapping[int, tuple[int, int]]) -> Iterator[list[int]]:
    """Cut minutes into runs that follow each other and hold at most about `TOGETHER` mentions."""
    run: list[int] = []
    number = 0
    for minute in minutes:
        if run and (abs(minute - run[-1]) != MINUTE or number + counted[minute][1] > TOGETHER):
            yield run
            run, number = [], 0
        run.append(minute)
        number += counted[minute][1]
    if run:
        yield run


def _links(remarks: Sequence[Remark]) -> list[str]:
    return [key for one in remarks for key in (one.answers, one.quotes) if key]


def _shown(one: Leader, person: Person, said: Sequence[Opinion], now: float, window: float) -> Influencer:
    side = stance(said, now)
    return Influencer(
        one.author,
        person.profile,
        max(person.profile.followers, person.views),
        one.remarks,
        one.score,
        Stance(posts=side.posts) if person.ours else side,
        person.ours,
        one.first_at,
        one.example,
        Counter(opinion.label for opinion in said if opinion.at >= now - window),
    )
