"""Subjects: what a query is asked about, prepared once for all queries."""

from collections.abc import Callable
from functools import cached_property
from typing import Self

from app.domain.folding import fold, line_of
from app.domain.mention import Mention


class Subject:
    """A mention as queries see it; each part is prepared when the first query asks for it."""

    def __init__(self, mention: Mention, language: Callable[[str], str] | None = None) -> None:
        self._mention, self._detect = mention, language

    @classmethod
    def of(cls, mention: Mention, language: Callable[[str], str] | None = None) -> Self:
        """Return the subject of a mention; `language` names the language of a text whose source does not state one."""
        return cls(mention, language)

    @cached_property
    def folded(self) -> str:
        """The text as `fold` makes it."""
        return fold(self._mention.text)

    @cached_property
    def line(self) -> str:
        """The words, tags and handles of the text, each between blanks (`line_of`)."""
        return line_of(self.folded)
