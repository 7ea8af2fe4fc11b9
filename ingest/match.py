"""Matching: what a mention counts for, all queries at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import ahocorasick_rs

from app.domain.brand import Campaign, Topic, Watched, scope
from app.domain.folding import fold
from app.domain.mention import Author, Mention
from app.domain.query import Query, parse
from app.domain.subject import Subject
from ingest.sieve import sieve


class Matcher:
    """Evaluates only the queries whose words are in the text, those of brands and campaigns before all others.

    A query of which no word has to be there, because fields decide, is asked about every mention of its channels.
    `language` names the language of a text whose source does not state one.
    """

    def __init__(self, watched: Watched, language: Callable[[str], str] | None = None) -> None:
        self._language = language
        self._order = {brand.id: rank for rank, brand in enumerate(watched.brands)}
        self._queries: list[Query] = []
        self._brands = {self._add(brand.query): brand.id for brand in watched.brands}
        self._campaigns: dict[int, Campaign] = {self._add(one.query): one for one in watched.campaigns}
        self._leading = len(self._queries)
        self._topics: dict[int, Topic] = {self._add(topic.query): topic for topic in watched.topics}
        self._excluded = {brand.id: tuple(map(self._add, brand.exclude)) for brand in watched.brands if brand.exclude}
        self._spam = frozenset(map(self._add, watched.spam))
        self._finder = _Finder(self._queries)
        self._leaders = _Wordless(self._queries[: self._leading])
        self._others = [number for number in self._finder.wordless if number >= self._leading]
        self._accounts = _Accounts((account, brand.id) for brand in watched.brands for account in brand.accounts)

    def scopes(self, mention: Mention, bound: str | None = None, answered: Iterable[str] = ()) -> tuple[str, ...]:
        """Return what a mention counts for: brands in the order of the configuration, then `brand/part`.

        It counts for the brand its source is bound to, and for the brands of the mentions it answers or quotes, too;
        topics are looked for among the mentions of their brands, campaigns between their start and end.
        """
        candidates = self._finder.numbers(mention.text)
        asked = self._leaders.numbers(mention.channel)
        known = self._known(mention.author, bound, answered)
        if not (candidates or asked or known):
            return ()
        subject = Subject.of(mention, self._language)
        leading = {n for n in (*candidates, *asked) if n < self._leading and self._queries[n].matches(subject)}
        if not (leading or known):
            return ()
        others = [n for n in (*candidates, *self._others) if n >= self._leading]
        holding = {n for n in others if self._queries[n].matches(subject)}
        brands, campaigns = self._said(leading, holding, mention.published_at)
        ordered = tuple(sorted(brands | known, key=self._rank))
        return (*ordered, *self._talked(holding, ordered), *(scope(one.brand, one.id) for one in campaigns))

    def _add(self, query: str) -> int:
        self._queries.append(parse(query))
        return len(self._queries) - 1

    def _said(self, leading: set[int], holding: set[int], at: float) -> tuple[set[str], list[Campaign]]:
        """Return the brands and campaigns that a mention is of by what it says."""
        if not holding.isdisjoint(self._spam):
            return set(), []
        brands = {self._brands[number] for number in leading if number in self._brands}
        brands = {brand for brand in brands if holding.isdisjoint(self._excluded.get(brand, ()))}
        found = (self._campaigns[number] for number in sorted(leading) if number in self._campaigns)
        campaigns = [one for one in found if one.start <= at < one.end]
        return brands | {one.brand for one in campaigns}, campaigns

    def _talked(self, holding: set[int], brands: Sequence[str]) -> Iterable[str]:
        """Return the topics of a mention among those of its brands."""
        topics = (self._topics[number] for number in sorted(holding) if number in self._topics)
        return [scope(one, topic.id) for topic in topics for one in brands if not topic.brands or one in topic.brands]

    def _known(self, author: Author, bound: str | None, answered: Iterable[str]) -> set[str]:
        """Return the brands that a mention is of whatever it says."""
        found = self._accounts.brands(author)
        if bound:
            found.add(bound)
        found.update(answered)
        return found

    def _rank(self, brand: str) -> int:
        return self._order.get(brand, len(self._order))


class _Finder:
    """Looks for the words of all queries in one pass (Aho-Corasick); a sieve spares most texts even the folding."""

    def __init__(self, queries: Sequence[Query]) -> None:
        common = Counter(word for query in queries for word in query.words())
        wanting: dict[str, list[int]] = {}
        self.wordless = []
        for number, query in enumerate(queries):
            literals = query.literals(common)
            if not literals:
                self.wordless.append(number)
            for word in literals:
                wanting.setdefault(word, []).append(number)
        self._wanting = list(wanting.values())
        self._may_hold = sieve(wanting)
        automaton = ahocorasick_rs.AhoCorasick(list(wanting), implementation=ahocorasick_rs.Implementation.DFA)
        self._find = automaton.find_matches_as_indexes

    def numbers(self, text: str) -> set[int]:
        """Return the numbers of the queries of which a word is in a text."""
        if not self._may_hold(text):
            return _NONE
        return {number for word, _, _ in self._find(fold(text), overlapping=True) for number in self._wanting[word]}


_NONE: set[int] = set()


class _Wordless:
    """Queries that need no word, by the channels they name."""

    def __init__(self, queries: Sequence[Query]) -> None:
        named = {number: query.channels() for number, query in enumerate(queries) if not query.literals()}
        everywhere = tuple(number for number, channels in named.items() if channels is None)
        every = frozenset().union(*(channels for channels in named.values() if channels))
        self._everywhere = everywhere
        self._by_channel = {
            one: everywhere + tuple(number for number, channels in named.items() if channels and one in channels)
            for one in every
        }

    def numbers(self, channel: str) -> tuple[int, ...]:
        """Return the numbers of those to be asked about a mention in a channel."""
        return self._by_channel.get(fold(channel), self._everywhere) if self._by_channel else self._everywhere


class _Accounts:
    """Whose accounts are whose: by id, handle, and the handle on its home server."""

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        self._brands: dict[str, set[str]] = {}
        for account, brand in accounts:
            self._brands.setdefault(_account(account), set()).add(brand)

    def brands(self, author: Author) -> set[str]:
        """Return the brands whose account an author is."""
        found: set[str] = set()
        if self._brands:
            for name in _names(author):
                found |= self._brands.get(name, set())
        return found


def _account(written: str) -> str:
    return fold(written.strip()).removeprefix("@")


def _names(author: Author) -> set[str]:
    """Return the names under which config.yaml may state an account: id, handle, and the handle on its home server."""
    names = {fold(author.id)}
    if author.handle:
        handle = _account(author.handle)
        names |= {handle, handle.partition("@")[0], handle.removesuffix(".bsky.social")}
    return names
