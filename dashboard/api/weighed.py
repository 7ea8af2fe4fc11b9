"""Mentions as a desk needs them: how urgent, why, answered or not, and what we know of who said it."""

from typing import Any

from pydantic import AwareDatetime

from app.domain.instant import rfc3339
from app.domain.priority import Level
from app.domain.wire import write
from dashboard import weighing
from dashboard.api import shape
from dashboard.cause import because, sentence
from dashboard.i18n import LANGUAGES, words

ZONE = "UTC"
"""No instant is written in these sentences."""


class Reason(shape.Shape):
    """Why points were given or taken, as words by language."""

    name: str
    points: float
    text: dict[str, str]


class Priority(shape.Shape):
    """How urgent a mention is right now, 0 to 100; `reasons` sum to `score`, `text` says them by language."""

    level: Level
    score: float
    text: dict[str, str]
    reasons: list[Reason]


class Author(shape.Author):
    """Who said it, with the key under which the author is marked and what marks there are."""

    key: str
    marks: list[str]


class Weighed(shape.Mention):
    """A mention with its priority now, and when an account of ours first answered it."""

    author: Author
    priority: Priority
    answered_at: AwareDatetime | None


class Unanswered(shape.Shape):
    """Who waits for an answer since an instant; `complete` is false when only the newest `looked_at` were ranked."""

    brand: str
    since: AwareDatetime
    looked_at: int
    complete: bool
    items: list[Weighed]


def weighed(one: weighing.Weighed) -> dict[str, Any]:
    """Return a mention in that shape."""
    written = write(one.analysed.mention, one.analysed.analysis)
    written["author"] |= {"key": one.known.author, "marks": list(one.known.marks)}
    says = {language: words(language, ZONE) for language in LANGUAGES}
    written["priority"] = {
        "level": one.priority.level,
        "score": one.priority.score,
        "text": {language: sentence(one.priority, say) for language, say in says.items()},
        "reasons": [
            {
                "name": reason.name,
                "points": reason.points,
                "text": {language: because(reason, say) for language, say in says.items()},
            }
            for reason in one.priority.reasons
        ],
    }
    answered_at = one.known.answered_at
    written["answered_at"] = None if answered_at is None else rfc3339(answered_at)
    return written
