from app.domain.brand import Brand
from ingest.rules import LONGEST, derived


def test_a_brand_becomes_a_rule_of_its_name_and_of_the_accounts_that_x_may_know():
    nord = Brand("nord", 'Nord "Strom"', "nord", accounts=("@nordstrom", "nord.bsky.social"))
    assert derived((nord,)) == ('"Nord  Strom" OR @nordstrom OR from:nordstrom',)


def test_a_rule_is_never_longer_than_x_takes():
    many = Brand("b", "B", "b", accounts=tuple(f"@konto{n}" for n in range(40)))
    assert len(derived((many,))[0]) <= LONGEST
