from app.domain.wall import Screen
from dashboard.hub import Seat
from dashboard.lead import leads


def seat(number, **asked):
    return Seat(Screen("main", **asked), None, number)


def test_the_first_screen_leads_where_none_says_so():
    first, second = seat(1), seat(2)
    assert leads([second, first]) == {first}
    assert leads([]) == set()


def test_screens_that_say_so_lead_and_nobody_else():
    first, second, third = seat(1), seat(2, lead=True), seat(3, lead=True)
    assert leads([first, second, third]) == {second, third}


def test_a_screen_that_refuses_never_leads():
    first, second = seat(1, lead=False), seat(2)
    assert leads([first, second]) == {second}
    assert leads([first]) == set()


def test_a_foyer_leads_only_where_nobody_else_can():
    foyer, executive, control = seat(1, audience="foyer"), seat(2, audience="executive"), seat(3)
    assert leads([foyer, executive, control]) == {control}
    assert leads([foyer, executive]) == {executive}
    assert leads([foyer]) == {foyer}
