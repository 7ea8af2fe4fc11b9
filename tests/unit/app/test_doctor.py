"""The doctor says whether somebody would be told of a crisis."""

import pytest

from app.doctor import _people
from app.domain.person import Person, Way

WAY = (Way("w", "mail", "anna@example.org"),)


@pytest.mark.parametrize(
    ("persons", "state", "said"),
    [
        ([], "note", "Nobody is told of a crisis: there is no person yet. Add persons on the page /admin/people"),
        ([Person("a", "A")], "note", "Nobody is told of a crisis: no active person with a way"),
        ([Person("a", "A", ways=WAY, brands=("nord",))], "note", "Nobody is told of a crisis of sued: no active"),
        ([Person("a", "A", ways=WAY)], "good", "somebody is told of every brand"),
    ],
)
def test_who_is_told_of_a_crisis_is_found(persons, state, said):
    finding = _people(persons, ["nord", "sued"])
    assert (finding.state, said in finding.sentence) == (state, True)
    assert "anna@" not in finding.sentence
