"""A directory of DIDs of our own: takes the operations of a PDS unchecked and answers with the documents they make.

By web.plc.directory/api/redoc (did:plc, version 0.1), read 2026-11-22.
"""

from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback


class FakePlc(Loopback):
    """Serves `/{did}`, `/{did}/data` and `/{did}/log/last` on loopback; `async with FakePlc() as plc`."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: dict[str, list[dict[str, Any]]] = {}

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application()
        app.router.add_post("/{did}", self._take)
        app.router.add_get("/{did}", self._document)
        app.router.add_get("/{did}/data", self._data)
        app.router.add_get("/{did}/log/last", self._last)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        self.operations.setdefault(request.match_info["did"], []).append(await request.json())
        return web.json_response({})

    def _newest(self, request: web.Request) -> dict[str, Any]:
        found = self.operations.get(request.match_info["did"])
        if not found:
            raise web.HTTPNotFound(text='{"message":"DID not registered"}', content_type="application/json")
        return found[-1]

    async def _document(self, request: web.Request) -> web.Response:
        did, said = request.match_info["did"], self._newest(request)
        key = said["verificationMethods"]["atproto"].removeprefix("did:key:")
        method = {"id": f"{did}#atproto", "type": "Multikey", "controller": did, "publicKeyMultibase": key}
        services = [
            {"id": f"#{name}", "type": one["type"], "serviceEndpoint": one["endpoint"]}
            for name, one in said["services"].items()
        ]
        return web.json_response(
            {"id": did, "alsoKnownAs": said["alsoKnownAs"], "verificationMethod": [method], "service": services}
        )

    async def _data(self, request: web.Request) -> web.Response:
        said = self._newest(request)
        kept = ("rotationKeys", "verificationMethods", "alsoKnownAs", "services")
        return web.json_response({"did": request.match_info["did"], **{name: said[name] for name in kept}})

    async def _last(self, request: web.Request) -> web.Response:
        return web.json_response(self._newest(request))
