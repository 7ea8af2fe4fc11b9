"""Polling: how a connector that has to ask keeps asking, how often, and what it says of itself meanwhile."""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass

from app.errors import CredentialMissing, SourceUnavailable
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Setting

GROWTH = 1.5
"""How much longer the next pause is after a round without anything new."""

LONGEST_PAUSE = 300.0
"""Seconds between two attempts at a server that fails, unless it wants more."""

WITHOUT_KEY = 60.0
"""Seconds between two attempts with a key that is missing or refused."""


@dataclass
class Interval:
    """Seconds between two rounds: short while there is something new, longer the longer there is nothing."""

    shortest: float
    longest: float
    now: float = 0.0

    def __post_init__(self) -> None:
        self.now = self.shortest

    def heard(self, *, anything: bool) -> float:
        """Return the pause after a round that brought something, or nothing."""
        self.now = self.shortest if anything else min(self.longest, self.now * GROWTH)
        return self.now


def told(setting: Setting, away: SourceUnavailable, backoff: float) -> float:
    """Report why a source does not answer and return the seconds until it is asked again, about `backoff` or more."""
    if isinstance(away, CredentialMissing):
        setting.report("failed", str(away), cause="credential")
        return max(WITHOUT_KEY, away.retry_after or 0.0)
    setting.report("unreachable", str(away), cause=away.cause)  # type: ignore[arg-type] # one of `Cause`
    return max(min(LONGEST_PAUSE, backoff) * random.uniform(0.5, 1.0), away.retry_after or 0.0)


async def polled(
    setting: Setting, ask: Callable[[], AsyncIterator[Batch]], interval: Interval
) -> AsyncGenerator[Batch, None]:
    """Ask round after round for ever and yield what each brings.

    `ask` makes one round and raises `SourceUnavailable` if it cannot; what it yielded before counts. Health is reported
    here: `live` after every round that worked, else why not, and when the server wants us back is kept to.
    """
    failures = 0
    while True:
        anything = False
        try:
            async for batch in ask():
                anything = anything or bool(batch.events)
                yield batch
        except SourceUnavailable as away:
            heed_cancellation()
            failures += 1
            pause = told(setting, away, 2.0 ** min(failures, 10))
        else:
            failures = 0
            setting.report("live", "")
            pause = interval.heard(anything=anything)
        await setting.clock.sleep(pause)
