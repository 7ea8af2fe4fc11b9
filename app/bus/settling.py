"""Settling: tallies, stream, newest mentions and acknowledgement change in one Lua call or not at all."""

from collections.abc import Mapping, Sequence

import msgspec

from app.bus import keys
from app.bus.codec import CONTRIBUTION, EVENT, PAYLOAD, PROFILE, TALLY, said
from app.bus.connection import Connection, guarded
from app.bus.live import LIVE
from app.bus.memory import remembered
from app.bus.port import Delta, Entry, Labelled, Settled
from app.clock import Clock
from app.domain.analysis import AnalysedMention
from app.domain.correction import Correction
from app.domain.mention import Deletion, Heartbeat, Mention
from app.domain.tally import Profile, TallyDelta, only, remains

NEWEST = 50
_pack = msgspec.msgpack.Encoder()
Word = str | int | float | bytes


class Settling:
    """The analysis service's way out."""

    _connection: Connection
    _clock: Clock

    @guarded
    async def contributions(self, mention_keys: Sequence[str]) -> dict[str, Labelled]:
        """Return what is counted at present for those mention keys; missing where nothing is."""
        states = await remembered(self._connection, mention_keys)
        return {
            key: Labelled(int(state.counted), CONTRIBUTION.decode(state.contribution) if state.contribution else None)
            for key, state in states.items()
            if state.counted
        }

    @guarded
    async def overtakes(self, entry: Entry) -> bool:
        """Return whether a worker still holds an earlier entry of the same mention; for an edit, a correction."""
        if not isinstance(entry.event, Mention | Deletion):
            return False
        stream = keys.stream(entry.partition, keys.MENTIONS)
        states = await remembered(self._connection, [entry.event.key])
        for earlier in states[entry.event.key].entries if states else ():
            if earlier == entry.id:
                break
            group = keys.GROUPS[keys.MENTIONS][0]
            counts = isinstance(entry.event, Deletion) or await self._correction(stream, earlier)
            if counts and await self._connection.client.xpending_range(stream, group, earlier, earlier, 1):
                return True
        return False

    async def _correction(self, stream: str, entry: str) -> bool:
        found = await self._connection.client.xrange(stream, entry, entry)
        return bool(found) and isinstance(EVENT.decode(said(found[0][1])[1]), Correction)

    @guarded
    async def settle(
        self,
        partition: int,
        consumer: str,
        settled: Sequence[Settled],
        tally: TallyDelta,
        profiles: Mapping[str, Profile],
        at: float,
    ) -> list[str]:
        """Settle a batch; return the entries that are no longer ours, in which case nothing has changed."""
        beats = [item.payload.at for item in settled if isinstance(item.payload, Heartbeat)]
        cards = _cards(settled)
        minutes = only(tally, "m")
        live = Delta(
            partition,
            0,
            max(beats, default=0.0),
            tally,
            tuple(item.payload for item in cards.values() if isinstance(item.payload, AnalysedMention)),
            tuple(item.key for item in settled if item.key and _vanishes(item)),
            dict(profiles),
            at,
        )
        authors = _authors(settled, profiles)
        now = self._clock.now()
        lasting = {name: fields for name, fields in tally.items() if fields and keys.expiry(name) > now}
        order = sorted((item.id for item in settled), key=_moment)
        arguments: list[Word] = [keys.prefix(partition), keys.GROUPS[keys.MENTIONS][0], consumer, order[0], order[-1]]
        arguments += [
            repr(at),
            repr(max(beats)) if beats else "",
            LIVE.encode(live),
            TALLY.encode(minutes) if minutes else b"",
        ]
        arguments += [len(settled), len(lasting), len(authors)]
        for item in settled:
            arguments += _row(item, _place(item, at) if item.id in cards else "")
        for name, fields in lasting.items():
            arguments += [name, keys.expiry(name), len(fields)]
            for field, number in fields.items():
                arguments += [field, number]
        for author, living in authors.items():
            shown = profiles.get(author)
            arguments += [author, PROFILE.encode(shown) if shown else b"", living]
        arguments += [keys.shelf(at), 2 * keys.AUTHOR_KEPT]
        streams = [keys.stream(partition, keys.MENTIONS), keys.stream(partition, keys.ANALYSED)]
        foreign: list[bytes] = await self._connection.scripts.settle(streams, arguments)
        return [entry.decode() for entry in foreign]


def _moment(entry: str) -> tuple[int, int]:
    """Return an entry's place in its stream."""
    moment, _, number = entry.partition("-")
    return int(moment), int(number)


def _vanishes(item: Settled) -> bool:
    """Return whether the card of an earlier version has to go."""
    return isinstance(item.payload, Deletion) or (item.contribution is not None and not item.contribution.brands)


def _cards(settled: Sequence[Settled]) -> dict[str, Settled]:
    """Return by entry the items that are among the newest `NEWEST` of a brand in this batch."""
    room: dict[str, int] = {}
    cards: dict[str, Settled] = {}
    for item in sorted(settled, key=_published, reverse=True):
        if not isinstance(item.payload, AnalysedMention):
            continue
        brands = item.payload.mention.brands
        if any(room.get(brand, 0) < NEWEST for brand in brands):
            cards[item.id] = item
        for brand in brands:
            room[brand] = room.get(brand, 0) + 1
    return cards


def _published(item: Settled) -> float:
    return item.payload.mention.published_at if isinstance(item.payload, AnalysedMention) else 0.0


def _place(item: Settled, at: float) -> str:
    """Return where a card stands in the newest list; one that claims to come from the future stands at its arrival."""
    return repr(min(_published(item), at))


def _authors(settled: Sequence[Settled], profiles: Mapping[str, Profile]) -> dict[str, int]:
    """Return by author how many living mentions they have more: a profile goes with the last of them."""
    living = dict.fromkeys(profiles, 0)
    for item in settled:
        if item.before is not None and item.before.brands and item.before.author:
            living[item.before.author] = living.get(item.before.author, 0) - 1
        after = item.contribution
        if isinstance(item.payload, AnalysedMention) and after is not None and after.brands and after.author:
            living[after.author] = living.get(after.author, 0) + 1
    return living


def _remembered(item: Settled) -> bytes:
    """Return what the archive needs of a mention whose deletion may overtake it: nothing of its author and words."""
    if item.before is None or not isinstance(item.payload, Deletion):
        return b""
    return CONTRIBUTION.encode(remains(item.before))


def _row(item: Settled, place: str) -> list[Word]:
    """Return what `settle.lua` wants to know of an item; of a new mention that is on no card the least."""
    row: list[Word] = [item.id, item.key, item.version, PAYLOAD.encode(item.payload)]
    row += [CONTRIBUTION.encode(item.contribution) if item.contribution else b"", _remembered(item)]
    if item.version == 1 and item.expected == 0 and not place and item.before is None and item.contribution:
        return [*row, b""]
    brands = item.contribution.brands if item.contribution else ()
    before = item.before.brands if item.before else ()
    rest = (item.expected, brands, before, place, isinstance(item.payload, Deletion))
    return [*row, _pack.encode(rest)]
