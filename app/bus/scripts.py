"""The Lua scripts beside this package, sent by their digest, and whole to a server that does not know it yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha1
from importlib.resources import files
from typing import Any, Protocol

from redis import exceptions

from app.bus import keys

CALLS = " call("
"""What only those scripts say before which state.lua has to stand."""


class Runs(Protocol):
    """What a script needs of a connection."""

    cluster: Any

    async def on(self, key: str, work: Any, *, waits: bool = False) -> Any:
        """Return what `work` makes of the client of the server that holds `key`."""

    async def confirmed(self, key: str, command: Sequence[Any], *, waits: bool = False) -> Any:
        """Run a command and return its answer once enough replicas have it."""


class Script:
    """One script; all keys it touches lie beside its first one."""

    def __init__(self, connection: Runs, text: str) -> None:
        self.text = text
        self._connection = connection
        self._digest = sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(
        self, names: Sequence[str], arguments: Sequence[str | int | float | bytes], *, confirmed: bool = False
    ) -> Any:
        """Run it, all or nothing, and return its answer; once enough replicas have its effect if that is asked for."""
        if self._connection.cluster is not None:
            # A key that never exists makes a cluster refuse the whole script while it moves the slot, where otherwise
            # a key that has already moved would break it off in the middle.
            names = [*names, keys.beside(names[0], "moving")]
        words = [len(names), *names, *arguments]
        try:
            return await self._run(["EVALSHA", self._digest, *words], names[0], confirmed=confirmed)
        except exceptions.NoScriptError:
            return await self._run(["EVAL", self.text, *words], names[0], confirmed=confirmed)

    async def _run(self, command: Sequence[Any], key: str, *, confirmed: bool) -> Any:
        if confirmed:
            return await self._connection.confirmed(key, command)
        return await self._connection.on(key, partial(_execute, command))


async def _execute(command: Sequence[Any], client: Any) -> Any:
    return await client.execute_command(*command)


@dataclass(frozen=True)
class Scripts:
    """Every script by its name, ready to call."""

    publish: Any
    settle: Any
    unpack: Any
    trim: Any
    bury: Any
    retry: Any
    drop: Any
    remember: Any
    correct: Any
    lease: Any
    release: Any
    cursor: Any
    convert: Any


def register(connection: Runs) -> Scripts:
    """Return the scripts bound to a connection."""
    folder = files("app.bus") / "scripts"
    text = {name: (folder / f"{name}.lua").read_text("utf-8") for name in Scripts.__dataclass_fields__}
    state = (folder / "state.lua").read_text("utf-8")
    return Scripts(**{name: Script(connection, state + one if CALLS in one else one) for name, one in text.items()})
