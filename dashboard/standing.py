"""How a source stands, in plain words: whether its silence means that nothing was said, or that nobody listens."""

from typing import Literal, NamedTuple

from app.domain.source import SourceState, hushed_since
from dashboard.hearing import ALIVE, PATIENCE, SILENT
from dashboard.i18n import Words

Kind = Literal["hears", "ready", "quiet", "hushed", "deaf", "waits", "held", "ended", "starts"]

SIGNS: dict[Kind, str] = {
    "hears": "✓",
    "ready": "✓",
    "quiet": "✓",
    "hushed": "✕",
    "deaf": "✕",
    "waits": "‖",
    "held": "‖",
    "ended": "■",
    "starts": "…",
}
"""Never a colour alone."""

MARKS: dict[Kind, str] = {"hears": "p", "ready": "p", "quiet": "p", "hushed": "n", "deaf": "n"}
"""Kind → class of its colour; the others have the colour of what is said beside."""

WORST: tuple[Kind, ...] = ("deaf", "hushed", "waits", "starts", "held", "hears", "quiet", "ready", "ended")
"""In which order sources are shown."""

BAD: tuple[Kind, ...] = ("deaf", "hushed")
ABLE: tuple[Kind, ...] = ("hears", "quiet", "ready")


class Standing(NamedTuple):
    """A source as a person wants to know it."""

    one: SourceState
    kind: Kind
    since: float
    """When that began."""

    @property
    def bad(self) -> bool:
        """Tell whether it should listen and does not."""
        return self.kind in BAD


STILL: dict[str, Kind] = {"held": "held", "stopped": "ended"}
"""What a source is whose report may be old: nobody need say so again."""


def standing(one: SourceState, now: float) -> Standing:
    """Return how a source stands at `now`."""
    if one.status in STILL:
        return Standing(one, STILL[one.status], one.since)
    if one.status == "starting" and now - one.since <= PATIENCE:
        return Standing(one, "starts", one.since)
    if now - one.reported_at > SILENT:
        return Standing(one, "deaf", one.reported_at)
    if one.status not in ALIVE:
        return Standing(one, "waits" if one.status == "paused" else "deaf", one.since)
    hushed = hushed_since(one, now)
    return Standing(one, _hearing(one), one.since) if hushed is None else Standing(one, "hushed", hushed)


def _hearing(one: SourceState) -> Kind:
    if one.status == "live" and one.cause != "quiet":
        return "hears"
    return "ready" if one.passive else "quiet"


def standings(sources: tuple[SourceState, ...], now: float) -> list[Standing]:
    """Return how all stand, the worst and longest first."""
    found = [standing(one, now) for one in sources]
    return sorted(found, key=lambda one: (WORST.index(one.kind), one.since if one.bad else 0.0, one.one.id))


def called(one: SourceState, say: Words, among: tuple[SourceState, ...] = ()) -> str:
    """Return what people call a source: its channel, and its id where several hear the same one."""
    name = say.channel(one.connector, one.id)
    alike = sum(other.connector == one.connector for other in among)
    return name if alike <= 1 or name == one.id else f"{name} ({one.id})"


def why(stands: Standing, say: Words, now: float) -> str:
    """Return the reason of its silence in a few words; empty while it hears."""
    one = stands.one
    if stands.kind == "hushed":
        return say.say("hearing.hushed_why", usual=say.figure(one.usual or 0.0))
    if stands.kind == "held":
        return say.say("sources.cause.person", actor=one.reason.partition(" ")[0])
    if stands.kind == "deaf" and now - one.reported_at <= SILENT:
        return say.say(f"sources.cause.{one.cause or 'unknown'}")
    cause = {"deaf": "unreported", "quiet": "quiet", "waits": "bus"}.get(stands.kind)
    return say.say(f"sources.cause.{cause}") if cause else ""


def pace(stands: Standing, say: Words) -> str:
    """Write what a source brings an hour, against the usual where that is known."""
    one = stands.one
    if one.rate is None:
        return ""
    if one.usual is None:
        return say.say("sources.rate", rate=say.figure(one.rate))
    return say.say("sources.of_usual", rate=say.figure(one.rate), usual=say.figure(one.usual))
