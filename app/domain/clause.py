"""Clauses: what a query is made of, and the words without which one cannot hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.compound import made_with
from app.domain.field import Field
from app.domain.folding import tokens
from app.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class Term:
    """A word, "phrase", #tag or @handle as it was written; `form` is what the line of a `Subject` holds of it.

    The form begins with a blank and ends with one, too, unless the last word goes on as it likes (`strom*`).
    """

    written: str
    form: str

    def __str__(self) -> str:
        return self.written

    @property
    def open(self) -> bool:
        """Whether the last word is only a beginning."""
        return not self.form.endswith(" ")

    def holds(self, subject: Subject) -> bool:
        """Tell whether the term is in the text."""
        return self.form in subject.line

    def spans(self, subject: Subject) -> Iterator[range]:
        """Yield where it stands, in words from the beginning of the text."""
        line, length = subject.line, self.form.rstrip().count(" ")
        at = line.find(self.form)
        while at >= 0:
            start = line.count(" ", 0, at)
            yield range(start, start + length)
            at = line.find(self.form, at + 1)


@dataclass(frozen=True, slots=True)
class Compound:
    """`~part`: a word that is the part, one of its forms, or a compound with it (`app.domain.compound`)."""

    written: str
    part: str

    def __str__(self) -> str:
        return self.written

    def holds(self, subject: Subject) -> bool:
        """Tell whether such a word is in the text."""
        return any(True for _ in self.spans(subject))

    def spans(self, subject: Subject) -> Iterator[range]:
        """Yield where it stands, in words from the beginning of the text."""
        line = subject.line
        at = line.find(self.part)
        while at >= 0:
            end = line.index(" ", at)
            before = line.rindex(" ", 0, at)
            word = line[before + 1 : end]
            if word[0] not in "#@" and made_with(word, self.part):
                start = line.count(" ", 0, before)
                yield range(start, start + 1)
            at = line.find(self.part, end)


@dataclass(frozen=True, slots=True)
class Near:
    """Two things of which one stands at most `distance` words from the other, in any order; neighbours are 1 apart."""

    left: "Node"
    right: "Node"
    distance: int

    def __str__(self) -> str:
        return f"{_bracketed(self.left)} NEAR/{self.distance} {_bracketed(self.right)}"

    def holds(self, subject: Subject) -> bool:
        """Tell whether the two are there, beside each other and not in one another."""
        if not (self.left.holds(subject) and self.right.holds(subject)):
            return False
        right = list(places(self.right, subject))
        return any(apart(one, other) <= self.distance for one in places(self.left, subject) for other in right)


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


Node = Term | Compound | Field | Near | Not | And | Or


def _bracketed(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)


def apart(one: range, other: range) -> float:
    """Return how many words it is from the end of the first to the beginning of the second; overlapping never meet."""
    if one.start < other.stop and other.start < one.stop:
        return float("inf")
    return other.start - one.stop + 1 if one.start < other.start else one.start - other.stop + 1


def nearable(node: Node) -> bool:
    """Tell whether a node says where in the text it stands: words, phrases, compounds and their alternatives."""
    if isinstance(node, Or):
        return all(map(nearable, node.parts))
    return isinstance(node, Compound) or (isinstance(node, Term) and node.written[0] not in "#@")


def places(node: Node, subject: Subject) -> Iterator[range]:
    """Yield where a nearable node stands, in words from the beginning of the text."""
    match node:
        case Term() | Compound():
            yield from node.spans(subject)
        case Or():
            for part in node.parts:
                yield from places(part, subject)


def words_of(node: Node) -> Iterator[str]:
    """Yield the folded words (or beginnings and parts of words) that it asks for."""
    match node:
        case Term():
            yield from tokens(node.form)
        case Compound():
            yield node.part
        case Not():
            yield from words_of(node.part)
        case Near():
            yield from words_of(node.left)
            yield from words_of(node.right)
        case And() | Or():
            for part in node.parts:
                yield from words_of(part)


def anchors(node: Node, common: Mapping[str, int], *, wanted: bool) -> frozenset[str] | None:
    """Return words one of which is part of every text of which the node (or its opposite) holds.

    Empty if there are none because fields decide; None if it can hold without anything being there at all.
    """
    match node:
        case Term():
            rarest = max(tokens(node.form), key=lambda word: (-common.get(word, 0), len(word)))
            return frozenset({rarest}) if wanted else None
        case Compound():
            return frozenset({node.part}) if wanted else None
        case Field():
            return frozenset() if wanted else None
        case Near():
            return _every((node.left, node.right), common, wanted=True) if wanted else None
        case Not():
            return anchors(node.part, common, wanted=not wanted)
        case And() | Or():
            return (_every if isinstance(node, And) is wanted else _any)(node.parts, common, wanted=wanted)


def channels(node: Node) -> frozenset[str] | None:
    """Return the folded channels outside of which it cannot hold; None if it does not name them."""
    match node:
        case Field(name="channel", open=False):
            return frozenset({node.value})
        case And():
            return min((found for part in node.parts if (found := channels(part)) is not None), key=len, default=None)
        case Or():
            named = [found for part in node.parts if (found := channels(part)) is not None]
            return frozenset().union(*named) if len(named) == len(node.parts) else None
        case _:
            return None


def asks(node: Node, field: str) -> bool:
    """Tell whether a node asks about a field anywhere."""
    match node:
        case Field():
            return node.name == field
        case Not():
            return asks(node.part, field)
        case And() | Or():
            return any(asks(part, field) for part in node.parts)
        case _:
            return False


def _every(parts: tuple[Node, ...], common: Mapping[str, int], *, wanted: bool) -> frozenset[str] | None:
    """All parts hold: the best of what one of them needs."""
    bound = [words for part in parts if (words := anchors(part, common, wanted=wanted)) is not None]
    return max(bound, key=lambda words: _selectivity(words, common)) if bound else None


def _any(parts: tuple[Node, ...], common: Mapping[str, int], *, wanted: bool) -> frozenset[str] | None:
    """One of the parts holds: what all of them need; nothing if one of them needs no word."""
    bound = [words for part in parts if (words := anchors(part, common, wanted=wanted)) is not None]
    if len(bound) < len(parts):
        return None
    return frozenset().union(*bound) if all(bound) else frozenset()


def _selectivity(words: frozenset[str], common: Mapping[str, int]) -> tuple[bool, int, int, int]:
    """Words that few queries share are best, longer ones are rarer, and fewer of them are better."""
    shared = max((common.get(word, 0) for word in words), default=0)
    return bool(words), -shared, min(map(len, words), default=0), -len(words)
