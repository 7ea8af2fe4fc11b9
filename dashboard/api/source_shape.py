"""What the routes of sources and their alarms answer."""

from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from app.domain.alarm import AlarmKind
from app.domain.source import Cause, SourceStatus
from dashboard.api.shape import Shape


class Quota(Shape):
    """What a channel still lets us ask."""

    limit: float
    left: float
    resets_at: AwareDatetime | None
    unit: str


class Gap(Shape):
    """A time of which something may be missing for good."""

    since: AwareDatetime
    until: AwareDatetime
    reason: str


class Terms(Shape):
    """What the channel's terms let us keep, for how many days at most, and how it tells of deletions."""

    stored: str
    days: float | None
    deletions: str
    page: str


class Alarm(Shape):
    """A silence worth an alarm; `kind` is `deaf` (does not listen) or `quiet` (nothing comes where much does)."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)

    id: str
    class_: Literal["source"] = Field(alias="class")
    source: str
    connector: str
    kind: AlarmKind
    cause: Cause
    since: AwareDatetime
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    resolved_at: AwareDatetime | None
    reason: dict[str, str]
    demo: bool


class Source(Shape):
    """A source of mentions; `lag` is in seconds from publication to arrival, `rate` and `usual` in items per hour.

    `cause` says of what kind a silence is, `proved_at` when the channel last answered, `patience` after how many
    seconds without an item a silence is suspicious at this hour; null while too little is known. `alarm` is the open
    one.
    """

    id: str
    connector: str
    status: SourceStatus
    since: AwareDatetime
    reported_at: AwareDatetime
    reason: str
    cause: Cause
    last_item_at: AwareDatetime | None
    heard_at: AwareDatetime | None
    proved_at: AwareDatetime | None
    lag: float | None
    received: int
    matched: int
    unreadable: int
    rate: float | None
    usual: float | None
    patience: float | None
    quota: Quota | None
    reconnects: int
    gaps: list[Gap]
    demo: bool
    passive: bool
    testable: bool
    rewinds: bool
    terms: Terms | None
    docs: str
    alarm: Alarm | None


class Held(Shape):
    """Whether a person paused a source: who, and when."""

    source: str
    paused: bool
    at: AwareDatetime | None
    actor: str | None


class Proof(Shape):
    """What the channel answered when asked whether it works."""

    source: str
    works: bool
    said: str
    cause: Cause
    at: AwareDatetime
