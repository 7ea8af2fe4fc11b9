"""`/api/v1/rules`: alarms that people state themselves, read and changed without a restart."""

from collections.abc import Awaitable, Callable
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from app.config.entry import stated
from app.domain.condition_reading import parse
from app.domain.rule import Rule
from app.errors import Conflict, NotFound, QueryError
from app.service import Context
from dashboard.api.rule_shape import Checked, Condition, NewRule, RuleBody, ShownRule, shown
from dashboard.api.shape import Items, answering
from dashboard.api.watchlist import GONE, actor_of
from dashboard.draft import named
from dashboard.i18n import LANGUAGES, words
from dashboard.ruling import records, rule_of, said


def router(context: Context) -> APIRouter:
    """Return the routes of rules."""
    routes = APIRouter(prefix="/api/v1/rules", tags=["rules"])

    async def told(rule: Rule) -> dict[str, Any]:
        kept = await to_thread.run_sync(records, context, [rule.id])
        return shown(context, rule, kept[rule.id])

    @routes.get("", **answering(Items[ShownRule]))
    async def rules() -> dict[str, Any]:
        """List the rules in force, those that are paused included, with when their conditions held."""
        found = context.config.rules
        kept = await to_thread.run_sync(records, context, [rule.id for rule in found])
        return {"items": [shown(context, rule, kept[rule.id]) for rule in found], "next": None}

    @routes.post("", status_code=201, **answering(ShownRule, status=201))
    async def post_rule(body: NewRule, request: Request, response: Response) -> dict[str, Any]:
        """Put a new rule in force; 409 if the id is taken."""
        name = body.id or named(body.name, context.config)
        if any(rule.id == name for rule in context.config.rules):
            raise Conflict(f"The id {name!r} is taken by another rule; change that with PUT /api/v1/rules/{name}.")
        kept = await _save(context, request, name, body)
        response.headers["Location"] = f"/api/v1/rules/{kept.id}"
        return await told(kept)

    @routes.get("/{name}", **answering(ShownRule))
    async def rule(name: str) -> dict[str, Any]:
        """Return one rule in force."""
        return await told(rule_of(context, name))

    @routes.put("/{name}", **answering(ShownRule))
    async def put_rule(name: str, body: RuleBody, request: Request) -> dict[str, Any]:
        """Put a rule in force, instead of the one of that id."""
        return await told(await _save(context, request, name, body))

    @routes.delete("/{name}", **GONE)
    async def delete_rule(name: str, request: Request) -> Response:
        """Take a rule out of force; what it raised stays."""
        await context.watchlist.remove(actor_of(request), "rules", name)
        return Response(status_code=204)

    _more(routes, context, told)
    return routes


def _more(routes: APIRouter, context: Context, told: Callable[[Rule], Awaitable[dict[str, Any]]]) -> None:
    @routes.post("/check", **answering(Checked))
    async def check(body: Condition) -> dict[str, Any]:
        """Read a condition: the sentence it is, or what is wrong with it in both languages, and at which character."""
        return checked(body.when)

    @routes.post("/{name}/restore", **answering(ShownRule))
    async def restore(name: str, request: Request) -> dict[str, Any]:
        """Let config.yaml speak for a rule again."""
        back = context.watchlist.stated("rules", name)
        if not isinstance(back, Rule):
            raise NotFound(f"config.yaml states no rule {name[:80]!r}.")
        await context.watchlist.save(actor_of(request), back)
        return await told(back)


def checked(when: str) -> dict[str, Any]:
    """Return how a condition reads."""
    try:
        plain = str(parse(when))
    except QueryError as error:
        problem = {one: words(one, "UTC").say(error.key, **error.values) for one in LANGUAGES}
        return {"ok": False, "when": None, "sentence": None, "problem": problem, "position": error.position}
    return {"ok": True, "when": plain, "sentence": said(when), "problem": None, "position": None}


async def _save(context: Context, request: Request, name: str, body: RuleBody) -> Rule:
    row = stated("rules", {**body.model_dump(), "id": name}, context.config.site.zone)
    await context.watchlist.save(actor_of(request), row)
    return rule_of(context, name)
