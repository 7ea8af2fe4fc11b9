"""Topics as an audience may see them: masked here, before they leave the server."""

from msgspec.structs import replace

from app.domain.repertoire import Said
from app.domain.topics import Topic
from app.domain.wall import Audience
from app.topics import Found


def allowed(found: Found, audience: Audience) -> list[tuple[Topic, Said | None]]:
    """Return topics with their examples, strongest first, as far as an audience may see them.

    Who may not see names of authors gets no topic that is one, and no leaders; a foyer gets no example either.
    """
    if audience == "control":
        return [(one, found.examples.get(one.example)) for one in found.topics]
    public = (replace(one, leaders=()) for one in found.topics if not one.named)
    quoting = audience != "foyer"
    return [(one, found.examples.get(one.example) if quoting else None) for one in public]
