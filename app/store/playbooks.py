"""Playbooks that somebody has changed; the others are as they are shipped."""

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from app.domain.playbook import Playbook
from app.store.alerting import playbook
from app.store.statements import replacing, write


class Playbooks:
    """Keeps changed playbooks by level and language."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, kept: Playbook) -> None:
        """Keep a playbook instead of what is shipped or was kept."""
        row = (kept.level, kept.language, msgspec.json.encode(kept).decode())
        write(self._connection, replacing(self._connection.dialect, playbook), [row])

    def find(self, language: str) -> list[Playbook]:
        """Return the changed playbooks of a language, lowest level first."""
        query = select(playbook.c.document).where(playbook.c.language == language).order_by(playbook.c.level)
        return [msgspec.json.decode(document, type=Playbook) for document in self._connection.scalars(query)]

    def drop(self, level: int, language: str) -> bool:
        """Forget a changed playbook; False if there was none."""
        mine = (playbook.c.level == level) & (playbook.c.language == language)
        return bool(self._connection.execute(delete(playbook).where(mine)).rowcount)
