import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bus.codec import CONTRIBUTION, EVENT, PAYLOAD, TALLY, UnreadableEntry
from app.domain.analysis import AnalysedMention, Analysis, Evidence, Sentiment
from app.domain.mention import Author, Deletion, Heartbeat, Mention
from app.domain.tally import Contribution

words = st.text(max_size=20)
instants = st.floats(0, 4e9)
mentions = st.builds(
    Mention, words, words, instants, words, st.builds(Author, words, followers=st.none() | st.integers(0, 10**9))
)
sentiments = st.builds(
    Sentiment,
    st.sampled_from(["negative", "uncertain"]),
    *[st.floats(0, 1)] * 3,
    st.tuples(st.builds(Evidence, words, st.integers(0, 99), st.integers(0, 99), st.floats(-1, 1))),
)
analysed = st.builds(AnalysedMention, mentions, st.builds(Analysis, words, sentiments, terms=st.tuples(words, words)))


@given(mentions | st.builds(Deletion, words, words, instants) | st.builds(Heartbeat, instants))
def test_events_come_back_as_they_went(event):
    assert EVENT.decode(EVENT.encode(event)) == event


@given(analysed)
def test_analysed_mentions_come_back_as_they_went(payload):
    assert PAYLOAD.decode(PAYLOAD.encode(payload)) == payload


@given(st.dictionaries(words, st.dictionaries(words, st.integers(-(2**53), 2**53))))
def test_tallies_come_back_as_they_went(delta):
    assert TALLY.decode(TALLY.encode(delta)) == delta


@given(st.binary(max_size=60))
def test_bad_bytes_raise_one_error(data):
    for bytes_ in (data, b"\x01" + data):
        try:
            event = EVENT.decode(bytes_)
        except UnreadableEntry:
            continue
        assert isinstance(event, Mention | Deletion | Heartbeat)


def test_a_newer_format_is_named():
    with pytest.raises(UnreadableEntry, match="unknown format 07"):
        EVENT.decode(b"\x07" + EVENT.encode(Heartbeat(1.0))[1:])


def test_an_entry_of_an_earlier_release_that_knew_fewer_fields_is_read():
    earlier = b"\x01" + msgspec.msgpack.encode([["acme"], 1.0, "neutral", "x", "post", 3, "author", []])
    assert CONTRIBUTION.decode(earlier) == Contribution(("acme",), 1.0, "neutral", "x", "post", 3, "author", ())
