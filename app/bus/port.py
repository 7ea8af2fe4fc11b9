"""The bus as a port: what the services may ask of it. `app.bus.redis` is the one implementation.

Every key a Lua call touches carries the hash tag `{p<partition>}`, so a cluster spreads partitions.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from app.bus.correcting import Taken
from app.bus.notices import Notices
from app.domain.analysis import AnalysedMention
from app.domain.correction import Correction, StreamEvent
from app.domain.letter import Letter, Retried
from app.domain.mention import Deletion, Heartbeat, Mention
from app.domain.tally import Contribution, Profile, TallyDelta


class Accepted(msgspec.Struct, frozen=True):
    """What became of a published batch; the counts sum to its length."""

    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    deleted: int = 0
    unmatched: int = 0
    """No brand and not known, or a deletion of something unknown."""


class Fence(msgspec.Struct, frozen=True):
    """Proof that nobody newer does this work: the name of a lease and its token, checked by every partition."""

    name: str
    token: int


class Behind(msgspec.Struct, frozen=True):
    """How far a consumer group is behind in one partition."""

    group: str
    partition: int
    entries: int
    """Entries not yet settled: pending, or not yet delivered."""
    limit: int
    served: bool = True
    """Whether any consumer has asked for entries within the last minute."""

    @property
    def sentence(self) -> str:
        """What to tell a person, without its full stop."""
        said = f"{self.group} is {self.entries:,} entries behind, at most {self.limit:,} may wait"
        return said if self.served else f"{said}, and nobody serves it; start `emberwatch run {self.group}`"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of the stream `mentions:{p}`, delivered to a consumer; `event` is None if it was wiped meanwhile."""

    partition: int
    id: str
    version: int
    """1 for a new mention, then one more for each edit and for the deletion; per mention key."""
    event: StreamEvent | None
    deliveries: int = 1


class Settled(msgspec.Struct, frozen=True, gc=False):
    """One entry as the analysis service settles it.

    `expected` is the version whose contribution the delta takes out (0: none), as read by `contributions()`;
    `contribution` is the one to remember from now on: the new one, for a deletion what stays counted without author and
    terms, None for a heartbeat.
    """

    id: str
    key: str
    version: int
    expected: int
    payload: AnalysedMention | Deletion | Heartbeat
    contribution: Contribution | None
    before: Contribution | None = None
    """What an edit or a deletion replaced."""


class Labelled(msgspec.Struct, frozen=True):
    """What the bus remembers of a mention key: the version counted in the tallies and its contribution."""

    version: int
    contribution: Contribution | None


class Delta(msgspec.Struct, frozen=True, array_like=True):
    """One message on `live:{p}`; a gap in `seq` means: read the state again."""

    partition: int
    seq: int
    watermark: float
    """Instant of the latest heartbeat that went through analysis."""
    tally: TallyDelta
    newest: tuple[AnalysedMention, ...] = ()
    gone: tuple[str, ...] = ()
    """Keys of mentions that were deleted or no longer match: cards to take away."""
    profiles: dict[str, Profile] = {}
    """Author key → how to show them."""
    at: float = 0.0
    """Instant the batch was settled."""


class Analysed(msgspec.Struct, frozen=True, gc=False):
    """What an entry of `analysed:{p}` holds, delivered to the archive; several may share an entry and its id.

    Exactly one of `payload` and `delta` is set: a settled entry, or the tally delta of its whole batch
    (grain `m` only) with the instant it was settled.
    """

    partition: int
    id: str
    at: float
    version: int = 0
    payload: AnalysedMention | Deletion | Heartbeat | None = None
    before: Contribution | None = None
    """What a deletion replaced, without author and terms."""
    delta: TallyDelta | None = None


class Snapshot(msgspec.Struct, frozen=True):
    """The state of the tallies as it can be re-read at any time; `seq` by partition."""

    seq: dict[int, int]
    watermark: float
    tally: TallyDelta
    newest: dict[str, tuple[AnalysedMention, ...]]
    """Brand → at most 50 mentions, newest first."""
    profiles: dict[str, Profile]


class Bus(Notices, Protocol):
    """Streams, tallies, live deltas and notices. Every method raises `BusUnavailable` while Redis does not answer."""

    async def open(self) -> None:
        """Connect, load the scripts, create the consumer groups; groups exist before the first publish."""

    async def close(self) -> None:
        """Disconnect."""

    async def publish(self, events: Sequence[Mention | Deletion], *, fence: Fence | None = None) -> Accepted:
        """Accept a batch durably: drop known ids, append the rest, ONE Lua call per partition.

        Events carry `key` and `brands`. A known key with a newer revision (or, without revisions, another text) is
        an edit; a known key is accepted even with no brands; an unknown one without brands is unmatched. A deletion
        leaves a tombstone. Raises `Backpressure` while a group's lag is over its limit, and `LeaseLost` if a partition
        has seen a newer token of the fence; then a part may be accepted, and giving all of it again is safe.
        """

    async def behind(self) -> list[Behind]:
        """Return the groups whose lag is over its limit, the furthest behind first."""

    async def known(self, keys: Sequence[str]) -> dict[str, tuple[str, ...] | None]:
        """Return by mention key what it counts for, None for a deleted one; missing where nothing is remembered."""

    async def recent_by(self, authors: Collection[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
        """Return by (channel, author id) the ids of mentions perhaps not archived yet; ask before the archive."""

    async def remember(self, key: str, version: int, revision: int, contribution: Contribution | None) -> None:
        """Teach the deduplication a mention older than its memory (8 days); None: a tombstone."""

    async def correct(self, correction: Correction, version: int) -> Taken:
        """Append what a person says of a mention as its next version, durably, if `version` is its latest and counted.

        Nothing is appended while another version is under way, after a deletion, or where nothing is remembered:
        then read the mention again, or `remember` it first.
        """

    async def beat(self, at: float) -> None:
        """Append a heartbeat to every partition."""

    async def read(self, group: str, consumer: str, count: int = 500, block_ms: int = 1000) -> list[Entry]:
        """Deliver new entries of `mentions:{p}` to a consumer of the group `analysis`, waiting up to `block_ms`."""

    async def claim(self, group: str, consumer: str, idle_ms: int = 30_000, count: int = 500) -> list[Entry]:
        """Take over entries of `mentions:{p}` that another consumer left idle; and a consumer's own after a restart."""

    async def contributions(self, keys: Sequence[str]) -> dict[str, Labelled]:
        """Return what is counted at present for those mention keys; missing where nothing is."""

    async def overtakes(self, entry: Entry) -> bool:
        """Return whether an earlier entry of the same mention is still held by some worker."""

    async def settle(
        self,
        partition: int,
        consumer: str,
        settled: Sequence[Settled],
        tally: TallyDelta,
        profiles: Mapping[str, Profile],
        at: float,
    ) -> list[str]:
        """Settle a batch in ONE Lua call; each key at most once in it.

        Checks that every entry is still pending for this consumer and that its key is counted at `expected`. If not,
        changes nothing and returns the ids that are no longer ours (reduce again what is left). Otherwise: append to
        `analysed:{p}`, merge `tally`, remember contributions, update newest lists and the watermark, publish the
        delta with the next `seq`, XACK; returns [].
        """

    async def bury(self, partition: int, entry: Entry, reason: str) -> None:
        """Move an entry that cannot be analysed to the dead letters and acknowledge it; a wiped one only the latter.

        Raises `BusUnavailable` while as many wait as may be set aside: none is ever thrown away.
        """

    async def attempt(self, entry: Entry) -> int:
        """Count an attempt at an entry that may be what kills its workers; return how many there were with this one."""

    async def letters(self) -> list[Letter]:
        """Return every dead letter, the oldest of each partition first."""

    async def waiting_letters(self) -> int:
        """Return how many dead letters there are."""

    async def retry_letter(self, letter: Letter) -> Retried:
        """Put a dead letter back to be analysed under its own version, unless it was deleted or overtaken."""

    async def drop_letter(self, letter: Letter) -> bool:
        """Wipe a dead letter; False if it is not there any more."""

    async def read_analysed(self, group: str, consumer: str, count: int = 500, block_ms: int = 1000) -> list[Analysed]:
        """Deliver up to `count` entries of `analysed:{p}` to a consumer of the group `archive`; first its own pending.

        An entry is delivered whole, and may hold several mentions; together they are acknowledged.
        """

    async def acknowledge(self, group: str, entries: Sequence[Analysed]) -> None:
        """XACK entries of `analysed:{p}`, after what they caused is committed."""

    async def set_aside(self, group: str, entry: Analysed, reason: str) -> None:
        """Make a dead letter of an entry of `analysed:{p}` that cannot be kept; the others of its pack come again."""

    async def trim(self) -> int:
        """Trim every stream below the minimum over its groups of (lowest pending, else last delivered)."""

    async def snapshot(self, brands: Sequence[str], since: float) -> Snapshot:
        """Read the state again: all buckets of `brands` that end after `since`, newest mentions, profiles, seq."""

    async def probe(self) -> None:
        """Write a word to every partition: raises `BusUnavailable`, whose `kind` says why, if that cannot be done."""

    async def watermark(self) -> float:
        """Return up to which instant every partition is analysed, by its latest heartbeat; 0 before the first."""

    async def minutes(self, brands: Sequence[str], since: float, until: float) -> TallyDelta:
        """Return the buckets of minutes that reach from one instant to another; one without mentions is empty."""

    def deltas(self) -> AsyncIterator[Delta | None]:
        """Yield live deltas of all partitions for ever, reconnecting; None after each (re)subscription: re-read."""

    async def lag(self) -> dict[str, int]:
        """Return stream entries not yet settled by group: `analysis`, `archive`."""
