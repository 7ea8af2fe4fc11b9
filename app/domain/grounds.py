"""Why a burst looks coordinated, in words."""

_SAID = {
    "copies": (
        "{n} von {of} Konten haben denselben Text als eigenen Beitrag abgesetzt, nicht weitergereicht.",
        "{n} of {of} accounts posted the same text as their own, not as a repost.",
    ),
    "young": (
        "{n} von {of} Konten sind jünger als 30 Tage.",
        "{n} of {of} accounts are younger than 30 days.",
    ),
    "handles": (
        "{n} von {of} Kontonamen sehen einander ähnlich.",
        "{n} of {of} account names look alike.",
    ),
    "together": (
        "{n} von {of} Konten sprachen innerhalb von zwei Minuten.",
        "{n} of {of} accounts spoke within two minutes.",
    ),
    "strangers": (
        "{n} von {of} Konten haben wir nie zuvor gehört.",
        "{n} of {of} accounts we had never heard before.",
    ),
    "followers": (
        "{n} von {of} Konten haben weniger als 25 Follower.",
        "{n} of {of} accounts have fewer than 25 followers.",
    ),
    "rhythm": (
        "Die {of} Konten sprachen im Takt von {n} Sekunden, gleichmäßiger als Menschen.",
        "The {of} accounts spoke every {n} seconds, more evenly than people do.",
    ),
    "channel": (
        "Alle {of} Konten sprachen im selben Kanal.",
        "All {of} accounts spoke in the same channel.",
    ),
}


def ground(name: str, figure: float, of: int) -> dict[str, str]:
    """Return what a ground says, by language; `figure` of `of` accounts, for `rhythm` the seconds between two."""
    german, english = _SAID[name]
    if name == "rhythm" and not figure:
        return {
            "de": f"Alle {of} Konten sprachen in derselben Sekunde.",
            "en": f"All {of} accounts spoke in the same second.",
        }
    number = f"{figure:g}"
    return {"de": german.format(n=number.replace(".", ","), of=of), "en": english.format(n=number, of=of)}
