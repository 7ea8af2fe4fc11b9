"""The minutes of one scope: as the bus has them, and which are taught, in order and once each. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from alerts.watching.hearing import GONE, MISSED
from app.domain.tally import MinuteTally, TallyDelta, merge, minute_of, only, split

HOUR = 3600
LATE = 120
"""Seconds a minute may still change before it is learned."""
KEPT = 3 * HOUR
STEP = 10.0
"""Seconds of data time between two judgements."""
SETTLED = 600.0
"""Seconds a source must have listened again before what it brought of the time in between is believed to be all."""
CAME_BACK = 0.5
"""Share of the usual that must have come afterwards of a time in which nobody listened, for it to be learned."""


class Memory:
    """Keeps the minutes of a scope; says which may be learned by now, and which came back after an outage."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self.tally: TallyDelta = {}
        """The minutes of the last hours, as the bus keeps them."""
        self.said: dict[int, MinuteTally] = {}
        """Start → minute, as the bus has it."""
        self.past: dict[int, MinuteTally] = {}
        """Start → minute of the last hours before it began, as the archive has it."""
        self._measures: dict[int, dict[str, int]] = {}
        self.learned = 0
        """Start of the first minute not yet learned."""
        self._deaf: set[int] = set()
        self._heard: float | None = None
        """Since when sources have been listening, if they have not all along."""
        self._missed = 0.0
        self._spoke = 0

    def take(self, tally: TallyDelta) -> None:
        """Take over buckets as they stand on the bus, instead of what was known of them."""
        for name, fields in only(tally, "m").items():
            if split(name)[0] == self._scope:
                before = self.tally.get(name, {})
                self._tell(name, before, before.keys() - fields.keys(), 0)
                self._tell(name, fields, (field for field, _ in fields.items() - before.items()))
                self.tally[name] = fields
                if not fields:
                    del self.tally[name]

    def add(self, delta: TallyDelta) -> None:
        """Add a delta; what does not concern this scope's minutes is left out."""
        mine = {name: fields for name, fields in only(delta, "m").items() if split(name)[0] == self._scope}
        merge(self.tally, mine)
        for name, fields in mine.items():
            self._tell(name, self.tally[name], fields)

    def _tell(self, name: str, fields: Mapping[str, int], changed: Iterable[str], times: int = 1) -> None:
        """Tell the minutes anew of which fields changed; `times` 0: those fields are gone."""
        first, touched = split(name)[2], set[int]()
        for field in changed:
            place, _, measure = field.partition(":")
            start = first + 60 * int(place)
            self._measures.setdefault(start, {})[measure] = times * fields[field]
            touched.add(start)
        for start in touched:
            self.said[start] = minute_of(start, self._measures[start])

    def recall(self, past: Sequence[MinuteTally], at: float) -> float:
        """Keep the last hours of what is known from before an instant, oldest first; return where it begins."""
        self.past = {minute.start: minute for minute in past if minute.count and minute.start >= at - KEPT - HOUR}
        return past[0].start if past else float("inf")

    def known(self) -> Mapping[int, MinuteTally]:
        """Return the minutes of the last hours by start, of bus and archive that which knows more."""
        if not self.past:
            return self.said
        more = {start: one for start, one in self.past.items() if one.count > getattr(self.said.get(start), "count", 0)}
        return self.said | more

    def recent(self, at: float) -> list[MinuteTally]:
        """Return the minutes of the last hour before an instant, the current one included, oldest first."""
        current = int(at) // 60 * 60
        return [self.said[start] for start in range(current - HOUR, current + 1, 60) if start in self.said]

    def listen(self, at: float, last: float, *, heard: bool) -> None:
        """Note whether anybody listens now; `last` is when that was noted last."""
        if not heard:
            self._deaf.update({int(at) // 60 * 60, int(at - STEP) // 60 * 60})
            self._heard = None
        elif self._deaf and self._heard is None:
            self._heard = at
        if at - last > 60.0 + STEP:
            self.learned = max(self.learned, int(at) // 60 * 60)

    def mute(self, at: float) -> bool:
        """Tell whether nobody can be listening, whatever the sources say: too much is missing for a lull.

        After a day the silence is believed.
        """
        return self._missed >= MISSED and at - self._spoke < GONE

    def back(self, at: float, rate: Callable[[float], float]) -> list[int]:
        """Return the minutes in which nobody listened and that came afterwards, once that can be told; once each."""
        if not self._deaf or self._heard is None or at - self._heard < SETTLED:
            return []
        deaf = sorted(start for start in self._deaf if start < self._heard and start >= self.learned)
        came = sum(self.said[start].count for start in deaf if start in self.said)
        self._deaf = {start for start in self._deaf if start >= self._heard}
        if came and came >= CAME_BACK * sum(map(rate, deaf)):
            return deaf
        self._deaf.update(deaf)
        return []

    def due(self, at: float) -> Iterator[MinuteTally | None]:
        """Yield the minutes that are to be learned now, oldest first; None for one that teaches nothing.

        While nobody listens, and until what came afterwards can be judged, learning waits; for three hours at most.
        """
        until = int(at - LATE) // 60 * 60
        waiting = self._heard is None or at - self._heard < SETTLED
        if self._deaf and waiting:
            until = max(min(until, *self._deaf), int(at - KEPT) // 60 * 60)
        for start in range(self.learned, until, 60):
            self.learned = start + 60
            yield None if start in self._deaf else self.said.get(start) or MinuteTally(start)
        self.learned = max(until, self.learned)
        self._deaf = {start for start in self._deaf if start >= self.learned}

    def quiet(self, minute: MinuteTally, rate: float) -> None:
        """Note how much is missing since somebody spoke last."""
        if minute.count:
            self._missed, self._spoke = 0.0, minute.start
        else:
            self._missed += rate

    def forget(self, at: float) -> None:
        """Drop what lies back too far."""
        for name in [name for name in self.tally if split(name)[2] < at - KEPT - HOUR]:
            self._drop(name)
        if self.past and next(reversed(self.past)) < at - KEPT - HOUR:
            self.past = {}

    def _drop(self, name: str) -> None:
        self.tally.pop(name, None)
        first = split(name)[2]
        for start in range(first, first + HOUR, 60):
            self.said.pop(start, None)
            self._measures.pop(start, None)


def shared(minute: MinuteTally) -> MinuteTally:
    """Return a minute of which nobody told the reach of negative ones with their share of the reach of all."""
    if not minute.negative or minute.negative_reach or not minute.count:
        return minute
    return replace(minute, negative_reach=minute.reach * minute.negative // minute.count)
