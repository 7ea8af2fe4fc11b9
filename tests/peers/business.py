"""A Google Business Profile of our own: access tokens for a refresh token, reviews of locations, errors.

By developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (list, get) and
developers.google.com/identity/protocols/oauth2/web-server, read 2026-11-22: the reviews changed last come first, at
most 50 a page; 404 for what is gone, 403 PERMISSION_DENIED for locations of others, 429 beyond the quota.
"""

from typing import Any

from aiohttp import web

from tests.peers.site import Site, google_error

HERE = "accounts/111/locations/222"
CLIENT, SECRET, REFRESH = "abc.apps.googleusercontent.com", "made-up-secret", "1//made-up"
STARS = ("", "ONE", "TWO", "THREE", "FOUR", "FIVE")


class FakeBusiness(Site):
    """Holds reviews of one location."""

    def __init__(self) -> None:
        super().__init__()
        self.reviews: dict[str, dict[str, Any]] = {}
        self.token = "made-up-access"
        self.most = 50

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/token", self._access),
            web.get("/accounts/{a}/locations/{l}/reviews", self._list),
            web.get("/accounts/{a}/locations/{l}/reviews/{id}", self._get),
        ]

    def review(self, name: str, text: str, at: str, *, stars: int = 1, changed: str = "", reply: str = "") -> None:
        """Write a review, or change it."""
        self.reviews[name] = {
            "name": f"{HERE}/reviews/{name}",
            "reviewId": name,
            "reviewer": {"displayName": "Ada"},
            "starRating": STARS[stars],
            "comment": text,
            "createTime": at,
            "updateTime": changed or at,
            **({"reviewReply": {"comment": reply, "updateTime": changed or at}} if reply else {}),
        }

    async def _access(self, request: web.Request) -> web.Response:
        form = await request.post()
        wanted = {"client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH, "grant_type": "refresh_token"}
        if dict(form) != wanted:
            return web.json_response({"error": "invalid_grant", "error_description": "Made up."}, status=400)
        return web.json_response({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    def _refused(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return google_error(401, "authError", "UNAUTHENTICATED")
        if not request.path.startswith(f"/{HERE}/"):
            return google_error(403, "forbidden", "PERMISSION_DENIED")
        return None

    async def _list(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        assert request.query.get("orderBy", "updateTime desc") == "updateTime desc"
        items = sorted(self.reviews.values(), key=lambda one: str(one["updateTime"]), reverse=True)
        start, most = int(request.query.get("pageToken", 0)), min(self.most, int(request.query["pageSize"]))
        body: dict[str, Any] = {"reviews": items[start : start + most], "totalReviewCount": len(items)}
        if start + most < len(items):
            body["nextPageToken"] = str(start + most)
        return web.json_response(body if items else {})

    async def _get(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        review = self.reviews.get(request.match_info["id"])
        return web.json_response(review) if review else google_error(404, "notFound", "NOT_FOUND")
