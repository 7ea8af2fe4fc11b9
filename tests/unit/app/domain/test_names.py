import pytest

from app.domain.concept import CONCEPTS
from app.domain.names import names, personal

PEOPLE = personal(
    ["Jörg Müller", "@karla_kiel", "Strom News", "Ausfall Meier", "Nordlicht Strom", "x"],
    own=("Nordlicht Strom", "@nordlichtstrom"),
    usual={CONCEPTS.of("news")},
)


@pytest.mark.parametrize(
    ("term", "private"),
    [
        ("müller", True),
        ("Mueller", True),
        ("jörg müller", True),
        ("jörgmüller", True),
        ("karla", True),
        ("karla kiel", True),
        ("müller ausfall", True),
        ("meier", True),
        ("#müller", False),
        ("news", False),
        ("ausfall", False),
        ("nordlicht", False),
        ("strom", False),
        ("rechnung", False),
        ("x", False),
    ],
)
def test_whose_name_a_term_is(term, private):
    assert names(term, PEOPLE) is private
