"""A conversation: the remarks on one brand of the last hours, by minute, in columns that are quickly asked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.domain.numbers import Marks, Numbers, among, distinct, firsts
from app.domain.remark import Remark
from app.domain.tally import Profile

MANY_NAMES = 400_000
"""Authors and terms remembered, after which it is better to begin anew."""

Instants = npt.NDArray[np.float64]
_LONG_AGO = 1e-9
_WORD = (1 << 64) - 1


class Person(NamedTuple):
    """How to show an author, as of their latest remark; followers as told last, whenever that was."""

    at: float
    profile: Profile
    told_at: float
    views: int
    ours: bool

    def joined(self, other: "Person") -> "Person":
        """Return what two remarks tell of the same author, in whatever order they come."""
        later = max(self, other, key=lambda one: (one.at, one.profile.name, one.profile.followers))
        told = max(self, other, key=lambda one: (one.told_at, one.profile.followers))
        if told.profile.followers != later.profile.followers:
            later = later._replace(profile=_followed(later.profile, told.profile.followers))
        return later._replace(told_at=told.told_at, views=max(self.views, other.views), ours=self.ours or other.ours)


class Columns(NamedTuple):
    """Remarks in order of time, one value each; a number stands for an author, a hash for a key or a name."""

    key: Numbers
    name: npt.NDArray[np.bytes_]
    """The keys as they are written."""
    at: Instants
    author: Numbers
    passed_on: Marks
    ours: Marks
    answers: Numbers
    """Hash of the key of what it answers, 0 for nothing."""
    quotes: Numbers
    voice: Numbers
    """0 where there is none."""
    term_row: Numbers
    term: Numbers
    call_row: Numbers
    call: Numbers
    part_row: Numbers
    part: Numbers
    name_author: Numbers
    called: Numbers
    """Hashes of the names under which `name_author` is called."""


class Told(NamedTuple):
    """Everything that is known at one instant, to be asked in any thread."""

    columns: Columns
    inside: Marks
    """Which of the remarks are known with everything said around them, and not only because others answer them."""
    authors: Sequence[str]
    terms: Sequence[str]
    people: Mapping[str, Person]


class Conversation:
    """Remarks put in and taken out by the minute; what others answer may be older and is put in beside them."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._minutes: dict[int, Columns] = {}
        self._roots: dict[str, Columns] = {}
        self._numbers: dict[str, int] = {}
        self._terms: dict[str, int] = {}
        self._people: dict[str, Person] = {}
        self._told: Told | None = None

    @property
    def minutes(self) -> Collection[int]:
        """Return the minutes of which something is known."""
        return self._minutes.keys()

    @property
    def roots(self) -> list[str]:
        """Return the keys of remarks that are known only because others answer them."""
        return list(self._roots)

    @property
    def full(self) -> bool:
        """Tell whether so many names were heard that it is better to begin anew."""
        return len(self._numbers) + len(self._terms) > MANY_NAMES

    def __len__(self) -> int:
        return sum(len(one.key) for one in self._minutes.values())

    def put(self, minute: int, remarks: Iterable[Remark]) -> None:
        """Know all remarks of a minute, instead of what was known of it."""
        found = sorted(remarks, key=lambda one: (one.at, one.key))
        self._told = None
        if found:
            self._minutes[minute] = self._columns(found)
        else:
            self._minutes.pop(minute, None)

    def root(self, remarks: Iterable[Remark]) -> None:
        """Know remarks that others answer."""
        for one in remarks:
            self._told = None
            self._roots[one.key] = self._columns([one])

    def drop(self, minutes: Iterable[int] = (), roots: Iterable[str] = ()) -> None:
        """Forget minutes and roots."""
        for minute in list(minutes):
            self._told = None if self._minutes.pop(minute, None) else self._told
        for root in list(roots):
            self._told = None if self._roots.pop(root, None) else self._told

    @property
    def strangers(self) -> list[str]:
        """Return the authors of whom nobody has told yet how many follow them."""
        return [author for author, person in self._people.items() if not person.told_at]

    def introduce(self, followers: Mapping[str, int]) -> None:
        """Know how many follow an author, as was told some time ago."""
        for author, number in followers.items():
            person = self._people[author]
            if not person.told_at and number:
                self._told = None
                self._people[author] = person._replace(profile=_followed(person.profile, number), told_at=_LONG_AGO)

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Return those keys of which no remark is known."""
        wanted = list(keys)
        if not wanted:
            return []
        blocks = [block.key for block in (*self._minutes.values(), *self._roots.values())]
        known = among(_hashes(wanted), np.sort(np.concatenate(blocks)) if blocks else _hashes(()))
        return [key for key, here in zip(wanted, known.tolist(), strict=True) if not here]

    def told(self) -> Told:
        """Return everything that is known; whose last remark went is known no longer."""
        if self._told is None:
            roots, said = list(self._roots.values()), [self._minutes[one] for one in sorted(self._minutes)]
            columns = _joined([*roots, *said])
            inside = np.arange(len(columns.key)) >= len(roots)
            last = np.zeros(len(columns.key), bool)
            last[len(columns.key) - 1 - firsts(columns.key[::-1])[1]] = True
            authors = list(self._numbers)
            alive = {authors[one] for one in distinct(columns.author).tolist()}
            self._people = {key: person for key, person in self._people.items() if key in alive}
            terms = list(self._terms)
            self._told = Told(columns, inside & last, authors, terms, dict(self._people))
        return self._told

    def _columns(self, remarks: Sequence[Remark]) -> Columns:
        for one in remarks:
            told_at = one.at if one.profile.followers else 0.0
            person = Person(one.at, one.profile, told_at, one.views, one.ours)
            before = self._people.get(one.author)
            self._people[one.author] = before.joined(person) if before else person
        numbers, terms = self._numbers, self._terms
        author = [numbers.setdefault(one.author, len(numbers)) for one in remarks]
        return Columns(
            key=_hashes(one.key for one in remarks),
            name=np.array([one.key.encode() for one in remarks], np.bytes_),
            at=np.array([one.at for one in remarks], np.float64),
            author=np.array(author, np.int64),
            passed_on=np.array([one.passed_on for one in remarks], bool),
            ours=np.array([one.ours for one in remarks], bool),
            answers=_hashes(one.answers for one in remarks),
            quotes=_hashes(one.quotes for one in remarks),
            voice=_signed(int(one.voice or "0", 16) for one in remarks),
            term_row=_rows(len(one.terms) for one in remarks),
            term=np.array([terms.setdefault(word, len(terms)) for one in remarks for word in one.terms], np.int64),
            call_row=_rows(len(one.calls) for one in remarks),
            call=_hashes(name for one in remarks for name in one.calls),
            part_row=_rows(len(one.parts) for one in remarks),
            part=_hashes(part for one in remarks for part in one.parts),
            name_author=np.array([n for n, one in zip(author, remarks, strict=True) for _ in one.names], np.int64),
            called=_hashes(name for one in remarks for name in one.names),
        )


_BY_ROW = ("term_row", "call_row", "part_row")


def _joined(blocks: Sequence[Columns]) -> Columns:
    if not blocks:
        return _EMPTY
    starts = np.cumsum([0, *(len(one.key) for one in blocks[:-1])])
    found = {}
    for name in Columns._fields:
        parts = [getattr(one, name) for one in blocks]
        if name in _BY_ROW:
            parts = [part + start for part, start in zip(parts, starts.tolist(), strict=True)]
        found[name] = np.concatenate(parts)
    return Columns(**found)


def hashed(text: str) -> int:
    """Return 64 bits that stand for a text in this process; 0 for none."""
    return hash(text)


def _hashes(texts: Iterable[str]) -> Numbers:
    return np.array([hash(text) for text in texts], np.int64)


def _signed(values: Iterable[int]) -> Numbers:
    return np.array([value & _WORD for value in values], np.uint64).view(np.int64)


def _rows(lengths: Iterable[int]) -> Numbers:
    found = np.array(list(lengths), np.int64)
    return np.repeat(np.arange(len(found)), found)


def _followed(profile: Profile, followers: int) -> Profile:
    return Profile(profile.channel, profile.name, profile.handle, followers, profile.url, profile.demo)


_EMPTY = Conversation()._columns(())  # noqa: SLF001 - its own module
