"""The wire of Google Business Profile reviews (`accounts.locations.reviews`, v4), ours and what customers wrote.

After https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (read 2026-11-22).
"""

from collections.abc import Iterator

import msgspec

from app.domain.mention import Author, Mention
from ingest.wires.google import instant
from ingest.wires.listing import FAULTY, Page, broken, page

CHANNEL = "google_reviews"
PER_PAGE = 50
STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
TRANSLATED, ORIGINAL = "(Translated by Google)", "(Original)"


class _Reviewer(msgspec.Struct, frozen=True, rename="camel"):
    display_name: str | None = None
    is_anonymous: bool = False


class _Reply(msgspec.Struct, frozen=True, rename="camel"):
    update_time: str
    comment: str = ""


class _Review(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    create_time: str
    reviewer: _Reviewer = _Reviewer()
    star_rating: str = ""
    comment: str = ""
    update_time: str | None = None
    review_reply: _Reply | None = None


class _Reviews(msgspec.Struct, frozen=True, rename="camel"):
    reviews: list[msgspec.Raw] = []
    next_page_token: str | None = None


_reviews = msgspec.json.Decoder(_Reviews)
_review = msgspec.json.Decoder(_Review)


def reviews(body: bytes) -> Page:
    """Read an answer of `reviews.list`: each review, and our reply as a mention of its own."""
    try:
        listed = _reviews.decode(body)
    except FAULTY:
        return broken("reviews")
    return page(listed.reviews, _read, what="review", following=listed.next_page_token)


def _read(raw: msgspec.Raw) -> Iterator[Mention]:
    review = _review.decode(raw)
    published = instant(review.create_time)
    touched = instant(review.update_time) if review.update_time else published
    name = None if review.reviewer.is_anonymous else review.reviewer.display_name
    yield Mention(
        channel=CHANNEL,
        id=review.name,
        published_at=published,
        text=original(review.comment),
        author=Author(f"{review.name}/reviewer", name=name),
        kind="review",
        rating=STARS.get(review.star_rating),
        edited_at=touched if touched > published else None,
        revision=int(touched * 1_000_000),
    )
    if review.review_reply is not None:
        yield _reply(review, review.review_reply)


def _reply(review: _Review, reply: _Reply) -> Mention:
    at = instant(reply.update_time)
    return Mention(
        channel=CHANNEL,
        id=f"{review.name}/reply",
        published_at=at,
        text=original(reply.comment),
        author=Author(review.name.rpartition("/reviews/")[0] or review.name),
        kind="reply",
        in_reply_to=review.name,
        revision=int(at * 1_000_000),
    )


def original(text: str) -> str:
    """Return what was written, without the translation that Google puts before or behind it."""
    if ORIGINAL in text and TRANSLATED in text:
        return text.partition(ORIGINAL)[2].strip()
    return text.partition(TRANSLATED)[0].strip() or text.strip() if TRANSLATED in text else text
