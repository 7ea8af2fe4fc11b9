"""Matching: what a mention counts for, all queries at once."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

import ahocorasick_rs

from app.domain.accounts import Accounts
from app.domain.brand import Campaign, Topic, Watched, scope
from app.domain.folding import fold
from app.domain.mention import Mention
from app.domain.query import Query, parse
from app.domain.subject import Subject
from ingest.sieve import sieve


class Matcher:
    """Evaluates only the queries whose words are in the text, those of brands and campaigns before others.

    What needs no word because fields decide, a query or a side of an OR, is asked about every mention of its channels.
    `language` names the language of a text whose source does not state one.
    """

    def __init__(self, watched: Watched, language: Callable[[str], str] | None = None) -> None:
        self._language = language
        self._order = {brand.id: rank for rank, brand in enumerate(watched.brands)}
        self._queries: list[Query] = []
        self._brands = {self._add(brand.query): brand.id for brand in watched.brands}
        self._campaigns: dict[int, Campaign] = {self._add(one.query): one for one in watched.campaigns}
        self._others: list[Query] = []
        self._topics: dict[int, Topic] = {self._other(topic.query): topic for topic in watched.topics}
        self._excluded = {brand.id: tuple(map(self._other, brand.exclude)) for brand in watched.brands if brand.exclude}
        self._spam = frozenset(map(self._other, watched.spam))
        sides = [query.sides() for query in self._queries]
        self._worded = {number: worded for number, (worded, _) in enumerate(sides) if worded}
        self._wordless = {number: wordless for number, (_, wordless) in enumerate(sides) if wordless}
        self._finder = _Finder(self._worded)
        self._may_hold = self._finder.may_hold
        self._leaders = _Leaders(self._wordless)
        self._others_finder = _Finder(dict(enumerate(self._others)))
        self._curious = self._inquisitive()
        if language and any(query.asks("lang") for query in (*self._queries, *self._others)):
            language("")  # reads its model now, in the thread that builds, and not when posts are waiting
        self._accounts = Accounts(watched.brands)

    def scopes(self, mention: Mention, bound: str | None = None, answered: Collection[str] = ()) -> tuple[str, ...]:
        """Return what a mention counts for: brands in the order of the configuration, then `brand/part`.

        It counts for the brand its source is bound to, and for the brands of the mentions it answers or quotes, too;
        topics are looked for among the mentions of their brands, campaigns between their start and end.
        """
        maybe = self._may_hold(mention.text)
        asked = self._leaders.numbers(mention.channel)
        known = self._accounts.brands(mention.author)
        if bound or answered:
            known = known.union(answered, (bound,) if bound else ())
        if not (maybe or asked or known):
            return ()
        subject = Subject.of(mention, self._language)
        found = [number for number in asked if self._wordless[number].matches(subject)]
        if maybe:
            found += [
                number for number in self._finder.numbers(subject.folded) if self._worded[number].matches(subject)
            ]
        leading = frozenset(found)
        return self._counted(subject, leading, known, mention.published_at) if leading or known else ()

    def may_count(self, mention: Mention, *, wordless: bool = True) -> bool:
        """Tell whether it may count by a query for something else once its author's profile is looked up.

        Not asked again are queries that say nothing about authors; without `wordless` nor those that need no word.
        """
        if not self._curious or mention.author.followers is not None:
            return False
        subject = Subject.of(mention, self._language)
        curious = self._curious
        if wordless:
            for number in curious.intersection(self._leaders.numbers(mention.channel)):
                if self._wordless[number].may_match(subject):
                    return True
        asked = curious & self._finder.numbers(subject.folded) if self._may_hold(mention.text) else _NONE
        return any(self._worded[number].may_match(subject) for number in asked)

    def _inquisitive(self) -> frozenset[int]:
        """Return the numbers of the queries that decide by who the author is, themselves or by what they exclude."""
        if any(self._others[number].asks_who for number in self._spam):
            return frozenset(range(len(self._queries)))
        excluding = {
            brand for brand, numbers in self._excluded.items() if any(self._others[one].asks_who for one in numbers)
        }
        return frozenset(
            number
            for number, query in enumerate(self._queries)
            if query.asks_who or self._brands.get(number) in excluding
        )

    def _add(self, query: str) -> int:
        self._queries.append(parse(query))
        return len(self._queries) - 1

    def _other(self, query: str) -> int:
        self._others.append(parse(query))
        return len(self._others) - 1

    def _counted(self, subject: Subject, leading: frozenset[int], known: frozenset[str], at: float) -> tuple[str, ...]:
        if not (self._others or self._campaigns):
            found = known.union(self._brands[number] for number in leading)
            return tuple(sorted(found, key=self._rank) if len(found) > 1 else found)
        others = self._others_finder.numbers(subject.folded) | self._others_finder.wordless if self._others else _NONE

        def holds(number: int) -> bool:
            return number in others and self._others[number].matches(subject)

        if leading and any(map(holds, others & self._spam)):
            leading = frozenset()
        named = [self._brands[number] for number in leading if number in self._brands]
        said = {brand for brand in named if not any(map(holds, self._excluded.get(brand, ())))}
        running = (self._campaigns[number] for number in sorted(leading) if number in self._campaigns)
        campaigns = [one for one in running if one.start <= at < one.end]
        brands = sorted(known.union(said, (one.brand for one in campaigns)), key=self._rank)
        topics = [self._topics[number] for number in sorted(others & self._topics.keys()) if brands and holds(number)]
        parts = (scope(one, topic.id) for topic in topics for one in brands if not topic.brands or one in topic.brands)
        return (*brands, *parts, *(scope(one.brand, one.id) for one in campaigns))

    def _rank(self, brand: str) -> int:
        return self._order.get(brand, len(self._order))


class _Finder:
    """Looks for the words of all queries in one pass (Aho-Corasick); a sieve spares most texts even the folding."""

    def __init__(self, queries: Mapping[int, Query]) -> None:
        common = Counter(word for query in queries.values() for word in query.words())
        wanting: dict[str, list[int]] = {}
        for number, query in queries.items():
            for word in query.literals(common):
                wanting.setdefault(word, []).append(number)
        self.wordless = frozenset(number for number, query in queries.items() if not query.literals())
        self._wanting = list(wanting.values())
        self.may_hold = sieve(wanting)
        automaton = ahocorasick_rs.AhoCorasick(list(wanting), implementation=ahocorasick_rs.Implementation.DFA)
        self._find = automaton.find_matches_as_indexes

    def numbers(self, folded: str) -> set[int]:
        """Return the numbers of the queries of which a word is in a folded text."""
        return {number for word, _, _ in self._find(folded, overlapping=True) for number in self._wanting[word]}


class _Leaders:
    """Queries that need no word, by the channels they name."""

    def __init__(self, queries: Mapping[int, Query]) -> None:
        named = {number: query.channels() for number, query in queries.items()}
        everywhere = tuple(number for number, channels in named.items() if channels is None)
        every = frozenset().union(*(channels for channels in named.values() if channels))
        self._everywhere = everywhere
        self._by_channel = {
            one: everywhere + tuple(number for number, channels in named.items() if channels and one in channels)
            for one in every
        }

    def numbers(self, channel: str) -> tuple[int, ...]:
        """Return the numbers of those to be asked about a mention in a channel."""
        found = self._by_channel.get(channel)
        if found is None and self._by_channel and not (channel.isascii() and channel.islower()):
            found = self._by_channel.get(fold(channel))
        return self._everywhere if found is None else found


_NONE: frozenset[int] = frozenset()
