"""Silences: what shall disturb nobody for a while, because a person said so, why, and until when."""

from collections.abc import Iterable

import msgspec

from app.domain.incident import SEVERITIES, Incident, Severity, raisers
from app.errors import WrongInput

LONGEST = 30 * 86_400.0
"""Seconds a silence lasts at most: what is never wanted is for a rule or the budget to say."""
SHORTEST = 60.0


class Silence(msgspec.Struct, frozen=True):
    """What is silent: a brand with all its topics, or one topic; all that raises, or one detector or rule."""

    id: str
    brand: str
    owner: str
    """Id of the person who asked for it, else of the actor."""
    reason: str
    created_at: float
    until: float
    """When it ends, or was ended."""
    topic: str | None = None
    detector: str | None = None
    rule: str | None = None
    severity: Severity = "warning"
    """The gravest that is silent; what is graver breaks through."""
    incident: str | None = None
    """Id of the incident it was asked for on; it outlives that."""
    ended_by: str | None = None
    """Who ended it before its time."""

    def active(self, at: float) -> bool:
        """Tell whether it is in force at an instant, its end excluded; it begins at once, whatever a clock says."""
        return at < self.until

    def covers(self, incident: Incident) -> bool:
        """Tell whether an incident is what it silences; all that raised has to be silent, and no drill ever is."""
        if incident.drill is not None or incident.brand != self.brand or self.topic not in {None, incident.topic}:
            return False
        if SEVERITIES.index(incident.severity) > SEVERITIES.index(self.severity):
            return False
        silent = {("detector", self.detector), ("rule", self.rule)}
        whole = self.detector is None and self.rule is None
        return whole or raisers(incident) <= silent


def silenced(silences: Iterable[Silence], incident: Incident, at: float) -> Silence | None:
    """Return the silence an incident is under at an instant, of several the one that lasts longest; None: it is heard.

    Such an incident is kept and listed; it neither takes walls over nor has anybody told.
    """
    found = [one for one in silences if one.active(at) and one.covers(incident)]
    return max(found, key=lambda one: (one.until, -one.created_at, one.id), default=None)


def checked(silence: Silence) -> Silence:
    """Return a silence that may begin; raise `WrongInput` with what to do if it may not."""
    if not silence.owner.strip():
        raise WrongInput("A silence needs an owner: `person` is the id of who answers for it.")
    if not silence.reason.strip():
        raise WrongInput("A silence needs a reason: say in a few words why nobody is to be disturbed.")
    length = silence.until - silence.created_at
    if length < SHORTEST:
        raise WrongInput("A silence has to end at least a minute from now; give `until` as an instant to come.")
    if length > LONGEST:
        raise WrongInput("A silence lasts 30 days at most; for longer, change the rule or the budget.")
    return silence
