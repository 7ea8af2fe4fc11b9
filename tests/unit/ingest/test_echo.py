"""Whoever passes something on without a word of their own has the voice of it."""

import pytest

from app.bus.port import Entry, Labelled
from app.domain.analysis import NOT_ANALYSED, AnalysedMention, Analysis
from app.domain.identity import Identity
from app.domain.mention import Author, Heartbeat, Mention
from app.domain.tally import Contribution
from ingest.echo import voiced
from tests.fixtures.stream import MentionStream

pytestmark = pytest.mark.anyio
IDENTITY = Identity(b"test")
VOICE = "00000000000000ff"


def analysed(ident: str, voice: str = "", **more: object) -> tuple[Entry, AnalysedMention]:
    mention = Mention("forum", ident, 0.0, "", Author("a"), key=IDENTITY.key("forum", ident), **more)
    found = Analysis("de", NOT_ANALYSED.sentiment, voice=voice)
    return Entry(0, f"{ident}-0", 1, mention), AnalysedMention(mention, found)


def voices(batch: list[tuple[Entry, object]]) -> list[str]:
    return [one.analysis.voice for _, one in batch if isinstance(one, AnalysedMention)]


async def test_the_original_may_be_in_the_same_batch():
    batch = [analysed("2", kind="repost", quotes="1"), analysed("1", VOICE)]
    stream = MentionStream()
    assert voices(await voiced(stream, IDENTITY, batch)) == [VOICE, VOICE]
    assert stream.asked == []


async def test_the_original_may_be_counted_already():
    stream = MentionStream()
    part = Contribution(("n",), 0.0, "neutral", "forum", "post", 0, "a", (), voice=VOICE)
    stream.counted = {IDENTITY.key("forum", "1"): Labelled(1, part), IDENTITY.key("forum", "3"): Labelled(2, None)}
    batch = [
        analysed("2", kind="repost", in_reply_to="1"),
        analysed("4", kind="repost", quotes="3"),
        analysed("5", kind="repost", quotes="unknown"),
        analysed("6", kind="repost"),
        (Entry(0, "7-0", 1, Heartbeat(0.0)), Heartbeat(0.0)),
    ]
    assert voices(await voiced(stream, IDENTITY, batch)) == [VOICE, "", "", ""]
    assert len(stream.asked) == 1


async def test_who_has_words_of_their_own_keeps_their_voice():
    stream = MentionStream()
    batch = [analysed("2", "0" * 16, kind="repost", quotes="1"), analysed("3", kind="quote", quotes="1")]
    assert await voiced(stream, IDENTITY, batch) == batch
    assert stream.asked == []
