"""Sentences of detectors that have one of their own: what raised where it was not the number of mentions."""

from collections.abc import Sequence

from alerts.detector import Detector, Telling, alone
from app.domain.incident import Incident, Signal
from app.domain.spoken import clock

LANGUAGES = ("de", "en")
LAST = {"de": "Zuletzt um {} Uhr: ", "en": "Last at {}: "}


def words_of(
    detectors: Sequence[Detector], signals: Sequence[Signal], incident: Incident | None, zone: str, at: float
) -> dict[str, str]:
    """Return by language what the detectors saw that raise; empty where mentions or negative mentions surge.

    Where nothing of an incident raises any more it is what raised last, with when that was.
    """
    raised = {signal.detector: signal for signal in signals if signal.alarm}
    over = not raised
    if over:
        raised = {signal.detector: signal for signal in _kept(incident) if signal.alarm}
    if {"volume", "negative"} & raised.keys():
        return {}
    speaking = sorted((one for one in detectors if one.name in raised), key=lambda one: not alone(one))
    found = {
        language: [one.told(raised[one.name], language) for one in speaking if isinstance(one, Telling)]
        for language in LANGUAGES
    }
    last = max((signal.at for signal in raised.values()), default=at)
    return {
        language: (LAST[language].format(clock(last, at, zone, language)) if over else "") + " ".join(said)
        for language, said in found.items()
        if said
    }


def _kept(incident: Incident | None) -> list[Signal]:
    """Return the signals of an incident that are about the same as itself, not those of topics that joined it."""
    if incident is None:
        return []
    scope = incident.brand if incident.topic is None else f"{incident.brand}/{incident.topic}"
    return [signal for signal in incident.signals if signal.brand == scope]
