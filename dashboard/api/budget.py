"""`/api/v1/brands/{brand}/budget`: how many false alarms a brand may raise, what that comes to and what it costs."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from pydantic import AwareDatetime

from app.budgets import Budgets
from app.domain.incident import Severity
from app.domain.instant import rfc3339
from app.domain.threshold import Price, Threshold
from app.service import Context
from dashboard.api.query import brand_of
from dashboard.api.shape import Shape, answering
from dashboard.api.watchlist import actor_of
from dashboard.price import compared, own, sentence

LANGUAGES = ("de", "en")


class BudgetBody(Shape):
    """How many false alarms of each severity a brand may raise in thirty days; 0.01 to 1,000."""

    note: float
    warning: float
    crisis: float


class Costs(Shape):
    """What a budget would cost on storms tried on the brand's own figures; `delay` in seconds, null: none is seen."""

    budget: float
    risk: float
    found: float
    delay: float | None
    reason: dict[str, str]


class Spent(Shape):
    """One severity; `risk` is -log10 of the share of days that reach it, null until it is worked out."""

    severity: Severity
    budget: float
    risk: float | None
    days: float | None
    reached: int | None
    at: AwareDatetime | None
    reason: dict[str, str]
    prices: list[Costs]


class Budget(Shape):
    """The budget of a brand; `set_by` is null where config.yaml states it."""

    brand: str
    set_by: str | None
    set_at: AwareDatetime | None
    severities: list[Spent]


def router(context: Context) -> APIRouter:
    """Return the routes of budgets."""
    routes = APIRouter(prefix="/api/v1", tags=["alerts"])
    budgets = Budgets(context.store, context.clock)

    def answer(brand: str) -> dict[str, Any]:
        kept = budgets.of(context.config, brand)
        known = {one.severity: one for one in kept.thresholds}
        wanted = kept.wanted
        return {
            "brand": brand,
            "set_by": wanted.actor if wanted else None,
            "set_at": rfc3339(wanted.at) if wanted else None,
            "severities": [_spent(one, budget, known.get(one)) for one, budget in kept.budget.items()],
        }

    @routes.get("/brands/{brand}/budget", **answering(Budget))
    async def budget(brand: str) -> dict[str, Any]:
        """Return the budget of a brand with its price, and what smaller and larger ones would cost."""
        brand_of(context.config, brand)
        return await to_thread.run_sync(answer, brand)

    @routes.put("/brands/{brand}/budget", **answering(Budget))
    async def put_budget(brand: str, body: BudgetBody, request: Request) -> dict[str, Any]:
        """Set the budget of a brand; its thresholds follow within two minutes."""
        brand_of(context.config, brand)
        wanted = (body.note, body.warning, body.crisis)
        await to_thread.run_sync(budgets.put, actor_of(request), brand, *wanted)
        return await to_thread.run_sync(answer, brand)

    return routes


def _spent(severity: Severity, budget: float, known: Threshold | None) -> dict[str, Any]:
    fresh = known if known is not None and known.budget == budget else None  # of another budget: not worked out yet
    mine = own(fresh) if fresh else None
    return {
        "severity": severity,
        "budget": budget,
        "risk": fresh.risk if fresh else None,
        "days": fresh.days if fresh else None,
        "reached": fresh.reached if fresh else None,
        "at": rfc3339(fresh.at) if fresh else None,
        "reason": {language: sentence(budget, severity, fresh, language) for language in LANGUAGES},
        "prices": [_costs(one, mine) for one in fresh.prices if mine] if fresh else [],
    }


def _costs(price: Price, mine: Price | None) -> dict[str, Any]:
    return {
        "budget": price.budget,
        "risk": price.risk,
        "found": price.found,
        "delay": price.delay,
        "reason": {language: compared(price, mine or price, language) for language in LANGUAGES},
    }
