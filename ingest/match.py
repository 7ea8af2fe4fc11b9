"""Matching: what a mention counts for, all queries at once."""

from collections import Counter
from collections.abc import Callable, Iterable

import ahocorasick_rs

from app.domain.brand import Campaign, Topic, Watched, scope
from app.domain.folding import fold
from app.domain.mention import Author, Mention
from app.domain.query import Query, parse
from app.domain.subject import Subject
from ingest.sieve import sieve


class Matcher:
    """Evaluates only the queries whose words are in the text: all words are looked for in one pass (Aho-Corasick).

    Most texts hold none, and a sieve says so before they are folded. `language` names the language of a text whose
    source does not state one.
    """

    def __init__(self, watched: Watched, language: Callable[[str], str] | None = None) -> None:
        self._language = language
        self._order = {brand.id: rank for rank, brand in enumerate(watched.brands)}
        self._queries: list[Query] = []
        self._brands = {self._add(brand.query): brand.id for brand in watched.brands}
        self._excluded = {brand.id: tuple(map(self._add, brand.exclude)) for brand in watched.brands if brand.exclude}
        self._topics: dict[int, Topic] = {self._add(topic.query): topic for topic in watched.topics}
        self._campaigns: dict[int, Campaign] = {self._add(one.query): one for one in watched.campaigns}
        self._spam = frozenset(map(self._add, watched.spam))
        self._prepare()
        self._accounts: dict[str, set[str]] = {}
        for brand in watched.brands:
            for account in brand.accounts:
                self._accounts.setdefault(_account(account), set()).add(brand.id)

    def scopes(self, mention: Mention, bound: str | None = None, answered: Iterable[str] = ()) -> tuple[str, ...]:
        """Return what a mention counts for: brands in the order of the configuration, then `brand/part`.

        It counts for the brand its source is bound to, and for the brands of the mentions it answers or quotes, too;
        topics are looked for among the mentions of their brands, campaigns between their start and end.
        """
        candidates = self._candidates(mention.text) if self._may_match(mention.text) else set()
        if not candidates:
            return self._ordered(self._known(mention.author, bound, answered))
        subject = Subject.of(mention, self._language)
        holding = {number for number in candidates if self._queries[number].matches(subject)}
        brands, campaigns = self._said(holding, mention.published_at)
        brands |= self._known(mention.author, bound, answered)
        topics = (self._topics[number] for number in sorted(holding) if number in self._topics)
        ordered = self._ordered(brands)
        parts = [scope(one, topic.id) for topic in topics for one in ordered if not topic.brands or one in topic.brands]
        return (*ordered, *parts, *(scope(one.brand, one.id) for one in campaigns))

    def _add(self, query: str) -> int:
        self._queries.append(parse(query))
        return len(self._queries) - 1

    def _prepare(self) -> None:
        common = Counter(word for query in self._queries for word in query.words())
        wanting: dict[str, list[int]] = {}
        for number, query in enumerate(self._queries):
            for word in query.literals(common):
                wanting.setdefault(word, []).append(number)
        self._wanting = list(wanting.values())
        self._may_match = sieve(wanting)
        self._finder = ahocorasick_rs.AhoCorasick(list(wanting), implementation=ahocorasick_rs.Implementation.DFA)

    def _candidates(self, text: str) -> set[int]:
        hits = self._finder.find_matches_as_indexes(fold(text), overlapping=True)
        return {number for word, _, _ in hits for number in self._wanting[word]}

    def _said(self, holding: set[int], at: float) -> tuple[set[str], list[Campaign]]:
        """Return the brands and campaigns that a mention is of by what it says."""
        if not holding.isdisjoint(self._spam):
            return set(), []
        brands = {self._brands[number] for number in holding if number in self._brands}
        brands = {brand for brand in brands if holding.isdisjoint(self._excluded.get(brand, ()))}
        found = (self._campaigns[number] for number in sorted(holding) if number in self._campaigns)
        campaigns = [one for one in found if one.start <= at < one.end]
        return brands | {one.brand for one in campaigns}, campaigns

    def _known(self, author: Author, bound: str | None, answered: Iterable[str]) -> set[str]:
        """Return the brands that a mention is of whatever it says."""
        found = set(answered)
        if self._accounts:
            for name in _names(author):
                found |= self._accounts.get(name, set())
        if bound:
            found.add(bound)
        return found

    def _ordered(self, brands: set[str]) -> tuple[str, ...]:
        return tuple(sorted(brands, key=self._rank)) if brands else ()

    def _rank(self, brand: str) -> int:
        return self._order.get(brand, len(self._order))


def _account(written: str) -> str:
    return fold(written.strip()).removeprefix("@")


def _names(author: Author) -> set[str]:
    """Return the names under which config.yaml may state an account: id, handle, and the handle on its home server."""
    names = {fold(author.id)}
    if author.handle:
        handle = _account(author.handle)
        names |= {handle, handle.partition("@")[0], handle.removesuffix(".bsky.social")}
    return names
