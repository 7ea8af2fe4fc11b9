"""Sentences of detectors that have one of their own: what raised where it was not the number of mentions."""

from collections.abc import Sequence

from alerts.detector import Detector, Telling, alone
from app.domain.incident import Signal

LANGUAGES = ("de", "en")


def words_of(detectors: Sequence[Detector], signals: Sequence[Signal]) -> dict[str, str]:
    """Return by language what the detectors saw that raise; empty where mentions or negative mentions surge."""
    raised = {signal.detector: signal for signal in signals if signal.alarm}
    if {"volume", "negative"} & raised.keys():
        return {}
    speaking = sorted((one for one in detectors if one.name in raised), key=lambda one: not alone(one))
    found = {
        language: [one.told(raised[one.name], language) for one in speaking if isinstance(one, Telling)]
        for language in LANGUAGES
    }
    return {language: " ".join(said) for language, said in found.items() if said}
