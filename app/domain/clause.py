"""Clauses: what a query is made of, and the words without which one cannot hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.folding import tokens
from app.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class Term:
    """A word, "phrase", #tag or @handle as it was written; `form` is what the line of a `Subject` holds of it."""

    written: str
    form: str

    def __str__(self) -> str:
        return self.written

    def holds(self, subject: Subject) -> bool:
        """Tell whether the term is in the text."""
        return self.form in subject.line


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    part: "Node"

    def __str__(self) -> str:
        return f"NOT {_bracketed(self.part)}"

    def holds(self, subject: Subject) -> bool:
        """Tell whether the part does not hold."""
        return not self.part.holds(subject)


@dataclass(frozen=True, slots=True)
class And:
    """All of its parts; at least two, none of them an `And`."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " AND ".join(map(_bracketed, self.parts))

    def holds(self, subject: Subject) -> bool:
        """Tell whether all parts hold."""
        for part in self.parts:  # noqa: SIM110 - all() over a generator takes twice as long, and this is asked of every hit
            if not part.holds(subject):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Or:
    """Any of its parts; at least two, none of them an `Or`."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(map(_bracketed, self.parts))

    def holds(self, subject: Subject) -> bool:
        """Tell whether any part holds."""
        for part in self.parts:  # noqa: SIM110 - as in `And`
            if part.holds(subject):
                return True
        return False


Node = Term | Not | And | Or


def _bracketed(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)


def words_of(node: Node) -> Iterator[str]:
    """Yield the folded words of its terms."""
    match node:
        case Term():
            yield from tokens(node.form)
        case Not():
            yield from words_of(node.part)
        case And() | Or():
            for part in node.parts:
                yield from words_of(part)


def anchors(node: Node, common: Mapping[str, int], *, wanted: bool) -> frozenset[str] | None:
    """Return words without which the node (or its opposite) cannot hold; None if it can without any."""
    match node:
        case Term():
            rarest = max(tokens(node.form), key=lambda word: (-common.get(word, 0), len(word)))
            return frozenset({rarest}) if wanted else None
        case Not():
            return anchors(node.part, common, wanted=not wanted)
        case And() | Or():
            found = [anchors(part, common, wanted=wanted) for part in node.parts]
            bound = [words for words in found if words is not None]
            if isinstance(node, And) is wanted:
                return max(bound, key=lambda words: _selectivity(words, common)) if bound else None
            return frozenset().union(*bound) if len(bound) == len(found) else None


def _selectivity(words: frozenset[str], common: Mapping[str, int]) -> tuple[int, int, int]:
    """Words that few queries share are best, longer ones are rarer, and fewer of them are better."""
    return -max(common.get(word, 0) for word in words), min(map(len, words)), -len(words)
