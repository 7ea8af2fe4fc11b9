"""`/api/v1/brands`: who is watched, read and changed without a restart."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.domain.brand import EVERY, Brand
from app.errors import Conflict
from app.service import Context
from dashboard.api import shape
from dashboard.api.body import BrandBody, NewBrand
from dashboard.api.query import brand_of
from dashboard.api.shape import Items, answering
from dashboard.api.watchlist import GONE, actor_of, save
from dashboard.draft import named


def router(context: Context) -> APIRouter:
    """Return the routes of brands."""
    routes = APIRouter(prefix="/api/v1", tags=["brands"])

    @routes.get("/brands", **answering(Items[shape.Brand]))
    async def brands() -> dict[str, Any]:
        """List the brands that are watched, and their competitors."""
        return {"items": [_brand(one) for one in context.config.watched.brands], "next": None}

    @routes.post("/brands", status_code=201, **answering(shape.Brand, status=201))
    async def post_brand(body: NewBrand, request: Request, response: Response) -> dict[str, Any]:
        """Watch one more brand; 409 if its id is taken."""
        new = body.id or named(body.name, context.config)
        if any(one.id == new for one in context.config.watched.brands):
            raise Conflict(f"The id {new[:80]!r} is taken; choose another, or PUT /api/v1/brands/{new[:80]}.")
        await save(context, request, "brands", new, BrandBody(**body.model_dump(exclude={"id"})))
        response.headers["Location"] = f"/api/v1/brands/{new}"
        return _brand(brand_of(context.config, new))

    @routes.get("/brands/{brand}", **answering(shape.Brand))
    async def brand(brand: str) -> dict[str, Any]:
        """Return one brand or competitor."""
        return _brand(brand_of(context.config, brand))

    @routes.put("/brands/{brand}", **answering(shape.Brand))
    async def put_brand(brand: str, body: BrandBody, request: Request) -> dict[str, Any]:
        """Watch a brand of ours, or watch it in another way; what was counted before stays counted."""
        await save(context, request, "brands", brand, body)
        return _brand(brand_of(context.config, brand))

    @routes.delete("/brands/{brand}", **GONE)
    async def delete_brand(brand: str, request: Request) -> Response:
        """Watch a brand of ours no longer; what was counted stays counted."""
        await context.watchlist.remove(actor_of(request), "brands", brand)
        return Response(status_code=204)

    return routes


def _brand(one: Brand) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "query": one.query,
        "accounts": list(one.accounts),
        "exclude": list(one.exclude),
        "demo": one.demo,
        "competitor": bool(one.rivals),
        "of": None if EVERY in one.rivals else list(one.rivals),
    }
