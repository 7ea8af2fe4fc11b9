"""Budgets of false alarms: which one is in force for a brand, and setting another."""

from typing import NamedTuple

from app.clock import Clock
from app.config import Config
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.incident import Severity
from app.domain.threshold import SEVERITIES, Threshold, Wanted
from app.errors import WrongInput
from app.store.audit import Detail
from app.store.engine import Store

LEAST, MOST = 0.01, 1_000.0


class Kept(NamedTuple):
    """A budget in force, who set it, and what it comes to."""

    budget: dict[Severity, float]
    wanted: Wanted | None
    thresholds: list[Threshold]


def budget_of(config: Config, brand: str, wanted: Wanted | None) -> dict[Severity, float]:
    """Return the budget of a brand: as somebody set it, else as config.yaml states it for the brand or for all."""
    if wanted is not None:
        return wanted.budget
    stated = config.alerts.budgets.get(brand, config.alerts.budget)
    return {"note": float(stated.note), "warning": float(stated.warning), "crisis": float(stated.crisis)}


class Budgets:
    """Reads and sets budgets. Synchronous: never on the event loop."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def of(self, config: Config, brand: str) -> Kept:
        """Return the budget in force for a brand, with what it comes to."""
        with self._store.reading() as tx:
            wanted, thresholds = tx.thresholds.wanted().get(brand), tx.thresholds.of(brand)
        return Kept(budget_of(config, brand, wanted), wanted, thresholds)

    def put(self, actor: Actor, brand: str, note: float, warning: float, crisis: float) -> None:
        """Set the budget of a brand, with an audit row; raise `NotAllowed`, or `WrongInput` for what is none."""
        authorise(actor, "budget.set", brand)
        numbers = dict(zip(SEVERITIES, (note, warning, crisis), strict=True))
        for severity, number in numbers.items():
            if not LEAST <= number <= MOST:
                raise WrongInput(
                    f"A budget of {number:g} for {severity} is none; use 0.01 to 1,000 false alarms in thirty days."
                )
        if not note >= warning >= crisis:
            raise WrongInput("A graver severity cannot have the larger budget: note ≥ warning ≥ crisis.")
        at = self._clock.now()
        with self._store.transaction() as tx:
            before = tx.thresholds.wanted().get(brand)
            tx.thresholds.want(brand, Wanted(note, warning, crisis, at, actor.id))
            detail: Detail = {f"{name}": number for name, number in numbers.items()}
            detail |= {f"{name}_before": number for name, number in (before.budget if before else {}).items()}
            tx.audit.append(AuditEntry(at, actor.kind, actor.id, "budget.set", brand, brand, detail))
