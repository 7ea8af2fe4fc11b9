"""The wires of Apple's App Store: customer reviews of App Store Connect, and those of the public feed.

After https://developer.apple.com/documentation/appstoreconnectapi/get-v1-apps-_id_-customerreviews (read 2026-11-22).
The feed (`itunes.apple.com/<country>/rss/customerreviews/…/json`) is not documented by Apple; its form is known from
what many programs read of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from app.domain.instant import from_rfc3339
from app.domain.mention import Author, Engagement, Mention
from app.domain.source import Quota
from ingest.wires.listing import FAULTY, Page, broken, page

CHANNEL = "appstore"
PER_PAGE = 200
FEED_PAGES = 10


class _Attributes(msgspec.Struct, frozen=True, rename="camel"):
    created_date: str
    rating: int | None = None
    title: str | None = None
    body: str | None = None
    reviewer_nickname: str | None = None
    territory: str | None = None


class _Review(msgspec.Struct, frozen=True):
    id: str
    attributes: _Attributes
    relationships: dict[str, Any] = {}


class _Response(msgspec.Struct, frozen=True, rename="camel"):
    last_modified_date: str
    response_body: str = ""
    state: str = "PUBLISHED"


class _Included(msgspec.Struct, frozen=True):
    id: str
    type: str
    attributes: msgspec.Raw = msgspec.Raw(b"{}")


class _Links(msgspec.Struct, frozen=True):
    next: str | None = None


class _Reviews(msgspec.Struct, frozen=True):
    data: list[msgspec.Raw]
    included: list[msgspec.Raw] = []
    links: _Links = _Links()


_reviews = msgspec.json.Decoder(_Reviews)
_review = msgspec.json.Decoder(_Review)
_included = msgspec.json.Decoder(_Included)
_response = msgspec.json.Decoder(_Response)


def reviews(body: bytes, app: str) -> Page:
    """Read an answer of `customerReviews`: each review, and our published response as a mention of its own."""
    try:
        listed = _reviews.decode(body)
    except FAULTY:
        return broken("customer reviews")
    responses = _responses(listed.included)

    def read(raw: msgspec.Raw) -> Iterator[Mention]:
        review = _review.decode(raw)
        yield _mention(review)
        if (response := responses.get(_related(review))) is not None:
            yield _answer(review, response, app)

    return page(listed.data, read, what="review", following=_following(listed.links.next))


def _following(address: str | None) -> str | None:
    """Return the page cursor within the address of the next page; the address itself is not followed."""
    try:
        return parse_qs(urlsplit(address or "").query).get("cursor", [None])[0]
    except ValueError:
        return None


def _responses(included: list[msgspec.Raw]) -> dict[str, _Response]:
    found: dict[str, _Response] = {}
    for raw in included:
        try:
            one = _included.decode(raw)
            if one.type == "customerReviewResponses":
                found[one.id] = _response.decode(one.attributes)
        except FAULTY:
            continue
    return found


def _related(review: _Review) -> str:
    response = review.relationships.get("response")
    data = response.get("data") if isinstance(response, dict) else None
    related = data.get("id") if isinstance(data, dict) else None
    return related if isinstance(related, str) else ""


def _mention(review: _Review) -> Mention:
    said = review.attributes
    return Mention(
        channel=CHANNEL,
        id=review.id,
        published_at=from_rfc3339(said.created_date),
        text="\n\n".join(filter(None, (said.title, said.body))),
        author=Author(f"{review.id}/author", name=said.reviewer_nickname or None),
        kind="review",
        place=said.territory or None,
        rating=_stars(said.rating),
    )


def _answer(review: _Review, said: _Response, app: str) -> Mention:
    at = from_rfc3339(said.last_modified_date)
    return Mention(
        channel=CHANNEL,
        id=f"{review.id}/reply",
        published_at=at,
        text=said.response_body,
        author=Author(app),
        kind="reply",
        in_reply_to=review.id,
        revision=int(at * 1_000_000),
    )


def _stars(number: int | None) -> float | None:
    return float(number) if number is not None and 1 <= number <= 5 else None  # noqa: PLR2004 - one to five stars


def quota(header: str | None) -> Quota | None:
    """Read `X-Rate-Limit: user-hour-lim:3500;user-hour-rem:500;`: requests of a rolling hour."""
    told = dict(part.strip().split(":", 1) for part in (header or "").split(";") if ":" in part)
    try:
        return Quota(float(int(told["user-hour-lim"])), float(int(told["user-hour-rem"])))
    except (KeyError, ValueError, OverflowError):
        return None


class _Error(msgspec.Struct, frozen=True):
    code: str = ""


class _Errors(msgspec.Struct, frozen=True):
    errors: list[_Error] = []


_errors = msgspec.json.Decoder(_Errors)


def error(body: bytes) -> str:
    """Return the code of an error, such as `NOT_AUTHORIZED` or `FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED`."""
    try:
        codes = [one.code for one in _errors.decode(body).errors]
    except FAULTY:
        return ""
    return codes[0][:80] if codes and codes[0].replace("_", "").replace(".", "").isalnum() else ""


class _Feed(msgspec.Struct, frozen=True):
    feed: dict[str, Any]


_feed = msgspec.json.Decoder(_Feed)
_raw = msgspec.json.Encoder()


def feed(body: bytes, country: str, number: int = 1) -> Page:
    """Read page `number` of the public feed of a country; its ids begin with `rss/`, for the API has others."""
    try:
        entries = _feed.decode(body).feed.get("entry", [])
    except FAULTY:
        return broken("a feed")
    listed = entries if isinstance(entries, list) else [entries]
    following = str(number + 1) if listed and number < FEED_PAGES else None

    def read(raw: msgspec.Raw) -> Mention | None:
        entry = msgspec.json.decode(raw)
        return None if "im:rating" not in entry else _entry(entry, country)  # the first entry may be the app itself

    return page([msgspec.Raw(_raw.encode(one)) for one in listed], read, what="review", following=following)


def _entry(entry: Mapping[str, Any], country: str) -> Mention:
    number, at = _label(entry["id"]), from_rfc3339(_label(entry["updated"]))
    if not number:
        raise ValueError("a review without id")
    author = entry.get("author") or {}
    votes = _label(entry.get("im:voteCount"))
    return Mention(
        channel=CHANNEL,
        id=f"rss/{country}/{number}",
        published_at=at,
        text="\n\n".join(filter(None, (_label(entry.get("title")), _label(entry.get("content"))))),
        author=Author(_label(author.get("uri")) or f"rss/{number}/author", name=_label(author.get("name")) or None),
        kind="review",
        place=country.upper(),
        engagement=Engagement(likes=int(votes) if votes.isdecimal() else 0),
        rating=_stars(int(_label(entry["im:rating"]))),
        revision=int(at * 1_000_000),
    )


def _label(value: Any) -> str:
    """Return the text of `{"label": …}`, in which the feed wraps every value."""
    said = value.get("label") if isinstance(value, dict) else None
    return said if isinstance(said, str) else ""
