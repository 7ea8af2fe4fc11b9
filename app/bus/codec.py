"""How things cross the bus: array-like msgpack behind one byte that names the format.

A later release reads what an earlier one wrote: fields are only ever added at the end with a default; whatever else
changes gets the next format byte and a reader for the old one.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

from app.domain.analysis import AnalysedMention
from app.domain.correction import StreamEvent
from app.domain.mention import Deletion, Heartbeat
from app.domain.tally import Contribution, Profile, TallyDelta
from app.errors import EmberwatchError

FORMAT = b"\x01"
T = TypeVar("T")


class UnreadableEntry(EmberwatchError):
    """Bytes on the bus that no release of Emberwatch has written, or only a newer one."""


class Codec(Generic[T]):
    """Writes and reads values of one type."""

    def __init__(self, of: Any) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(of)

    def encode(self, value: T) -> bytes:
        """Return the value as bytes."""
        return FORMAT + self._encoder.encode(value)

    def decode(self, data: bytes) -> T:
        """Return the value; raise `UnreadableEntry` if the bytes are not one."""
        if data[:1] != FORMAT:
            raise UnreadableEntry(f"An entry on the bus has the unknown format {data[:1].hex() or 'nothing'}.")
        try:
            return self._decoder.decode(memoryview(data)[1:])
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise UnreadableEntry(f"An entry on the bus cannot be read: {error}.") from error


EVENT: Codec[StreamEvent] = Codec(StreamEvent)
PAYLOAD: Codec[AnalysedMention | Deletion | Heartbeat] = Codec(AnalysedMention | Deletion | Heartbeat)
CONTRIBUTION: Codec[Contribution] = Codec(Contribution)
PROFILE: Codec[Profile] = Codec(Profile)
TALLY: Codec[TallyDelta] = Codec(TallyDelta)


def said(fields: Mapping[bytes, bytes]) -> tuple[int, bytes]:
    """Return version and event of an entry of `mentions:{p}`; a new mention has one field."""
    if len(fields) == 1:
        return 1, next(iter(fields.values()))
    return int(fields[b"v"]), fields.get(b"e", b"")
