"""Matching: which brands a post belongs to, all brand queries at once."""

from collections import Counter
from collections.abc import Sequence

import ahocorasick_rs

from app.domain.brand import Brand
from app.domain.folding import Text, fold
from app.domain.mention import Author
from app.domain.query import Query, parse
from ingest.sieve import sieve


class Matcher:
    """Evaluates only the queries whose words are in the text: all words are looked for in one pass (Aho-Corasick).

    Most texts hold none, and a sieve says so before they are folded.
    """

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._order = {brand.id: rank for rank, brand in enumerate(brands)}
        self._queries: list[tuple[str, Query]] = [(brand.id, parse(brand.query)) for brand in brands]
        common = Counter(word for _, query in self._queries for word in query.words())
        wanting: dict[str, list[int]] = {}
        for number, (_, query) in enumerate(self._queries):
            for word in query.literals(common):
                wanting.setdefault(word, []).append(number)
        self._wanting = list(wanting.values())
        self._may_match = sieve(wanting)
        self._finder = ahocorasick_rs.AhoCorasick(list(wanting), implementation=ahocorasick_rs.Implementation.DFA)
        self._accounts: dict[str, set[str]] = {}
        for brand in brands:
            for account in brand.accounts:
                self._accounts.setdefault(_account(account), set()).add(brand.id)

    def brands(self, text: str, author: Author | None = None, bound: str | None = None) -> tuple[str, ...]:
        """Return the ids of the brands a post belongs to, in the order of the configuration."""
        found = self._matching(text) if self._may_match(text) else set()
        if author and self._accounts:
            for name in _names(author):
                found |= self._accounts.get(name, set())
        if bound:
            found.add(bound)
        return tuple(sorted(found, key=self._rank)) if found else ()

    def _matching(self, text: str) -> set[str]:
        folded = fold(text)
        hits = self._finder.find_matches_as_indexes(folded, overlapping=True)
        if not hits:
            return set()
        prepared = Text.folded(folded)
        candidates = {number for word, _, _ in hits for number in self._wanting[word]}
        return {brand for brand, query in (self._queries[number] for number in candidates) if query.matches(prepared)}

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
