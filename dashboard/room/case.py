"""A case: one incident with everything that is known of it at an instant, read in one go."""

from typing import NamedTuple

from anyio import to_thread

from app.domain.delivery import Delivery
from app.domain.effect import Effect
from app.domain.events import IncidentEvent
from app.domain.incident import Incident
from app.domain.person import Person
from app.domain.playbook import Step, checklist
from app.domain.tally import MinuteTally
from app.domain.usual import Usual
from app.domain.wall import Language
from app.effects import effects, statements
from app.errors import Unavailable
from app.explained import Explained, explained
from app.playbooks import playbooks
from app.service import Context

BEFORE = 3600
"""Seconds of the curve before it began."""
POINTS = 240
"""Points a curve has at most."""
STEPS = (60, 300, 900, 3600, 21_600, 86_400)


class Case(NamedTuple):
    """What a page of an incident is drawn from."""

    incident: Incident
    name: str
    """Of the brand."""
    told: Explained | None
    events: tuple[IncidentEvent, ...]
    people: tuple[Person, ...]
    deliveries: tuple[Delivery, ...]
    steps: tuple[Step, ...]
    """What is to be done at the highest level it has had; once it is over, what is for calm."""
    known: dict[str, str]
    """Step of a playbook → its text, at all levels."""
    minutes: tuple[MinuteTally, ...]
    """Mentions by `step`, oldest first."""
    step: int
    usual: Usual | None
    now: float
    effects: tuple[Effect, ...] = ()
    """Of what we said, in its order."""

    @property
    def began(self) -> float:
        """Return when it began by our reckoning."""
        return self.incident.since or self.incident.opened_at

    @property
    def ended(self) -> float:
        """Return when it was over; now while it is not."""
        one = self.incident
        return self.now if one.alive else one.resolved_at or one.updated_at

    def called(self, who: str | None, otherwise: str = "") -> str:
        """Return the name of a person of ours, else the id of who acted."""
        return next((person.name for person in self.people if person.id == who), who or otherwise)

    def statements(self) -> list[IncidentEvent]:
        """Return what we said in public, in the order in which it was said."""
        return statements(self.events)


async def read(context: Context, incident: str, language: Language) -> Case:
    """Read a case; raise `NotFound` if there is no such incident, `StoreUnavailable` while the archive is away."""
    now = context.clock.now()
    case = await to_thread.run_sync(_read, context, incident, language, now)
    if not case.incident.alive:
        return case
    try:
        usual = (await context.bus.usual([case.incident.brand])).get(case.incident.brand)
    except Unavailable:
        usual = None
    return case._replace(usual=usual)


def _read(context: Context, incident: str, language: Language, now: float) -> Case:
    with context.store.reading() as tx:
        one = tx.incidents.get(incident)
        began = one.since or one.opened_at
        until = now if one.alive else (one.resolved_at or one.updated_at) + BEFORE / 2
        until = min(until, now)
        step = next((step for step in STEPS if (until - began + BEFORE) / step <= POINTS), STEPS[-1])
        scope = one.brand
        minutes = tx.tallies.read(scope, (began - BEFORE) // step * step, until, step)
        events, people = tx.events.of(incident), tx.people.all()
        deliveries = tx.deliveries.of([incident])
        answered = effects(tx, one, events, now)
    told = explained(context.store, one, language)
    level = max(one.highest_level, one.level.value if one.level else 0) if one.alive else 0
    books = playbooks(context.store, language)
    steps = checklist(books, level)
    texts = {step.id: step.text for book in books for step in book.steps}
    known = {brand.id: brand.name for brand in context.config.watched.brands}
    name = known.get(one.brand, one.brand)
    return Case(
        one, name, told, tuple(events), tuple(people), tuple(deliveries), steps, texts, tuple(minutes), step,
        None, now, answered,
    )  # fmt: skip
