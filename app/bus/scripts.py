"""The Lua scripts beside this package, loaded once a connection."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Scripts:
    """Every script, ready to call; redis-py loads one again when a restarted server does not know it."""

    publish: Any
    settle: Any
    trim: Any
    bury: Any
    remember: Any
    lease: Any
    release: Any
    cursor: Any


def register(client: Any) -> Scripts:
    """Return the scripts bound to a client."""
    folder = files("app.bus") / "scripts"
    return Scripts(
        **{
            name: client.register_script((folder / f"{name}.lua").read_text("utf-8"))
            for name in Scripts.__dataclass_fields__
        }
    )
