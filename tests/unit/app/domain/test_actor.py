import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actor import GRANTS, LOOPBACK, Actor, authorise, may, system
from app.errors import NotAllowed


@given(st.text(max_size=20), st.text(max_size=20).filter(lambda role: role not in GRANTS))
def test_what_nothing_grants_is_denied(verb, role):
    with pytest.raises(NotAllowed):
        authorise(Actor("person", "x", ()), verb)
    with pytest.raises(NotAllowed):
        authorise(Actor("person", "x", (role,)), verb)


@given(st.text(max_size=20), st.text(max_size=20))
def test_whoever_sits_at_the_machine_may_do_anything(verb, scope):
    authorise(LOOPBACK, verb, scope)


def test_a_machine_may_push_and_nothing_else():
    machine = Actor("machine", "crm", ("machine",))
    authorise(machine, "mention.push", "nord")
    for verb in ("token.add", "incident.resolve", "*", ""):
        with pytest.raises(NotAllowed, match="machine 'crm' may not"):
            authorise(machine, verb)


def test_a_service_may_do_its_work():
    alerts = system("alerts")
    assert (alerts.kind, alerts.id) == ("system", "alerts")
    authorise(alerts, "incident.open", "nord")
    with pytest.raises(NotAllowed):
        authorise(alerts, "token.add")


def test_an_actor_stays_within_its_brands():
    confined = Actor("person", "nina", ("admin",), ("nord", "sued"))
    authorise(confined, "case.reply", "nord")
    authorise(confined, "wall.show")
    with pytest.raises(NotAllowed, match="confined to nord, sued and may not touch west"):
        authorise(confined, "case.reply", "west")


def test_roles_add_up():
    authorise(Actor("system", "x", ("nothing", "system")), "tally.seed")


def test_whether_somebody_may_is_asked_without_an_error():
    assert may(LOOPBACK, "person.write")
    assert not may(system("alerts"), "person.write")
