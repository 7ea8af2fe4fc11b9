"""Deliveries: one message to one person by one way, from the plan to its proof."""

from hashlib import blake2b
from typing import Literal, get_args

import msgspec

from app.domain.address import WayKind
from app.domain.incident import Severity

DeliveryState = Literal["planned", "held", "sending", "delivered", "failed", "given_up", "unclear", "dropped"]
"""Planned waits for its instant; held for the end of quiet hours or of a silence; failed will be tried again; given up
will not; unclear was cut off on the wire and is not sent twice; dropped had become needless, and says why."""
STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
WAITING = frozenset[DeliveryState]({"planned", "held", "failed"})
"""Not on the wire, and still to be sent."""
TOLD = frozenset[DeliveryState]({*WAITING, "sending", "delivered", "unclear"})
"""Of these a person knows, or is about to."""

Occasion = Literal["opened", "escalated", "step", "passed_on", "handed_over", "resolved", "system", "over", "test"]
"""What a message is for: a storm; more of it; nobody acknowledged; somebody before could not be reached; it is yours
now; it is over; something of ours stands still; that is over; somebody pressed the button."""
Outcome = Literal["delivered", "failed", "refused", "unclear"]
"""Refused: trying again would not help."""


class Attempt(msgspec.Struct, frozen=True):
    """One try, with its proof: what the other side answered, without addresses and secrets."""

    at: float
    outcome: Outcome
    proof: str
    seconds: float = 0.0


class Delivery(msgspec.Struct, frozen=True):
    """One message to one person by one way; it holds no text: that is written when it is sent."""

    id: str
    """Says what it is about, so none is planned twice; the receiver's key against repetition, too."""
    incident: str
    """Its id; "" where it is about the system or a test."""
    brand: str
    person: str
    way: str
    """Id of the person's way."""
    kind: WayKind
    occasion: Occasion
    severity: Severity
    planned_at: float
    due_at: float
    state: DeliveryState = "planned"
    level: int = 0
    peak: float = 0.0
    """Mentions per minute at most so far: what the person was told, to see when it has become twice as bad."""
    events: tuple[int, ...] = ()
    """Numbers of the events of the incident that it tells."""
    about: tuple[str, ...] = ()
    """Of a message about the system: what stands still."""
    reason: str = ""
    """Why it is held, was dropped or given up; in English, for the log of deliveries."""
    attempts: tuple[Attempt, ...] = ()
    held_until: float | None = None
    """When quiet hours or a silence end, as far as is known; looked at again every minute."""
    worker: str = ""
    """Who has it on the wire."""
    taken_at: float | None = None
    """Since when it is on the wire."""
    drill: str | None = None


def delivery_id(*about: str) -> str:
    """Return the id of the delivery that is about just this."""
    return blake2b("\0".join(about).encode(), digest_size=10).hexdigest()


class Progress(msgspec.Struct, frozen=True):
    """How far telling of one incident has come."""

    done: tuple[str, ...] = ()
    """Steps of the chain that were taken."""
    passed: tuple[str, ...] = ()
    """Persons that could not be reached and whose turn went to the next."""


class Stall(msgspec.Struct, frozen=True):
    """Something of ours that stands still or did: since when, and until when."""

    since: float
    until: float | None = None
    reason: dict[str, str] = {}
    """Why, as a sentence, by language (`de`, `en`)."""
    noted_at: float = 0.0
    severity: Severity = "warning"
    told_at: float | None = None
    """When people were told, None before."""
    ended_at: float | None = None
    """When they were told that it works again."""


class Beat(msgspec.Struct, frozen=True):
    """The last sign of life to outside: when it was tried, whether it came through, and what is to be said of it."""

    at: float
    good: bool
    said: str
