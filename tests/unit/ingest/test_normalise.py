import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.mention import Author, Engagement, Mention
from ingest.normalise import clean, normalise, sane_url

NOW = 1_795_000_000.0
SAID = Mention("x", "1", NOW - 5, "Hallo", Author("a"))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Hallo \n", "Hallo"),
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("&amp;lt;b&amp;gt; &#39;x&#x27; &quot;", "<b> 'x' \""),
        ("a&para=1&copy=2;", "a&para=1&copy=2;"),
        ("&nbsp;x", "x"),
        ("&#0;x", "\ufffdx"),
        ("Zeile\r\nzwei\rdrei", "Zeile\nzwei\ndrei"),
        ("a\x00b\u202ec\ud800", "abc"),
        ("u\u0308ber", "über"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("x" * 200_000, "x" * 100_000),
    ],
)
def test_text(raw, text):
    assert clean(raw) == text


@given(st.text())
def test_clean_text_is_utf8_in_nfc_without_controls(raw):
    text = clean(raw)
    text.encode()
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(mark) == "Cc" and mark not in "\n\t" for mark in text)


@pytest.mark.parametrize(
    ("url", "sane"),
    [
        ("https://nordlicht.de/a?b=c", True),
        ("http://x", True),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://x y", False),
        ("https://[", False),
        ("ftp://x", False),
        ("https://x.de/" + "a" * 3000, False),
        ("https://x\x00.de", False),
        (None, False),
    ],
)
def test_only_plain_web_addresses_are_kept(url, sane):
    assert sane_url(url) == (url if sane else None)


def test_fields_are_bounded_and_nothing_is_later_than_its_arrival():
    wild = replace(
        SAID,
        published_at=NOW + 300,
        edited_at=NOW + 400,
        kind="odd",
        url="data:x",
        language=" de ",
        place="\n",
        author=Author("a", "h\nh", "N" * 999, -5, verified=True, url="x"),
        engagement=Engagement(10**15, -1, 2, 3),
    )
    tame = normalise(wild, "live", NOW, key="k", demo=True)
    assert (tame.published_at, tame.edited_at, tame.received_at) == (NOW, NOW, NOW)
    assert (tame.kind, tame.url, tame.language, tame.place) == ("post", None, "de", None)
    assert tame.author == Author("a", "h h", "N" * 300, 0, verified=True, url=None)
    assert tame.engagement == Engagement(10**12, 0, 2, 3)
    assert (tame.source, tame.key, tame.demo) == ("live", "k", True)


def test_a_plain_mention_keeps_what_it_says():
    assert normalise(SAID, "live", NOW) == replace(SAID, source="live", received_at=NOW)
