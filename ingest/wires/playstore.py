"""The wire of the Google Play Developer API, `reviews.list`: what users wrote about our app within the last week.

After https://developers.google.com/android-publisher/api-ref/rest/v3/reviews (read 2026-11-22).
"""

from collections.abc import Iterator

import msgspec

from app.domain.mention import Author, Engagement, Mention
from ingest.wires.listing import FAULTY, Page, broken, page

CHANNEL = "playstore"
PER_PAGE = 100
MOST_STARS = 5


class _Instant(msgspec.Struct, frozen=True):
    seconds: str | int
    nanos: int = 0


class _User(msgspec.Struct, frozen=True, rename="camel"):
    last_modified: _Instant
    text: str = ""
    star_rating: int | None = None
    reviewer_language: str | None = None
    thumbs_up_count: int = 0
    original_text: str | None = None


class _Developer(msgspec.Struct, frozen=True, rename="camel"):
    last_modified: _Instant
    text: str = ""


class _Comment(msgspec.Struct, frozen=True, rename="camel"):
    user_comment: _User | None = None
    developer_comment: _Developer | None = None


class _Review(msgspec.Struct, frozen=True, rename="camel"):
    review_id: str
    comments: list[_Comment]
    author_name: str | None = None


class _Paging(msgspec.Struct, frozen=True, rename="camel"):
    next_page_token: str | None = None


class _Reviews(msgspec.Struct, frozen=True, rename="camel"):
    reviews: list[msgspec.Raw] = []
    token_pagination: _Paging = _Paging()


_reviews = msgspec.json.Decoder(_Reviews)
_review = msgspec.json.Decoder(_Review)


def reviews(body: bytes, package: str) -> Page:
    """Read an answer of `reviews.list` for an app: each review, and our reply as a mention of its own."""
    try:
        listed = _reviews.decode(body)
    except FAULTY:
        return broken("reviews")

    def read(raw: msgspec.Raw) -> Iterator[Mention]:
        return _read(_review.decode(raw), package)

    return page(listed.reviews, read, what="review", following=listed.token_pagination.next_page_token)


def _read(review: _Review, package: str) -> Iterator[Mention]:
    if not review.review_id:
        raise ValueError("a review without id")
    name = f"{package}/{review.review_id}"
    for comment in review.comments:
        if comment.user_comment is not None:
            yield _written(name, review, comment.user_comment)
        elif comment.developer_comment is not None:
            yield _answered(name, package, comment.developer_comment)


def _written(name: str, review: _Review, said: _User) -> Mention:
    at = _at(said.last_modified)
    rating = said.star_rating
    return Mention(
        channel=CHANNEL,
        id=name,
        published_at=at,
        text=(said.original_text or said.text).replace("\t", "\n").strip(),
        author=Author(f"{name}/author", name=review.author_name or None),
        kind="review",
        language=said.reviewer_language,
        engagement=Engagement(likes=said.thumbs_up_count),
        rating=float(rating) if rating is not None and 1 <= rating <= MOST_STARS else None,
        revision=int(at * 1_000_000),
    )


def _answered(name: str, package: str, said: _Developer) -> Mention:
    at = _at(said.last_modified)
    return Mention(
        channel=CHANNEL,
        id=f"{name}/reply",
        published_at=at,
        text=said.text,
        author=Author(package),
        kind="reply",
        in_reply_to=name,
        revision=int(at * 1_000_000),
    )


def _at(instant: _Instant) -> float:
    return int(instant.seconds) + instant.nanos / 1_000_000_000
