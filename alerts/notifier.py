"""A way to reach people as a port, found by entry point in `emberwatch.notifiers` by the kind of ways it serves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.clock import Clock
from app.config.alerting import AlertsSection


@dataclass(frozen=True)
class Setting:
    """What a notifier gets once."""

    section: AlertsSection
    secret: bytes
    """This installation's random bytes."""
    clock: Clock
    data: Path
    """A folder to keep files of its own in."""


@dataclass(frozen=True)
class Message:
    """One message in the language of its recipient; every text begins with the mark of a drill, if it is one."""

    key: str
    """The same at every try: what the receiver can tell a repetition by."""
    subject: str
    text: str
    """Everything, in plain lines."""
    short: str
    """What fits a phone: one sentence or two."""
    tiny: str
    """What fits 160 letters."""
    link: str
    """Where to look on; "" if the house has no address."""
    html: str = ""
    pictures: tuple[tuple[str, bytes], ...] = ()
    """Content-ID and PNG of pictures that the HTML shows."""
    thread: str = ""
    """What messages on the same incident have in common."""
    language: str = "de"
    urgent: bool = False
    body: bytes = b""
    """The JSON of a webhook."""


class Notifier(Protocol):
    """Sends one message to one address."""

    kind: str
    again_is_safe: bool
    """Whether the receiver can tell that a message was sent before, by its key."""

    def __init__(self, setting: Setting) -> None: ...

    async def send(self, address: str, message: Message) -> str:
        """Send, and return the proof: what the other side answered, without addresses and secrets.

        Raises `Undelivered`, which says why and whether trying again could help. Gives up by itself after `PATIENCE`.
        """


PATIENCE = 30.0
"""Seconds one try may take."""


class Undelivered(Exception):
    """A message did not arrive; its sentence holds neither address nor secret."""

    def __init__(self, reason: str, *, again: bool, after: float | None = None) -> None:
        super().__init__(reason)
        self.again = again
        """Whether another try could help."""
        self.after = after
        """Seconds the other side wants to be left alone."""
