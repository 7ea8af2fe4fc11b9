"""What brands have taught the sentiment model, for the API and for `/admin/understanding`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from dash import html

from app.domain.instant import rfc3339
from app.service import Context
from app.store.brand_models import Run
from dashboard.i18n import Words

SHOWN = 5
"""Runs of a brand on screen."""


def runs(context: Context, brand: str | None = None, limit: int = SHOWN) -> list[Run]:
    """Return the last training runs, newest first; reads the archive, so never on the event loop."""
    with context.store.reading() as tx:
        return tx.brand_models.runs(brand, limit)


def written(run: Run) -> dict[str, Any]:
    """Return a run as the API writes it."""
    told: dict[str, Any] = msgspec.to_builtins(run.schooling)
    told["prior"] = list(run.schooling.prior)
    return {
        "brand": run.brand,
        "number": run.number,
        "at": rfc3339(run.at),
        "by": run.actor,
        "in_force": run.schooling.in_force,
        **told,
    }


def drawn(found: Sequence[Run], brand: str, say: Words, now: float) -> list[Any]:
    """Return the runs of a brand in words, and how another one is started."""
    command = html.Code(f"emberwatch train --brand {brand}")
    items = [html.Li([html.B(say.when(run.at, now)), " ", _sentence(run, say)]) for run in found]
    listed = html.Ul(items, className="runs") if items else html.P(say.say("understanding.untaught"))
    return [html.H2(say.say("understanding.schooling")), listed, html.P([say.say("understanding.teach"), " ", command])]


def _sentence(run: Run, say: Words) -> str:
    found = run.schooling
    told = say.say(f"understanding.outcome.{found.outcome}", n=say.number(found.lessons))
    if found.right_before is not None and found.right_after is not None:
        before, after = (say.share(round(100 * share), 100) for share in (found.right_before, found.right_after))
        told += " " + say.say("understanding.figures", before=before, after=after)
    if found.shares:
        negative, neutral, positive = (say.share(round(100 * share), 100) for share in found.prior)
        told += " " + say.say("understanding.shares", negative=negative, neutral=neutral, positive=positive)
    return told
