"""A recording as a source: an NDJSON file played at its own or any other speed."""

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.domain.mention import SourceEvent
from ingest.connector import Batch, Setting, Terms
from ingest.recording import Line, Pace, instant, lines, speed_of

BATCH = 500

log = structlog.get_logger("ingest")


class ReplayOptions(BaseModel):
    """Which file, and how fast."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    path: Path = Field(description="an NDJSON file of mentions")
    speed: str = Field("1", description='times as fast as it happened, or "max"')

    @field_validator("speed")
    @classmethod
    def _readable(cls, speed: str) -> str:
        speed_of(speed)
        return speed


class ReplayConnector:
    """Plays a file once; the cursor is the number of the last line played, faulty lines are named in the log."""

    channel = "replay"
    local = True
    Options = ReplayOptions
    terms = Terms("What the recording's origin allows: whoever plays it answers for it.")

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        options = setting.options
        if not isinstance(options, ReplayOptions):
            raise TypeError("ReplayConnector needs ReplayOptions")
        self._path, self._speed = options.path, speed_of(options.speed)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the lines after `cursor`, each when it is due."""
        clock = self._setting.clock
        pace = Pace(self._speed, clock)
        self._setting.report("live", "")
        events: list[SourceEvent] = []
        last = done = int(cursor or 0)
        for line in self._lines(done):
            event = line.event
            if event is not None:
                wait = pace.wait(instant(event))
                if events and (wait or len(events) >= BATCH):
                    yield Batch(events, str(last), received=last - done)
                    events, done = [], last
                    wait = pace.wait(instant(event))
                if wait:
                    await clock.sleep(wait)
                events.append(event)
            last = line.number
        if last > done:
            yield Batch(events, str(last), received=last - done)

    def _lines(self, after: int) -> Iterator[Line]:
        with self._path.open("rb") as file:
            for line in lines(islice(file, after, None), self._setting.clock.now(), after + 1):
                if line.event is None:
                    log.warning("replay.rejected", source=self._setting.source, line=line.number, field=line.field)
                yield line
