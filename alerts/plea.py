"""What the alarm of a source says, as one sentence in German and in English."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from alerts.source_silence import Trouble
from app.domain.source import Cause, SourceState

WHY: dict[Cause, tuple[str, str]] = {
    "credential": ("der Zugangsschlüssel fehlt oder wird abgelehnt", "the key is missing or refused"),
    "setting": ("ihre Zeile in config.yaml passt nicht", "its row in config.yaml does not fit"),
    "network": ("keine Verbindung", "no connection"),
    "server": ("der Server antwortet mit Fehlern", "the server answers with errors"),
    "quota": ("das Kontingent ist aufgebraucht", "the quota is used up"),
    "bus": ("unser eigener Bus nimmt nichts an", "our own bus takes nothing"),
    "": ("der Grund ist nicht bekannt", "the reason is not known"),
}
UNREPORTED = (
    "niemand meldet sich für sie; läuft der Dienst ingest?",
    "nobody reports it; is the ingest service running?",
)


def plea(one: SourceState, found: Trouble, zone: str, lost: bool) -> dict[str, str]:  # noqa: FBT001 - a fact, no switch
    """Return the sentence by language; `lost` says that no process reports the source."""
    since = f"{datetime.fromtimestamp(found.since, UTC).astimezone(ZoneInfo(zone)):%H:%M}"
    if found.kind == "quiet":
        usual = f"{one.usual or 0:,.0f}"
        return {
            "de": f"{one.id} ist verbunden, bringt aber seit {since} Uhr nichts; "
            f"üblich sind jetzt {usual.replace(',', '.')} je Stunde.",
            "en": f"{one.id} is connected but has brought nothing since {since}; {usual} an hour are usual now.",
        }
    german, english = UNREPORTED if lost else WHY.get(found.cause, WHY[""])
    return {
        "de": f"{one.id} hört seit {since} Uhr nicht: {german}.".replace("?.", "?"),
        "en": f"{one.id} has not been listening since {since}: {english}.".replace("?.", "?"),
    }
