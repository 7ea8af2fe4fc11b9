"""One row for every write: who, what, when, on what."""

import msgspec


class AuditEntry(msgspec.Struct, frozen=True):
    """What somebody did; `detail` holds figures and ids, never the text of a mention or a name of an author."""

    at: float
    actor_kind: str
    actor: str
    verb: str
    scope: str = ""
    subject: str = ""
    detail: dict[str, str | int | float | bool | None] = {}
