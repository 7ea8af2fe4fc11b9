import pytest
from msgspec.structs import replace

from app.domain.mention import Author, AuthorRemoval, Deletion, Mention
from app.domain.wire import EARLIEST
from ingest.sound import unsound
from ingest.wires.heard import Heard

NOW = 1_795_000_000.0
SAID = Mention("x", "1", NOW, "Nordlicht", Author("anna"))
ENDLESS = "x" * 5_000


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        (SAID, ""),
        (replace(SAID, id="märz", in_reply_to="2", quotes="3", edited_at=NOW, rating=4.0), ""),
        (replace(SAID, id=" "), "an empty id"),
        (replace(SAID, id=ENDLESS), "an id of more than"),
        (replace(SAID, id="\ud800"), "an id that is no text"),
        (replace(SAID, author=Author("")), "an empty author id"),
        (replace(SAID, in_reply_to=" "), "an empty in_reply_to"),
        (replace(SAID, quotes=ENDLESS), "an quotes of more than"),
        (replace(SAID, published_at=float("nan")), "a published_at that is no instant"),
        (replace(SAID, published_at=EARLIEST - 1), "a published_at before 1990"),
        (replace(SAID, edited_at=float("inf")), "a edited_at that is no instant"),
        (replace(SAID, rating=float("nan")), "a rating that is no number"),
        (Deletion("x", "1", NOW), ""),
        (Deletion("x", "", NOW), "an empty id"),
        (Deletion("x", "1", 0.0), "a deleted_at before 1990"),
        (AuthorRemoval("x", "anna", NOW), ""),
        (AuthorRemoval("x", "", NOW), "an empty author id"),
        (AuthorRemoval("x", "anna", float("inf")), "a deleted_at that is no instant"),
    ],
)
def test_what_makes_an_event_unsound_is_said_without_quoting_it(event, wrong):
    said = unsound(event)
    assert said.startswith(wrong)
    assert bool(said) == bool(wrong)


def test_what_is_unsound_in_a_call_is_counted_with_the_first_reason():
    heard = Heard()
    for event in (SAID, None, replace(SAID, id=""), replace(SAID, published_at=0.0)):
        heard.hear(event)
    heard.miss("no item")
    assert heard.events == [SAID]
    assert (heard.received, heard.unreadable, heard.fault) == (5, 3, "an empty id")
