"""The duty calendar as a file other calendars read (RFC 5545)."""

from datetime import UTC, datetime

from app.domain.roster import spans
from app.domain.wall import Language
from app.people import Roster
from dashboard.i18n import words

FOLD = 73
"""Octets of a line before it goes on in the next one (RFC 5545, 3.1 allows 75)."""


def calendar(found: Roster, start: float, end: float, site: str, language: Language) -> str:
    """Return every spell of duty and absence between two instants as an event in UTC, so that no zone is needed."""
    say, names = words(language, "UTC"), {one.id: one.name for one in found.persons}
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Emberwatch//duty//EN",
        f"X-WR-CALNAME:{_text(say.say('people.calendar', site=site))}",
    ]
    for spell in spans(found.shifts, start, end):
        role = say.say(f"people.role.{spell.shift.role}")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{spell.shift.id}-{spell.start:.0f}@emberwatch",
            f"DTSTAMP:{_instant(start)}",
            f"DTSTART:{_instant(spell.start)}",
            f"DTEND:{_instant(spell.end)}",
            f"SUMMARY:{_text(f'{names.get(spell.shift.person, spell.shift.person)}: {role}')}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _instant(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"


def _text(said: str) -> str:
    escaped = said.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(escaped.splitlines())


def _folded(line: str) -> str:
    """Break a long line between characters; what goes on begins with a blank."""
    parts, length = [""], 0
    for letter in line:
        size = len(letter.encode())
        if length + size > FOLD:
            parts.append("")
            length = 0
        parts[-1] += letter
        length += size
    return "\r\n ".join(parts)
