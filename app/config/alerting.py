"""The part of config.yaml on alarms: how many false ones may be raised, and who hears when we fall silent."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from app.config.notifying import (
    HeartbeatSection,
    MailSection,
    RetrySection,
    Seconds,
    WebhookSection,
    house,
)

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
    address: Annotated[StrictStr, AfterValidator(house)] | None = None
    """Where people find this house from outside; links in messages begin with it."""
    mail: MailSection | None = None
    webhook: WebhookSection = WebhookSection()
    heartbeat: HeartbeatSection = HeartbeatSection()
    retry: RetrySection = RetrySection()
    gather: Annotated[Seconds, Field(ge=0, le=600)] = 20
    """Seconds a message waits for what else happens to its incident; one of a crisis does not."""
    pause: Annotated[Seconds, Field(ge=0, le=86_400)] = 300
    """Seconds between two messages on one incident by one way, unless it becomes a crisis."""
