"""A watch for bounds in seconds: it stands still while the kernel lets others run though this thread could."""

import time
from pathlib import Path

WAITED = Path("/proc/thread-self/schedstat")
"""Nanoseconds on a core, and ready to run but waiting for one (Linux, proc(5) and sched-stats)."""


class Stopwatch:
    """Seconds since it was made, without those in which this thread was held up; begin and read it in one thread."""

    def __init__(self) -> None:
        self._began = _mine()

    def read(self) -> float:
        """Return the seconds this thread has had."""
        return _mine() - self._began


def _mine() -> float:
    return time.monotonic() - _held_up()


def _held_up() -> float:
    """Return how long this thread has waited for a core so far; 0 where the kernel does not tell."""
    try:
        return int(WAITED.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
