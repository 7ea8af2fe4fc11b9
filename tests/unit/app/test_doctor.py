"""The doctor says whether somebody would be told of a crisis."""

import pytest

from app.config.alerting import AlertsSection
from app.doctor import _heartbeat, _people, _ways
from app.domain.delivery import Beat, Delivery
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


SECTION = AlertsSection()
MAIL = {"host": "mail.example.org", "sender": "l@example.org"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_what_keeps_messages_from_arriving_is_found():
    persons = [Person("a", "A", ways=(*WAY, Way("h", "webhook", "https://hooks.example.org/s3cret")))]
    lost = [Delivery("d", "i", "b", "a", "h", "webhook", "opened", "warning", 0.0, 0.0, state="given_up")]
    found = {one.subject: one for one in _ways(persons, SECTION, lost)}
    assert [(name, one.state) for name, one in found.items()] == [
        ("mail", "broken"),
        ("webhook", "broken"),
        ("address", "note"),
        ("deliveries", "broken"),
    ]
    assert "a (webhook)" in found["deliveries"].sentence
    assert not any("s3cret" in one.sentence for one in found.values())
    whole = AlertsSection(mail=MAIL, webhook={"secret": SECRET}, address="https://leitstand.example.org")
    assert list(_ways(persons, whole, [])) == []
    assert list(_ways([], SECTION, [])) == []


def test_the_last_heartbeat_is_found():
    beating = AlertsSection(heartbeat={"url": "https://hc.example.org/ping", "every": 60})
    assert (_heartbeat(SECTION, None, 0.0).state, _heartbeat(beating, None, 0.0).state) == ("note", "note")
    good, bad = Beat(1000.0, good=True, said="HTTP 200"), Beat(1000.0, good=False, said="HTTP 500")
    assert [_heartbeat(beating, one, 1060.0).state for one in (good, bad)] == ["good", "broken"]
    assert _heartbeat(beating, good, 1200.0).state == "note"
