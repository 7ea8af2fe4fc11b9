"""Levels in words: what they are called, and their conditions as half sentences, in German and in English."""

from app.domain.level import HIGHEST, Condition, Ground, Level
from app.domain.spoken import number, percent

NAMES = {
    "de": ("Windstille", "leichter Zug", "schwache Brise", "mäßige Brise", "starker Wind", "Sturm", "Orkan"),
    "en": ("calm", "light air", "light breeze", "moderate breeze", "strong wind", "storm", "hurricane"),
}
SOURCE = {
    "de": "Skala nach Graf & Schwede (2012): Erfahrung, keine Wissenschaft.",
    "en": "Scale after Graf & Schwede (2012): experience, not science.",
}
CONDITIONS: dict[str, dict[Condition, str]] = {
    "de": {
        "ratio": "das {actual}-Fache des Üblichen (nötig {needed})",
        "pace": "{actual} Erwähnungen je Minute (nötig {needed})",
        "authors": "{actual} Personen in der letzten Stunde (nötig {needed})",
        "channels": "{actual} Kanäle (nötig {needed})",
        "media": "{actual} Beiträge von Medien und sehr großen Konten (nötig {needed})",
        "tone": "{actual} negativ (nötig {needed})",
        "reach": "Reichweite {actual} (nötig {needed})",
        "length": "seit {actual} Minuten (nötig {needed})",
    },
    "en": {
        "ratio": "{actual} times the usual (needed {needed})",
        "pace": "{actual} mentions a minute (needed {needed})",
        "authors": "{actual} people in the last hour (needed {needed})",
        "channels": "channels: {actual} (needed {needed})",
        "media": "{actual} posts by media and very large accounts (needed {needed})",
        "tone": "{actual} negative (needed {needed})",
        "reach": "reach {actual} (needed {needed})",
        "length": "for {actual} minutes (needed {needed})",
    },
}


def name(value: int, language: str) -> str:
    """Return what a level is called; beyond the ends of the scale, its end."""
    return NAMES[language][min(max(value, 0), HIGHEST)]


def condition(ground: Ground, language: str) -> str:
    """Return a condition with what is there and what is needed."""
    if ground.condition == "tone":
        actual, needed = percent(ground.actual, language), percent(ground.needed, language)
    else:
        actual, needed = number(ground.actual, language), number(ground.needed, language)
    if not ground.met and actual == needed:  # 3.96 of 4: what is missing must be seen
        actual = ("knapp " if language == "de" else "almost ") + actual
    return CONDITIONS[language][ground.condition].format(actual=actual, needed=needed)


def missing(found: Level, language: str) -> str:
    """Return what the next level takes that is not there, as a sentence; "" where there is none or nothing is known."""
    above = [one for one in found.grounds if one.level == found.value + 1]
    musts = [condition(one, language) for one in above if one.must and not one.met]
    others = [condition(one, language) for one in above if not one.must and not one.met]
    lack = max(found.others - sum(one.met for one in above if not one.must), 0)
    parts = [", ".join(musts)] if musts else []
    if lack and others:
        of = f"{lack} von: " if language == "de" else f"{lack} of: "
        parts.append(f"{of if lack < len(others) else ''}{', '.join(others)}")
    if not parts:
        return ""
    called = f"{found.value + 1} ({name(found.value + 1, language)})"
    lead = f"Zu Stufe {called} fehlt" if language == "de" else f"Missing for level {called}"
    return f"{lead}: {'; '.join(parts)}."
