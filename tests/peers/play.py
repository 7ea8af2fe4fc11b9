"""A Google Play Developer API of our own: tokens for a signed assertion, reviews of the last seven days, errors.

By developers.google.com/android-publisher/reply-to-reviews, …/api-ref/rest/v3/reviews/list and
developers.google.com/identity/protocols/oauth2/service-account, read 2026-11-22: changed last first, at most 100 a
page, `tokenPagination`; the assertion is an RS256 JWT of at most an hour for the token's address. 200 requests an
hour and app by support.google.com/googleplay/android-developer/contact/review_apiqr, read that day.
"""

import json
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.clock import Clock
from tests.peers.site import Site, google_error

APP = "de.nordlicht.app"
MAIL = "leser@made-up.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
WEEK = 7 * 86_400.0


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


class FakePlay(Site):
    """Holds the reviews of one app; `clock` tells its time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.reviews: dict[str, tuple[float, dict[str, Any]]] = {}
        self.token = "made-up-access"
        self.most = 100
        self.left = 200

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/token", self._access), web.get("/applications/{app}/reviews", self._list)]

    @property
    def account(self) -> str:
        """The JSON key of the service account."""
        pem = _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        told = {"type": "service_account", "client_email": MAIL, "private_key": pem, "private_key_id": "k1"}
        return json.dumps({**told, "token_uri": f"{self.url}/token"})

    def review(self, name: str, text: str, at: float, *, stars: int = 1, reply: str = "") -> None:
        """Write a review, or change it."""
        modified = {"seconds": str(int(at)), "nanos": 0}
        comments = [{"userComment": {"text": text, "lastModified": modified, "starRating": stars}}]
        if reply:
            comments.append({"developerComment": {"text": reply, "lastModified": modified}})
        self.reviews[name] = (at, {"reviewId": name, "authorName": "Ada", "comments": comments})

    async def _access(self, request: web.Request) -> web.Response:
        form = await request.post()
        try:
            claims = jwt.decode(
                str(form["assertion"]),
                _key().public_key(),
                ["RS256"],
                audience=f"{self.url}/token",
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return web.json_response({"error": "invalid_grant"}, status=400)
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        assert (claims["iss"], claims["scope"]) == (MAIL, SCOPE)
        assert claims["iat"] <= self.clock.now() <= claims["exp"] <= claims["iat"] + 3600
        return web.json_response({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    async def _list(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return google_error(401, "authError", "UNAUTHENTICATED")
        if request.match_info["app"] != APP:
            return google_error(404, "applicationNotFound", "NOT_FOUND")
        if self.left <= 0:
            return google_error(429, "rateLimitExceeded", "RESOURCE_EXHAUSTED")
        self.left -= 1
        shown = sorted(
            (one for one in self.reviews.values() if one[0] > self.clock.now() - WEEK), key=lambda one: -one[0]
        )
        start, most = int(request.query.get("token", 0)), min(self.most, int(request.query["maxResults"]))
        body: dict[str, Any] = {"reviews": [review for _, review in shown[start : start + most]]} if shown else {}
        if start + most < len(shown):
            body["tokenPagination"] = {"nextPageToken": str(start + most)}
        return web.json_response(body)
