"""The tongue: which language a text seems to be in, for queries that ask about one its source does not state."""

from functools import cached_property
from typing import Any

from app import registry
from app.domain.analysis import NOT_ANALYSED
from app.domain.mention import Author, Mention


class Tongue:
    """Names the language of a text as the analysis will; reads its model (50 ms) when it is first asked."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages

    def __call__(self, text: str) -> str:
        """Return the code of a language, or "unknown"."""
        said = Mention("", "", 0.0, text, Author(""))
        return str(self._analyzer.analyse([said], [NOT_ANALYSED])[0].language)

    @cached_property
    def _analyzer(self) -> Any:
        return registry.load("analyzers", "language")(self._languages, ())
