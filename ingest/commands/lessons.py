"""`emberwatch train --brand`: has a brand's corrections teach the sentiment model, and says what came of it."""

import json
from contextlib import closing
from pathlib import Path

import msgspec
import typer

from app.clock import SystemClock
from app.domain.actor import LOOPBACK
from app.domain.schooling import Schooling
from app.installation import open_archive
from app.store.brand_models import Run
from ingest.teaching import Teaching

HINT = "Judge more at /admin/understanding, of a random sample best."


def teach(brand: str, data: Path, *, forget: bool, as_json: bool) -> None:
    """Train a brand, or have it forget, and print figures and verdict; workers follow in ten seconds."""
    clock = SystemClock()
    with closing(open_archive(data, clock)) as store:
        teaching = Teaching(store, clock)
        run = teaching.forget(LOOPBACK, brand) if forget else teaching.train(LOOPBACK, brand)
    if as_json:
        typer.echo(json.dumps(shown(run)))
        return
    for line in sentences(run.schooling):
        typer.echo(line)


def shown(run: Run) -> dict[str, object]:
    """Return a run as a JSON object."""
    told: dict[str, object] = msgspec.to_builtins(run.schooling)
    return {"brand": run.brand, "number": run.number} | told | {"in_force": run.schooling.in_force}


def sentences(found: Schooling) -> list[str]:
    """Return in words what was learned from, how good it was, and what is in force."""
    lines = []
    if found.after is not None:
        lines.append(f"{found.lessons} corrections, each held back once:")
        lines.append(f"  macro-F1 {_percent(found.before)} before, {_percent(found.after)} after")
        lines.append(f"  right {_percent(found.right_before)} before, {_percent(found.right_after)} after")
        lines.append(f"  better in {_percent(found.odds)} of 100 samples drawn from them")
        lines.append(
            f"  everybody's texts: macro-F1 {_percent(found.general_before)} → {_percent(found.general_after)}"
        )
    lines.append(_verdict(found))
    if found.mentions:
        negative, neutral, positive = (_percent(part) for part in found.prior)
        state = "put in force" if found.shares else "as before"
        shares = f"{negative} negative, {neutral} neutral, {positive} positive"
        lines.append(f"Shares among {found.mentions} mentions, in percent: {shares}; {state}.")
    return lines


def _verdict(found: Schooling) -> str:
    if found.outcome == "learned":
        return "Kept: better on what was held back. Workers use it within ten seconds."
    if found.outcome == "forgotten":
        return "Forgotten: the brand is judged by the shipped model alone."
    if found.outcome == "too_few":
        return f"Refused: {found.lessons} corrections that differ are too few, or nearly all say the same. {HINT}"
    if found.outcome == "harmful":
        return (
            f"Refused: they contradict what words mean to everybody. Look through them, confirm what is right. {HINT}"
        )
    return f"Refused: no better on what was held back. {HINT}"


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.1f}"
