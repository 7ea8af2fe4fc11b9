"""What does not work right now: which part, in which way, since when, and what to do."""

from typing import Literal

import msgspec

Part = Literal["redis", "archive", "config", "analysis", "alerts"]


class Fault(msgspec.Struct, frozen=True):
    """One part that cannot be used as it should; it is gone once the part works again."""

    part: Part
    kind: str
    """`away`, `disk`, `memory`, `password`, `readonly` or `refused`; see `app.errors.Trouble`.

    Of config: `mistake`, `unfit` or `restart`; the system goes on with the configuration it has. Of analysis: `model`;
    a simpler analyzer does its work. Of alerts: `undelivered` or `heartbeat`; nobody outside may hear of a storm.
    """
    since: float
    reason: str
    """What it is and what to do about it, as a sentence in English."""


class Report(msgspec.Struct, frozen=True):
    """What a worker says of itself every few seconds."""

    at: float
    config: str = ""
    """A word for its configuration; workers that say different words need looking after."""
    fault: Fault | None = None
