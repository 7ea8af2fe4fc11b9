from contextlib import suppress

import pytest

from app.domain.ticket import Ticket, issued, read
from app.errors import NotAllowed

SECRET = b"s" * 32
TICKET = Ticket("i1", "anna", 1000.0)


def test_a_ticket_comes_back_until_it_lapses():
    word = issued(SECRET, TICKET)
    assert word.replace("-", "").replace("_", "").isalnum()
    assert read(SECRET, word, 999.0) == TICKET
    with pytest.raises(NotAllowed, match="not good"):
        read(SECRET, word, 1000.0)


def test_nobody_makes_or_changes_one():
    word = issued(SECRET, TICKET)
    for place in range(len(word)):
        other = "A" if word[place] != "A" else "B"
        forged = word[:place] + other + word[place + 1 :]
        with suppress(NotAllowed):
            assert read(SECRET, forged, 0.0) == TICKET, "only padding bits may differ"
    for wrong in ("", "A", "ä", "A" * 400, issued(b"t" * 32, TICKET), "%%%"):
        with pytest.raises(NotAllowed):
            read(SECRET, wrong, 0.0)
