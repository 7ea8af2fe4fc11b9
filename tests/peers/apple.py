"""An App Store Connect of our own, and the public feed: reviews, signed tokens, rate limits, errors.

By developer.apple.com/documentation/appstoreconnectapi (customer reviews, generating tokens, identifying rate limits),
read 2026-11-22: an ES256 JWT for `appstoreconnect-v1` of at most 20 minutes, at most 200 a page, `links.next` with a
cursor, `X-Rate-Limit` with every answer, errors with `code`. The feed: ten pages of 50, newest first.
"""

from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.clock import Clock
from tests.peers.site import Site, refusal

APP, KEY, ISSUER = "1234567890", "2X9R4HXF34", "57246542-96fe-1a63"
PER_FEED_PAGE = 50


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def private_key() -> str:
    """Return the key as its .p8 file holds it."""
    return _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def error(status: int, code: str) -> web.Response:
    """Return an error as App Store Connect writes it."""
    return refusal(status, {"errors": [{"status": str(status), "code": code, "title": "Made up."}]})


class FakeApple(Site):
    """Holds the reviews of one app; `clock` tells its time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.reviews: dict[str, dict[str, Any]] = {}
        self.responses: dict[str, str] = {}
        self.left = 3_500
        self.most = 200
        self.issuers: list[dict[str, Any]] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/apps/{app}/customerReviews", self._list),
            web.get("/customerReviews/{id}", self._get),
            web.get("/{country}/rss/customerreviews/{page}/{id}/{sort}/json", self._feed),
        ]

    def review(self, name: str, text: str, at: str, *, stars: int = 1, response: str = "") -> None:
        """Write a review, or change it."""
        said = {"rating": stars, "title": "T", "body": text, "reviewerNickname": "Ada", "createdDate": at}
        self.reviews[name] = {"type": "customerReviews", "id": name, "attributes": {**said, "territory": "DEU"}}
        if response:
            self.responses[name] = response
            self.reviews[name]["relationships"] = {"response": {"data": {"id": f"r-{name}"}}}

    def _refused(self, request: web.Request) -> web.Response | None:
        try:
            scheme, token = request.headers.get("Authorization", "- -").split(" ", 1)
            claims = jwt.decode(
                token,
                _key().public_key(),
                ["ES256"],
                audience="appstoreconnect-v1",
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return error(401, "NOT_AUTHORIZED")
        self.issuers.append(claims)
        if scheme != "Bearer" or jwt.get_unverified_header(token)["kid"] != KEY:
            return error(401, "NOT_AUTHORIZED")
        if not (claims["iat"] <= self.clock.now() < claims["exp"] <= claims["iat"] + 1_200):
            return error(401, "NOT_AUTHORIZED")
        return None

    async def _list(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        if request.match_info["app"] != APP:
            return error(404, "NOT_FOUND")
        limit = {"X-Rate-Limit": f"user-hour-lim:3500;user-hour-rem:{max(0, self.left)};"}
        self.left -= 1
        if self.left < 0:
            return web.json_response({"errors": [{"code": "RATE_LIMIT_EXCEEDED"}]}, status=429, headers=limit)
        assert request.query.get("sort") == "-createdDate"
        items = self._newest()
        start, most = int(request.query.get("cursor", 0)), min(self.most, int(request.query["limit"]))
        some = items[start : start + most]
        links = {"self": "x", **({"next": f"{self.url}/x?cursor={start + most}"} if start + most < len(items) else {})}
        included = [self._response(one["id"]) for one in some if one["id"] in self.responses]
        return web.json_response({"data": some, "included": included, "links": links}, headers=limit)

    def _newest(self) -> list[dict[str, Any]]:
        return sorted(self.reviews.values(), key=lambda one: str(one["attributes"]["createdDate"]), reverse=True)

    def _response(self, name: str) -> dict[str, Any]:
        said = {
            "responseBody": self.responses[name],
            "lastModifiedDate": self.reviews[name]["attributes"]["createdDate"],
        }
        return {"type": "customerReviewResponses", "id": f"r-{name}", "attributes": {**said, "state": "PUBLISHED"}}

    async def _get(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        review = self.reviews.get(request.match_info["id"])
        return web.json_response({"data": review}) if review else error(404, "NOT_FOUND")

    async def _feed(self, request: web.Request) -> web.Response:
        number = int(request.match_info["page"].removeprefix("page="))
        some = self._newest()[PER_FEED_PAGE * (number - 1) : PER_FEED_PAGE * number]
        entries = [self._entry(one) for one in some]
        feed: dict[str, Any] = {"author": {}, "title": {"label": "x"}}
        if entries:
            feed["entry"] = entries if len(entries) > 1 else entries[0]
        return web.json_response({"feed": feed})

    def _entry(self, review: dict[str, Any]) -> dict[str, Any]:
        said = review["attributes"]
        labels = {"id": review["id"], "title": said["title"], "content": said["body"], "updated": said["createdDate"]}
        labels |= {"im:rating": str(said["rating"]), "im:voteCount": "0"}
        author = {"uri": {"label": "https://itunes.apple.com/de/reviews/id1"}, "name": {"label": "Ada"}}
        return {"author": author, **{key: {"label": value} for key, value in labels.items()}}
