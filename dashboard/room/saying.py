"""What the pages of incidents say by themselves, without asking the server: at work, undone, no connection."""

from typing import Any

from dashboard.i18n import Words, catalogue


def attributes(say: Words, board: str) -> dict[str, Any]:
    """Return the address of the board and the sentences as attributes of the page's element."""
    texts = ((key.split("."), text) for key, text in catalogue(say.language).items())
    return {"data-board": board} | {
        f"data-{key[2].replace('_', '-')}": text for key, text in texts if key[:2] == ["room", "client"]
    }
