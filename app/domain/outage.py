"""Words by which people tell of a fault or an outage, in German and English: so that care knows before it is called."""

import re

from app.domain.folding import fold

LONGEST = 2_000
"""Characters of a text that are looked at."""

_WORDS = (
    r"\w*ausfa(?:ll|elle)\w*|\w*stoerung(?:en)?|\w*stromausf\w+|netzausf\w+|blackout",
    r"ausgefallen|lahmgelegt|abgestuerzt|unerreichbar|offline|serverfehler|fehlermeldung\w*",
    r"(?:nicht|nich) (?:erreichbar|verfuegbar|aufrufbar|zu erreichen)",
    r"(?:geht|gehen|funktioniert|funktionieren|laeuft|laedt|startet|reagiert)\b.{0,25}?\b(?:nichts?|nix|nimmer)\b",
    r"(?:kein|keine|keinen) (?:strom|netz|empfang|internet|verbindung|signal|warmwasser|login|gas)\b",
    r"(?:is|are|was|still|gone|went|been|seit|ist|komplett|wieder|alles|app|server|site|seite|netz) down\b|#\w*down\b",
    r"outage\w*|downtime|not (?:working|loading|responding)|(?:doesn|won|isn).?t (?:work|load|start|working|loading)\b",
    r"stopped working|can.?t (?:log ?in|connect|access)|unavailable|unreachable|server error",
    r"no (?:power|signal|service)\b",
    r"kaputt|defekt\w*|broken",
)
_FAULT = re.compile(r"(?<!\w)(?:" + "|".join(_WORDS) + ")")


def fault_in(text: str) -> str:
    """Return the first words of a text that tell of a fault, folded; empty if none do."""
    found = _FAULT.search(fold(text[:LONGEST]))
    return found.group(0) if found else ""
