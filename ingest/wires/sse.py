"""Server-sent events: lines of a stream as events (html.spec.whatwg.org, 9.2, read 2026-11-22); no socket inside."""

from typing import NamedTuple


class Event(NamedTuple):
    """One event of a stream."""

    name: str
    data: bytes


class Lines:
    """Puts lines together to events; comments, which keep the line alive, are none."""

    def __init__(self) -> None:
        self._name, self._data = "message", list[str]()

    def take(self, line: str) -> Event | None:
        """Take a line without its end; return the event that an empty one completes."""
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                self._name = value
            elif field == "data":
                self._data.append(value)
            return None
        name, data = self._name, self._data
        self._name, self._data = "message", []
        return Event(name, "\n".join(data).encode("utf-8", "replace")) if data else None
