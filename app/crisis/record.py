"""What persons write into the record of an incident: comments, what we said in public, steps of the playbook."""

from collections.abc import Callable, Iterable

from app.bus.port import Bus
from app.clock import Clock
from app.crisis.writing import By, Change, Deed, Detail, Done, write
from app.domain.events import EventKind, IncidentEvent
from app.domain.incident import Incident
from app.errors import WrongInput
from app.playbooks import is_step
from app.store.engine import Store, Transaction

AGAIN = 60.0
"""Seconds in which the same words by the same person are a double click."""
LONGEST = 4_000
"""Characters of a comment or a statement."""
EARLY = 300.0
"""Seconds a statement may lie ahead of our clock."""

WHERE = "GET /api/v1/playbooks lists the steps."


class Record:
    """Adds to the log of an incident, also after it is resolved; what is there already is not added twice.

    All raise `NotAllowed`, `NotFound`, `WrongInput` with what to do, or `StoreUnavailable`; nothing is kept then.
    """

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock

    async def comment(self, by: By, incident_id: str, text: str) -> Incident:
        """Write something for colleagues; it is theirs and stays, so it should name nobody outside."""
        said = _text(text, "A comment")
        detail: Detail = {"text": said}
        return await self._add(by, "incident.comment", incident_id, "commented", detail, {"length": len(said)})

    async def statement(self, by: By, incident_id: str, at: float, text: str, url: str = "") -> Incident:
        """Mark on the curve that we said something in public: when, what, and where it can be read."""
        said = _text(text, "A statement")
        if at > self._clock.now() + EARLY:
            raise WrongInput("A statement is marked once it is public; give `at` as an instant that has come.")
        if url and not url.startswith(("https://", "http://")):
            raise WrongInput("The address of a statement begins with https:// or http://; leave it out if it has none.")
        detail: Detail = {"at": at, "text": said, "url": url}
        return await self._add(by, "incident.statement", incident_id, "statement", detail, {"at": at, "url": url})

    async def tick(self, by: By, incident_id: str, step: str, *, done: bool) -> Incident:
        """Say that a step of the playbook is done, or is not; only a step that is in a playbook can be done."""
        name = step.strip()
        if not name:
            raise WrongInput(f"A tick needs `step`, the id of a step. {WHERE}")
        detail: Detail = {"step": name, "done": done}

        def known(tx: Transaction) -> None:
            if done and not is_step(tx, name):
                raise WrongInput(f"There is no step {name[:80]!r} in any playbook. {WHERE}")

        return await self._add(by, "incident.tick", incident_id, "ticked", detail, detail, known)

    async def _add(
        self,
        by: By,
        verb: str,
        incident_id: str,
        kind: EventKind,
        detail: Detail,
        audited: Detail,
        check: Callable[[Transaction], None] | None = None,
    ) -> Incident:
        at = self._clock.now()

        def add(tx: Transaction) -> Change | Incident:
            kept = tx.incidents.held(incident_id)
            if check is not None:
                check(tx)
            if _there(tx.events.of(kept.id), kind, detail, by.who, at):
                return kept
            return Change(kept, ((kind, detail),), audited)

        done: Done = await write(self._store, self._bus, Deed(by, verb, at), add)
        return done.incident


def ticked(events: Iterable[IncidentEvent]) -> dict[str, IncidentEvent]:
    """Return the steps of the playbook that are done, each with the event that says by whom and when."""
    found: dict[str, IncidentEvent] = {}
    for event in events:
        if event.kind == "ticked":
            step = str(event.detail.get("step"))
            found.pop(step, None)
            if event.detail.get("done"):
                found[step] = event
    return found


def _there(events: list[IncidentEvent], kind: EventKind, detail: Detail, who: str, at: float) -> bool:
    if kind == "ticked":
        return (str(detail["step"]) in ticked(events)) == detail["done"]
    same = [event for event in events if event.kind == kind and event.detail == detail]
    if kind == "statement":
        return bool(same)
    return any(event.actor == who and abs(at - event.at) <= AGAIN for event in same)


def _text(text: str, what: str) -> str:
    said = text.strip()
    if not said:
        raise WrongInput(f"{what} needs words; `text` is empty.")
    if len(said) > LONGEST:
        raise WrongInput(f"{what} has at most {LONGEST:,} characters; this one has {len(said):,}.")
    return said
