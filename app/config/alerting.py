"""The part of config.yaml on alarms: how many false ones may be raised, and who hears when we fall silent."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt

PerMonth = Annotated[StrictFloat | StrictInt, Field(ge=0.01, le=1000)]


class BudgetSection(BaseModel):
    """How many false alarms of each severity a brand may raise in thirty days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: PerMonth = 30.0
    warning: PerMonth = 4.0
    crisis: PerMonth = 1.0


class AlertsSection(BaseModel):
    """How alarms are raised and told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget: BudgetSection = BudgetSection()
    """Of every brand without one of its own."""
    budgets: dict[str, BudgetSection] = {}
    """Brand id → its own."""
