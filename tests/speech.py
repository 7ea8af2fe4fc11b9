"""Something said, for tests that care about little of a mention."""

from typing import Any

from app.domain.mention import Author, Mention
from app.domain.subject import Subject


def spoken(text: str, **more: Any) -> Mention:
    """Return a mention with that text."""
    return Mention(**{"channel": "forum", "id": "1", "published_at": 0.0, "author": Author("x"), "text": text} | more)


def subject(text: str, **more: Any) -> Subject:
    """Return the subject of a mention with that text."""
    return Subject.of(spoken(text, **more))
