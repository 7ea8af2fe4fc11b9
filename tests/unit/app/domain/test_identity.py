import re
from base64 import b32encode
from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import Identity

SECRET = b"s" * 32
IDENTITY = Identity(SECRET)
text = st.text(max_size=40)


@given(text, text)
def test_a_key_is_the_same_every_time_and_short(channel, native):
    key = IDENTITY.key(channel, native)
    assert key == Identity(SECRET).key(channel, native)
    assert re.fullmatch(r"[a-z2-7]{24}", key)


@given(text, text)
def test_a_key_gives_nothing_away_without_the_secret(channel, native):
    assert IDENTITY.key(channel, native) != Identity(b"t" * 32).key(channel, native)


@given(text, text)
def test_authors_and_mentions_never_share_a_key(channel, native):
    assert IDENTITY.key(channel, native) != IDENTITY.author(channel, native)


def test_channels_are_told_apart():
    assert len({IDENTITY.key("a", "bc"), IDENTITY.key("ab", "c"), IDENTITY.key("b", "bc")}) == 3


@given(text, text)
def test_keys_are_keyed_blake2b_in_lower_case_base32(channel, native):
    digest = blake2b(f"{channel}\0{native}".encode(), digest_size=15, key=SECRET, person=b"author").digest()
    assert IDENTITY.author(channel, native) == b32encode(digest).decode().lower()
