import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.analysis import Analysis, Evidence, Intent, Sentiment
from app.domain.instant import from_rfc3339
from app.domain.mention import KINDS, Author, Deletion, Engagement, Mention
from app.domain.wire import read, write
from app.errors import MentionError

NOW = 1_795_291_200.0
GOOD = {
    "channel": "bluesky",
    "id": "at://did:plc:x/app.bsky.feed.post/1",
    "published_at": "2026-11-21T18:00:00Z",
    "kind": "reply",
    "text": "Licht an",
    "url": "https://bsky.app/x",
    "language": "de",
    "author": {
        "id": "did:plc:x",
        "handle": "x",
        "name": "X",
        "followers": 120,
        "verified": False,
        "url": "https://x.de",
        "created_at": "2019-05-02T10:00:00+02:00",
    },
    "in_reply_to": "at://y",
    "engagement": {"likes": 1, "replies": 2, "reposts": 3, "views": None},
    "place": "Kiel",
    "rating": 4.5,
    "edited_at": "2026-11-21T19:00:00+01:00",
}

LABELS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
IDS = LABELS.filter(str.strip)
COUNTS = st.integers(0, 10**9)
INSTANTS = st.integers(int(NOW - 10**9) * 1000, int(NOW) * 1000).map(lambda ms: ms / 1000)
MENTIONS = st.builds(
    Mention,
    channel=st.sampled_from(["bluesky", "push", "x.com"]),
    id=IDS,
    published_at=INSTANTS,
    text=LABELS,
    author=st.builds(
        Author,
        id=IDS,
        handle=st.none() | LABELS,
        name=st.none() | LABELS,
        followers=st.none() | COUNTS,
        verified=st.booleans(),
        url=st.none() | LABELS,
        created_at=st.none() | INSTANTS,
    ),
    kind=st.sampled_from(KINDS),
    url=st.none() | LABELS,
    language=st.none() | st.sampled_from(["de", "en"]),
    in_reply_to=st.none() | LABELS,
    quotes=st.none() | LABELS,
    engagement=st.builds(Engagement, likes=COUNTS, replies=COUNTS, reposts=COUNTS, views=st.none() | COUNTS),
    place=st.none() | LABELS,
    rating=st.none() | st.floats(-100, 100),
    edited_at=st.none() | INSTANTS,
    demo=st.booleans(),
)


def line(**changes):
    return json.dumps({**GOOD, **changes})


def mistake_of(data):
    """Return the event, or the mistake; anything else is a failure."""
    try:
        return read(data, NOW)
    except MentionError as error:
        return error


@given(MENTIONS)
def test_what_is_written_is_read_again(mention):
    edited = mention.edited_at
    again = read(json.dumps(write(mention)), NOW)
    assert again == replace(mention, revision=0 if edited is None else int(edited * 1_000_000))


@given(
    st.binary()
    | st.text()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*GOOD, "deleted_at"]) | st.text(), inner),
    ).map(json.dumps)
)
@settings(max_examples=500)
def test_anything_is_a_mention_a_deletion_or_a_named_mistake(data):
    event = mistake_of(data)
    assert isinstance(event, Mention | Deletion) or (event.field and str(event).endswith("."))


@given(
    st.sampled_from([*GOOD, "deleted_at"]), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())
)
@settings(max_examples=500)
def test_one_odd_field_never_breaks_the_reading(field, value):
    event = mistake_of(line(**{field: value}))
    assert isinstance(event, Mention | Deletion) or event.field.split(".")[0] in {field, "line"}


@pytest.mark.parametrize(
    ("data", "field", "says"),
    [
        ("", "line", "JSON"),
        ("[]", "line", "object"),
        (b"\xff", "line", "JSON"),
        ('{"channel":"\ud800"}', "line", "UTF-8"),
        ('{"a":' * 100_000, "line", "JSON"),
        ('{"channel":"x"}', "id", "required"),
        (line(author={}), "author.id", "required"),
        (line(author={"id": " "}), "author.id", "empty"),
        (line(author={"id": "x", "followers": -1}), "author.followers", "no count"),
        (line(id="x" * 3000), "id", "2,048"),
        (line(channel="Zwei Worte"), "channel", "short name"),
        (line(kind="tweet"), "kind", "choose one of post, reply"),
        (line(text=None), "text", "str"),
        (line(text="x" * 100_001), "text", "100,000"),
        (line(engagement={"likes": 10**13}), "engagement.likes", "no count"),
        (line(rating=1e300), "rating", "4.5"),
        (line(published_at="gestern"), "published_at", "RFC 3339"),
        (line(published_at="2026-11-21T18:00:00"), "published_at", "offset"),
        (line(published_at="2026-13-21T18:00:00Z"), "published_at", "RFC 3339"),
        (line(published_at="2027-11-21T18:00:00Z"), "published_at", "future"),
        (line(published_at="1970-01-01T00:00:00Z"), "published_at", "1990"),
        (line(published_at="0001-01-01T00:00:00+23:00"), "published_at", "clock"),
        (line(edited_at="x"), "edited_at", "RFC 3339"),
        (line(deleted_at=7), "deleted_at", "str"),
        (line(deleted_at="x"), "deleted_at", "RFC 3339"),
    ],
)
def test_a_mistake_names_its_field(data, field, says):
    with pytest.raises(MentionError) as caught:
        read(data, NOW)
    assert caught.value.field == field
    assert says in str(caught.value)


def test_the_least_a_mention_needs():
    least = {key: GOOD[key] for key in ("channel", "id", "published_at", "text")} | {"author": {"id": "x"}}
    mention = read(json.dumps(least | {"unknown": {"is": "ignored"}}), NOW)
    assert mention == Mention("bluesky", GOOD["id"], NOW - 7200.0, "Licht an", Author("x"))


def test_channels_are_lower_case_clocks_may_differ_and_seconds_may_leap():
    assert read(line(channel="Bluesky"), NOW).channel == "bluesky"
    assert read(line(published_at="2026-11-21T20:09:00z"), NOW).published_at == NOW + 540
    assert read(line(published_at="2016-12-31T23:59:60Z"), NOW).published_at == 1_483_228_799.0


def test_an_edit_is_ordered_by_its_instant_and_a_deletion_needs_no_text():
    assert read(line(), NOW).revision == int((NOW - 7200) * 1_000_000)
    gone = read('{"channel":"bluesky","id":"a","deleted_at":"2026-11-21T19:00:00+01:00"}', NOW)
    assert gone == Deletion("bluesky", "a", NOW - 7200)


def test_the_findings_are_written_beside_the_mention():
    mention = replace(read(line(language=None), NOW), key="k", brands=("nordlicht",), source="live")
    span = Evidence("an", 6, 8, -0.5)
    analysis = Analysis(
        "de", Sentiment("negative", 0.7, 0.2, 0.1, (span,)), (Intent("question", 0.9, (span,)),), ("licht",)
    )
    written = write(mention, analysis)
    assert written["key"] == "k"
    assert written["brands"] == ["nordlicht"]
    assert written["language"] == "de"
    assert written["sentiment"]["label"] == "negative"
    assert written["sentiment"]["evidence"] == [{"text": "an", "start": 6, "end": 8, "weight": -0.5}]
    assert written["intents"][0]["label"] == "question"
    assert written["terms"] == ["licht"]
    json.dumps(written)


def test_when_an_account_was_opened_is_read_and_must_be_an_instant():
    assert read(line(), NOW).author.created_at == from_rfc3339("2019-05-02T08:00:00Z")
    for wrong in ("yesterday", "2019-05-02", "2999-01-01T00:00:00Z"):
        mistake = mistake_of(line(author={**GOOD["author"], "created_at": wrong}))
        assert mistake.field == "author.created_at"
