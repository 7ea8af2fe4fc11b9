"""Cancellation that a library turned into an error of its own is still cancellation."""

import asyncio


def heed_cancellation() -> None:
    """Raise `CancelledError` if this task was told to stop.

    Libraries that close a connection while a cancellation passes through them may raise what the closing raised
    instead; a loop that then tries again would never end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
