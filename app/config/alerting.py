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


class PatienceRow(BaseModel):
    """How long a critical post that reaches so many people may wait for an answer of ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reach: Annotated[StrictInt, Field(ge=0)]
    minutes: Annotated[StrictFloat | StrictInt, Field(ge=1, le=1440)]


class AlertsSection(BaseModel):
    """How alarms are raised and told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget: BudgetSection = BudgetSection()
    """Of every brand without one of its own."""
    budgets: dict[str, BudgetSection] = {}
    """Brand id → its own."""
    patience: tuple[PatienceRow, ...] = (
        PatienceRow(reach=100_000, minutes=30),
        PatienceRow(reach=10_000, minutes=60),
        PatienceRow(reach=1_000, minutes=240),
    )
    """The row with the largest reach that a post has counts; what reaches fewer people than any may wait for ever."""
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

    def patience_for(self, reach: int) -> float | None:
        """Return the seconds a critical post of this reach may wait for an answer; None: as long as it likes."""
        fitting = [row for row in self.patience if reach >= row.reach]
        return 60.0 * max(fitting, key=lambda row: row.reach).minutes if fitting else None
