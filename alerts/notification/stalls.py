"""What of ours stands still, and who is told of it: grouped, once, and once more when it is over. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from alerts.notification.gate import Circle, gate
from app.domain.alarm import Alarm
from app.domain.delivery import TOLD, Delivery, Occasion, Stall, delivery_id
from app.domain.incident import SEVERITIES, Severity
from app.domain.roster import DUTY, Step, told

STILL = 60.0
"""Seconds something has to stand still, or work again, before it is told."""
GATHER = 30.0
"""Seconds a message waits for what else stands still: rarely does one source alone."""
BRIEF = 10.0
"""Seconds something has to stand still to be told together with what is told anyhow."""
FLAPS = 3600.0
"""Seconds within which what stands still again is the same trouble, and is not told anew."""

WORDS: dict[str, tuple[str, str]] = {
    "service": (
        "Der Dienst {} meldet sich nicht; läuft `emberwatch run {}`?",
        "The service {} is not heard from; is `emberwatch run {}` running?",
    ),
    "data": (
        "Nichts wird mehr ausgewertet: Der Stand der Daten bleibt stehen. Stürme bleiben unbemerkt.",
        "Nothing is analysed any more: the data stand still. Storms go unnoticed.",
    ),
    "detectors": (
        "Die Detektoren rechnen nicht mehr, obwohl Daten kommen. Stürme bleiben unbemerkt.",
        "The detectors do not step although data come. Storms go unnoticed.",
    ),
}


class Seen(NamedTuple):
    """Something that stands still as it is seen now."""

    since: float
    severity: Severity
    reason: dict[str, str]


class Signs(NamedTuple):
    """Signs of life, as they are at an instant."""

    watermark: float
    """Up to when data are analysed."""
    stepped: float
    """Up to when detectors have judged, data time."""
    missing: Sequence[str]
    """Services that nobody hears from."""
    alarms: Iterable[Alarm] = ()
    """Of sources."""


def still(signs: Signs, at: float) -> dict[str, Seen]:
    """Return what stands still at `at`, by name: `source:…`, `service:…`, `data`, `detectors`."""
    found = {
        f"source:{alarm.source}": Seen(alarm.since, "note" if alarm.kind == "quiet" else "warning", alarm.reason)
        for alarm in signs.alarms
        if alarm.resolved_at is None and not alarm.demo
    }
    found |= {f"service:{name}": Seen(at, "warning", _said("service", name)) for name in signs.missing}
    if at - signs.watermark > STILL:
        found["data"] = Seen(signs.watermark or at, "warning", _said("data"))
    elif signs.watermark - signs.stepped > STILL:
        found["detectors"] = Seen(signs.stepped or at, "warning", _said("detectors"))
    return found


def followed(stalls: Mapping[str, Stall], seen: Mapping[str, Seen], at: float) -> dict[str, Stall]:
    """Return what is known of stalls after a look: new ones noted, ended ones marked, old ones forgotten."""
    found: dict[str, Stall] = {}
    for name, one in seen.items():
        known = stalls.get(name)
        if known is not None and (known.until is None or at - known.until < FLAPS):
            found[name] = msgspec.structs.replace(known, until=None, ended_at=None, reason=one.reason)
        else:
            found[name] = Stall(one.since, None, one.reason, at, one.severity)
    for name, known in stalls.items():
        if name not in seen:
            until = at if known.until is None else known.until
            if known.told_at is not None and at - until < FLAPS:
                found[name] = msgspec.structs.replace(known, until=until)
    return found


def plan_stalls(
    stalls: Mapping[str, Stall], before: Sequence[Delivery], circle: Circle, at: float
) -> tuple[dict[str, Stall], tuple[Delivery, ...]]:
    """Return the stalls with what is told of them from now on, and the messages that tell it."""
    changed, made = dict(stalls), list[Delivery]()
    fresh = {name: one for name, one in stalls.items() if one.until is None and one.told_at is None}
    ripe = [one for one in fresh.values() if at - one.noted_at >= _wait(one)]
    if ripe:
        due = {name: one for name, one in fresh.items() if one in ripe or at - one.noted_at >= BRIEF}
        severity = max((one.severity for one in due.values()), key=SEVERITIES.index)
        made += _messages("system", sorted(due), severity, _on_duty(circle, at), circle, at)
        changed |= {name: msgspec.structs.replace(one, told_at=at) for name, one in due.items()}
    made += _late(stalls, before, circle, at)
    over = {name: one for name, one in stalls.items() if one.until is not None and one.ended_at is None and one.told_at}
    ended = {name: one for name, one in over.items() if at - (one.until or at) >= STILL}
    if ended:
        knew = [one for one in before if one.occasion == "system" and one.state in TOLD and set(one.about) & set(ended)]
        severity = max((one.severity for one in ended.values()), key=SEVERITIES.index)
        persons = tuple(dict.fromkeys(one.person for one in knew))
        made += _messages("over", sorted(ended), severity, persons, circle, at)
        changed |= {name: msgspec.structs.replace(one, ended_at=at) for name, one in ended.items()}
    return changed, tuple(made)


def _late(stalls: Mapping[str, Stall], before: Sequence[Delivery], circle: Circle, at: float) -> Iterable[Delivery]:
    """Yield what tells those who were added, or came on duty, since people were told of what still stands still."""
    lasting = {name: one for name, one in stalls.items() if one.until is None and one.told_at is not None}
    for person in _on_duty(circle, at) if lasting else ():
        heard = {
            name for one in before if one.person == person and one.occasion == "system" for name in _since(one, lasting)
        }
        about = sorted(lasting.keys() - heard)
        if about:
            severity = max((lasting[name].severity for name in about), key=SEVERITIES.index)
            yield from _messages("system", about, severity, (person,), circle, at)


def _since(one: Delivery, lasting: Mapping[str, Stall]) -> Iterable[str]:
    """Yield what stands still that a message tells of, unless it told of an earlier trouble."""
    return (name for name in one.about if name in lasting and one.planned_at >= (lasting[name].told_at or 0.0))


def _on_duty(circle: Circle, at: float) -> tuple[str, ...]:
    return told(Step(0, DUTY), circle.persons, circle.shifts, at, "").persons


def _wait(one: Stall) -> float:
    """Return the seconds from noting to telling: an alarm of a source has waited already, where it was raised."""
    return GATHER if one.noted_at - one.since >= STILL else STILL


def _messages(
    occasion: Occasion, about: Sequence[str], severity: Severity, persons: Iterable[str], circle: Circle, at: float
) -> Iterable[Delivery]:
    known = {person.id: person for person in circle.persons}
    for name in persons:
        for way in known[name].ways if name in known else ():
            if way.takes(severity):
                key = delivery_id(occasion, name, way.id, f"{at:.3f}", *about)
                one = Delivery(key, "", "", name, way.id, way.kind, occasion, severity, at, at, about=tuple(about))
                yield gate(one, None, circle, at).applied(one)


def _said(kind: str, name: str = "") -> dict[str, str]:
    german, english = WORDS[kind]
    return {"de": german.format(name, name), "en": english.format(name, name)}
