"""The words of messages in German and English, and how texts and times are written in them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.spoken import DAYS, Language

WORDS: dict[Language, dict[str, str]] = {
    "de": {
        "note": "Hinweis",
        "warning": "Warnung",
        "crisis": "Krise",
        "over": "Vorbei",
        "again": "schlimmer geworden",
        "level": "Stufe",
        "of": "von",
        "since": "Seit",
        "severity": "Schwere",
        "sure": "Sicherheit",
        "compared": "Verglichen",
        "peak": "Höchstens bisher",
        "a_minute": "{} je Minute",
        "drivers": "Treiber",
        "copied": "Beiträge",
        "owner": "Zuständig",
        "nobody": "noch niemand",
        "step": "Nächster Schritt",
        "step_firing": "Bestätigen, dass Sie es gesehen haben. Dann: {}",
        "step_owned": "Lesen, was gesagt wird, und die Schritte dieser Stufe abhaken.",
        "step_over": "Urteilen, ob der Alarm echt war: So lernt er.",
        "step_system": "Nachsehen, was steht. Solange es steht, kann ein Sturm ungehört bleiben.",
        "acknowledge": "Gesehen? Bestätigen",
        "open": "Vorfall öffnen",
        "open_system": "Quellen ansehen",
        "evidence": "Was gesagt wird",
        "chart": "Erwähnungen je Minute der letzten Stunden, das Übliche als Band",
        "usual": "üblich",
        "negative": "negativ",
        "others": "übrige",
        "ended": "Der Sturm um {brand} ist vorbei, seit {at}.",
        "unknown": "Um {brand} wird viel mehr gesprochen als üblich.",
        "why_escalated": "Sie hören noch einmal davon, weil es schlimmer geworden ist.",
        "why_step": "Sie hören davon, weil noch niemand bestätigt hat.",
        "why_passed_on": "Sie hören davon, weil jemand vor Ihnen nicht zu erreichen war.",
        "why_handed_over": "Der Vorfall ist Ihnen übergeben worden.",
        "system": "Etwas von uns steht still (kein Stimmungsalarm)",
        "system_over": "Läuft wieder (kein Stimmungsalarm)",
        "why_system": "Das ist kein Stimmungsalarm: Es geht darum, ob wir hören, nicht darum, was gesagt wird.",
        "works_again": "{} läuft wieder; es stand von {} bis {}.",
        "test_stamp": "TEST",
        "test_subject": "Testnachricht von",
        "test": "Das ist eine Testnachricht von {house}. Es ist nichts geschehen; dieser Weg geht.",
        "ack_note": "Der Knopf öffnet eine Seite, auf der Sie mit einem Klick bestätigen.",
    },
    "en": {
        "note": "Note",
        "warning": "Warning",
        "crisis": "Crisis",
        "over": "Over",
        "again": "it got worse",
        "level": "Level",
        "of": "of",
        "since": "Since",
        "severity": "Severity",
        "sure": "How sure",
        "compared": "Compared",
        "peak": "At most so far",
        "a_minute": "{} a minute",
        "drivers": "Drivers",
        "copied": "Posts",
        "owner": "In hand of",
        "nobody": "nobody yet",
        "step": "Next step",
        "step_firing": "Acknowledge that you have seen it. Then: {}",
        "step_owned": "Read what is said, and tick off the steps of this level.",
        "step_over": "Give your verdict whether the alarm was real: it learns from that.",
        "step_system": "Look after what stands still. As long as it does, a storm may go unheard.",
        "acknowledge": "Seen it? Acknowledge",
        "open": "Open the incident",
        "open_system": "Look at the sources",
        "evidence": "What is said",
        "chart": "Mentions a minute over the last hours, with the usual as a band",
        "usual": "usual",
        "negative": "negative",
        "others": "others",
        "ended": "The storm about {brand} is over since {at}.",
        "unknown": "There is much more talk about {brand} than usual.",
        "why_escalated": "You hear of it again because it got worse.",
        "why_step": "You hear of it because nobody has acknowledged yet.",
        "why_passed_on": "You hear of it because somebody before you could not be reached.",
        "why_handed_over": "The incident was handed over to you.",
        "system": "Something of ours stands still (no sentiment alarm)",
        "system_over": "Works again (no sentiment alarm)",
        "why_system": "This is no sentiment alarm: it is about whether we hear, not about what is said.",
        "works_again": "{} works again; it stood still from {} to {}.",
        "test_stamp": "TEST",
        "test_subject": "Test message from",
        "test": "This is a test message from {house}. Nothing has happened; this way works.",
        "ack_note": "The button opens a page on which you acknowledge with one click.",
    },
}
LONG_AGO = 43_200.0


def clean(text: str) -> str:
    """Return a text in one line without control characters, so that none can make a header or hide another."""
    kept = "".join(letter if letter.isprintable() or letter == " " else " " for letter in text)
    return " ".join(kept.split())


def cut(text: str, most: int) -> str:
    """Return a text of at most that many letters, with an ellipsis where something is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def clock_time(at: float, now: float, language: Language, zone: str) -> str:
    """Return the time of day where the message is read, with the day of the week where half a day lies between."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    day = f"{DAYS[language][local.weekday()]} " if abs(now - at) >= LONG_AGO else ""
    return f"{day}{local:%H:%M}{' Uhr' if language == 'de' else ''}"
