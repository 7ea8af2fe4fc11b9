"""Tables as recorded, each read as a file."""

import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.instant import from_rfc3339
from app.errors import WrongInput
from ingest.imports import lines
from ingest.mapping import mapped
from ingest.table import opened
from tests.connectors.kit import Kit, Read, recordings

NOW = from_rfc3339("2026-11-21T20:00:00Z")


def read(body: bytes) -> Read:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(body)
        file.flush()
        try:
            table = opened(Path(file.name))
            mapping = mapped(table.columns, {}, "files")
            found = [line for line, _ in lines(table, mapping, ZoneInfo("Europe/Berlin"), None, NOW)]
        except WrongInput:
            return Read([], 1)
    return Read([line.event for line in found if line.event], sum(line.event is None for line in found))


KIT = Kit(
    connector="files",
    recordings=recordings("files"),
    read=read,
    promises=(
        {
            "channel": "files",
            "id": "77",
            "published_at": "2026-11-21T17:00:00Z",
            "text": "Nordlicht\n\nPower is out",
            "author": {"id": "u1", "handle": "ann"},
            "url": "https://example.org/77",
            "engagement": {"likes": 3},
        },
        {
            "channel": "bewertungen",
            "id": "sha256:018fb0f9d29e3310a1e70d23936cd623bc5b2259aa00cd20da853f33090d57a2",
            "kind": "review",
            "text": "Ganz gut",
            "author": {"id": "Cem", "name": "Cem"},
            "rating": 4.5,
            "published_at": "2026-11-21T17:10:00Z",
        },
    ),
    options={"path": "."},
)
