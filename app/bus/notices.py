"""The notice board as a port: leases, cursors, health, orders, commands; `app.bus.board` is the one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from app.domain.alarm import Alarm
from app.domain.fault import Fault, Report
from app.domain.incident import Incident
from app.domain.source import Hold, Orders, Proof, SourceState
from app.domain.usual import Usual


class Notices(Protocol):
    """Small facts everybody may read. Every method raises `BusUnavailable` while Redis does not answer."""

    async def cursor(self, source: str) -> str | None:
        """Return the committed cursor of a source."""

    async def commit_cursor(self, source: str, cursor: str, token: int) -> bool:
        """Commit a cursor; False if `token` is not the newest fencing token of the lease `source:<id>`."""

    async def lease(self, name: str, owner: str, seconds: float) -> int | None:
        """Take or extend a lease; return its fencing token, None while another holds it."""

    async def release(self, name: str, owner: str) -> None:
        """Give a lease up."""

    async def report_source(self, state: SourceState) -> None:
        """Publish the health of a source."""

    async def sources(self) -> list[SourceState]:
        """Return the last reported health of every source."""

    async def forget_source(self, source: str) -> None:
        """Take a source that is configured no longer off the board; its cursor stays, should it come back."""

    async def hold(self, source: str, hold: Hold | None) -> None:
        """Have a source held on all machines until that is taken back (None); outlives every restart."""

    async def held(self, source: str) -> Hold | None:
        """Return who paused a source and when, None if nobody did."""

    async def ask(self, source: str, question: str) -> None:
        """Ask whoever listens to a source for a proof that it works; `question` is new each time."""

    async def orders(self, source: str) -> Orders:
        """Return whether a source is to be held, and take the question that waits for its listener."""

    async def answer(self, source: str, question: str, proof: Proof) -> None:
        """Answer a question; kept for a minute."""

    async def answered(self, source: str, question: str) -> Proof | None:
        """Return the answer to a question, None while there is none."""

    async def show_alarm(self, alarm: Alarm) -> None:
        """Put the alarm of a source where walls see it (open ones stay, resolved ones go after an hour)."""

    async def alarms(self) -> list[Alarm]:
        """Return open alarms of sources and those resolved within the last hour, newest first."""

    async def report_service(
        self, name: str, worker: str, at: float, config: str = "", fault: Fault | None = None
    ) -> None:
        """Say that a service is ready; repeated every few seconds, forgotten after 15 s."""

    async def services(self) -> dict[str, float]:
        """Return service → instant of its last report."""

    async def reports(self) -> dict[str, dict[str, Report]]:
        """Return service → worker → its last report: how many of each there are, on all machines, and how they are."""

    async def show_incident(self, incident: Incident) -> None:
        """Put an incident where walls see it (open ones stay, resolved ones go after an hour) and tell them."""

    async def incidents(self) -> list[Incident]:
        """Return the incidents walls should know."""

    async def show_usual(self, usual: Usual) -> None:
        """Tell the walls what is usual for a brand."""

    async def usual(self, brands: Sequence[str] | None = None) -> dict[str, Usual]:
        """Return the latest band by brand, of those that have one; without `brands` of all."""

    async def command(self, topic: str, payload: Mapping[str, str]) -> int:
        """Send a command to running services (e.g. topic `demo`); return how many listened."""

    def commands(self, topic: str) -> AsyncIterator[dict[str, str]]:
        """Yield commands of a topic for ever, reconnecting."""
