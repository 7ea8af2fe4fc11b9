import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.wires.hackernews import Told, item, number, updates


def said(**fields):
    return json.dumps({"id": 7, "type": "comment", "by": "anna", "time": 1_795_000_000, "text": "x", **fields}).encode()


def test_what_is_not_there_says_nothing():
    assert item(b"null") == Told()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"{", "an item that breaks the contract"),
        (b'{"id":"7"}', "an item that breaks the contract"),
        (said(time="now"), "an item that breaks the contract"),
        (said(by=""), "an item without author or time"),
        (said(time=0), "an item without author or time"),
    ],
)
def test_what_cannot_be_read_says_why(body, fault):
    assert item(body) == Told(fault=fault)


def test_replies_are_counted_where_nobody_counts_descendants():
    assert item(said(kids=[8, 9])).mention.engagement.replies == 2
    assert item(said(kids=[8, 9], descendants=5)).mention.engagement.replies == 5


def test_numbers_and_updates_are_read_or_not():
    assert (number(b"12"), number(b"null"), number(b'"12"')) == (12, None, None)
    assert (updates(b'{"items":[1,2],"profiles":["x"]}'), updates(b"[]")) == ([1, 2], None)


@given(st.binary())
def test_no_bytes_break_the_reader(body):
    item(body)
    number(body)
    updates(body)
