"""What the verbs of incidents and silences take; `person` names who acts, until everybody signs in."""

from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from app.domain.incident import Severity, Verdict
from dashboard.api.shape import Shape

PERSON = "Id of the person who does it; without it whoever is signed in"


def _example(**body: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [body]})


class By(Shape):
    """Who does it."""

    model_config = _example(person="anna")
    person: str | None = Field(default=None, description=PERSON)


class Comment(By):
    """Words for colleagues; it names nobody outside, for it stays."""

    model_config = _example(text="Hotline hat die Rückrufe übernommen.", person="anna")
    text: str = ""


class Ending(By):
    """Why it is over; with `verdict` also what it was."""

    model_config = _example(reason="Rechnungslauf korrigiert", verdict="real", person="anna")
    reason: str = Field(default="", max_length=4000)
    verdict: Verdict | None = None


class FalseAlarm(By):
    """Why it was none."""

    model_config = _example(reason="Namensvetter im Fussball", person="anna")
    reason: str = Field(default="", max_length=4000)


class Judging(By):
    """What it was; it can be said again."""

    model_config = _example(verdict="noise", person="anna")
    verdict: Verdict


class HandOver(By):
    """To whom."""

    model_config = _example(to="ben", note="Ich bin ab 18 Uhr weg.", person="anna")
    to: str = ""
    note: str = Field(default="", max_length=4000)


class Statement(By):
    """What we said in public: `at` when, now without it; `url` where it can be read."""

    model_config = _example(text="Wir prüfen alle Abschläge.", url="https://example.org/news", person="anna")
    text: str = ""
    at: AwareDatetime | None = None
    url: str = Field(default="", max_length=2000)


class Tick(By):
    """A step of the playbook, done or not."""

    model_config = _example(step="care_told", done=True, person="anna")
    step: str = ""
    done: bool = True


class Ends(By):
    """Until when, as an instant or in minutes from now, at most 30 days."""

    reason: str = Field(default="", max_length=4000)
    until: AwareDatetime | None = None
    minutes: float | None = Field(default=None, allow_inf_nan=False)
    severity: Severity | None = Field(default=None, description="The gravest that is silent; a graver one is heard")

    @model_validator(mode="after")
    def _one_end(self) -> "Ends":
        if (self.until is None) == (self.minutes is None):
            raise ValueError("a silence needs one end: give `until` or `minutes`")
        return self

    def end(self, now: float) -> float:
        """Return when it ends."""
        return self.until.timestamp() if self.until is not None else now + 60 * (self.minutes or 0)


class SilenceOn(Ends):
    """A silence of what an incident is about; `severity` is the incident's own without it."""

    model_config = _example(reason="Bekannte Störung, Technik ist dran", minutes=120, person="anna")


class NewSilence(Ends):
    """A silence of a brand, perhaps of one topic, detector or rule; `severity` is warning without it."""

    model_config = _example(brand="nordlicht", reason="Geplante Wartung", until="2026-11-22T06:00:00Z", person="anna")
    brand: str
    topic: str | None = None
    detector: str | None = None
    rule: str | None = None
