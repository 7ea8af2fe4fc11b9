import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.folding import fold
from app.domain.query import DEEPEST, And, Not, Or, Query, parse
from app.domain.subject import Subject
from app.errors import QueryError
from tests import naive
from tests.queries import MENTIONS, NODES, QUERIES, wants_something
from tests.speech import spoken, subject


def hit(query, text, **more):
    """What a query says of a text; what the manual says has to be the same."""
    said = parse(query).matches(subject(text, **more))
    assert naive.finds(query.replace("„", '"').replace("“", '"'), spoken(text, **more)) is said
    return said


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("strom", "Der STROM ist weg", True),
        ("strom", "Stromausfall", False),
        ("Größe", "GROESSE", True),
        ("groesse", "Die Größe!", True),
        ('"Nordlicht Strom"', "nordlicht, Strom", True),
        ('"Nordlicht Strom"', "Strom Nordlicht", False),
        ("„Nordlicht Strom“", "bei Nordlicht Strom", True),
        ("#nordlicht", "#Nordlicht!", True),
        ("#nordlicht", "Nordlicht", False),
        ("nordlicht", "#Nordlicht", True),
        ("@nordlichtstrom", "hey @nordlichtstrom.bsky.social", True),
        ("@nordlichtstrom", "nordlichtstrom", False),
        ("@a.b", "@a.c", False),
        ("a b", "b und a", True),
        ("a b", "nur a", False),
        ("a OR b c", "b c", True),
        ("(a OR b) c", "a", False),
        ("a NOT b", "a b", False),
        ("a NOT b", "a", True),
        ("a and b", "a b", False),
        ("a NOT (b OR c)", "a c", False),
        ("NOT NOT a", "a", True),
        ("E.ON", "Bei E.ON brennt Licht", True),
        ("http://nordlicht.de", "siehe http://nordlicht.de", True),
        ("((((a))))", "a", True),
    ],
)
def test_matching(query, text, wanted):
    assert hit(query, text) is wanted


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("strom*", "Stromausfall", True),
        ("strom*", "strom", True),
        ("strom*", "Starkstrom", False),
        ("grö*", "die GROESSE", True),
        ("e.on*", "bei E.ONline", True),
        ('"nordlicht str*"', "Nordlicht Stromtarif", True),
        ('"nordlicht str*"', "Nordlicht, kein Strom", False),
        ("#nord*", "#Nordlicht", True),
        ("#nord*", "Nordlicht", False),
        ("@nord*", "@nordlicht.bsky.social", True),
        ("a NEAR/1 b", "b a", True),
        ("a NEAR/1 b", "a x b", False),
        ("a NEAR/2 b", "b, x a", True),
        ("a NEAR/5 a", "a", False),
        ("a NEAR/5 a", "a b a", True),
        ('"a b" NEAR/2 c', "a b x c", True),
        ('"a b" NEAR/1 c', "c a b", True),
        ('"a b" NEAR/9 b', "a b", False),
        ('(a OR "b c") NEAR/2 (d OR e)', "b c x e", True),
        ("a NEAR/2 (d OR e)", "a x x e", False),
        ("NOT a NEAR/1 b c", "a c b", True),
        ("NOT a NEAR/1 b c", "c a b", False),
        ("~tarif NEAR/2 teu*", "der Stromtarif ist teurer", True),
    ],
)
def test_beginnings_and_neighbours(query, text, wanted):
    assert hit(query, text) is wanted


@pytest.mark.parametrize(
    ("query", "position", "says"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("NOT a", 0, "NOT alone"),
        ("a OR NOT b", 5, "NOT alone"),
        ("NOT (a AND b)", 0, "NOT alone"),
        ("NOT kind:post", 0, "NOT alone"),
        ("NOT a NEAR/2 b", 0, "NOT alone"),
        ("(a OR b", 0, "never closed"),
        ("(a) (b (c", 7, "never closed"),
        ("a)", 1, "closes nothing"),
        ("a AND", 5, "missing at the end"),
        ("(a OR ", 5, "missing at the end"),
        ("OR a", 0, "missing before OR"),
        ("a AND OR b", 6, "missing before OR"),
        ("( )", 2, "missing before this ')'"),
        ('a "b', 2, "never closed"),
        ('a ""', 2, "no letter"),
        ("no*rd", 0, "only at the end"),
        ("a *b", 2, "only at the end"),
        ("a *", 2, "no letter"),
        ("n*", 0, "2 letters"),
        ("#n*", 0, "2 letters"),
        ('"a *"', 0, "2 letters"),
        ("nord.*", 0, "2 letters"),
        ('"a* b"', 2, "only the last word"),
        ("a -b", 2, "NOT b"),
        ("a !b", 2, "NOT b"),
        ("a NEAR b", 2, "strom NEAR/5"),
        ("a NEAR/ b", 2, "strom NEAR/5"),
        ("a NEAR/x b", 2, "strom NEAR/5"),
        ("NEAR/3 b", 0, "missing before NEAR/3"),
        ("a NEAR/0 b", 2, "1 to 100"),
        ("a NEAR/101 b", 2, "1 to 100"),
        ("a NEAR/3", 8, "missing at the end"),
        ("a NEAR/3 b NEAR/3 c", 11, "(a NEAR/5 b) AND"),
        ("a NEAR/3 NOT b", 9, "a NOT (a NEAR"),
        ("a NEAR/3 (b c)", 9, "NEAR joins words"),
        ("#a NEAR/3 b", 0, "NEAR joins words"),
        ("a NEAR/3 lang:de", 9, "NEAR joins words"),
        ("a NEAR/3 (b OR @c)", 9, "NEAR joins words"),
        ("~rat", 0, "too short"),
        ("~", 0, "right behind it"),
        ("~tarif-netz", 0, "not one word"),
        ("~tarif*", 0, "take the * away: ~tarif."),
        ("a & b", 2, "no letter"),
        ("#", 0, "like #"),
        ("#a-b", 0, "like #"),
        ("@", 0, "like @"),
        ("@_", 0, "like @"),
        ("a langs:de", 2, "no field langs:"),
        ("a lang: de", 7, "right behind the colon"),
        ("a lang:deutsch", 7, "two or three letters"),
        ("kind:tweet", 5, "kinds are post, reply"),
        ("kind:po*", 5, "takes no *"),
        ("channel:*", 8, "needs a value"),
        ("author:n*d", 7, "needs a value"),
        ('place:""', 6, "needs a value"),
        ('a author:"b', 9, "never closed"),
        ("followers:1000", 10, "Write a comparison"),
        ("followers:>1.000", 10, "Write a comparison"),
        ("followers:>10k", 10, "Write a comparison"),
        ("a " + "(b OR (c " * 30 + "d" + "))" * 30, 45, "flatter"),
        ("a " * 5001, 10_000, "shorten"),
    ],
)
def test_a_mistake_is_shown_where_it_is(query, position, says):
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert says in str(caught.value)
    assert caught.value.position == position


def test_printing_shows_the_reading():
    assert str(parse("a b OR c NOT (d OR e)")) == "(a AND b) OR (c AND NOT (d OR e))"
    assert str(parse("a NEAR/3 („b c“ OR do*) LANG:de")) == 'a NEAR/3 ("b c" OR do*) AND LANG:de'
    assert parse("(a b) c").root == And(parse("a b c").root.parts)
    assert isinstance(parse("a OR (b OR c)").root, Or)
    assert isinstance(parse("a NOT b").root.parts[1], Not)


@given(QUERIES)
@settings(max_examples=120, deadline=None)
def test_parsing_what_was_printed_gives_the_same_query(node):
    assert parse(str(node)).root == node
    assert str(parse(str(node))) == str(node)


def test_what_is_as_deep_as_it_may_be_can_be_read_again():
    query = "a"
    for level in range(DEEPEST):
        query = f"b {query}" if level % 2 else f"(c OR {query})"
    parsed = parse(query)
    assert parse(str(parsed)) == parsed
    with pytest.raises(QueryError, match="flatter"):
        parse(f"d OR ({query})")


@given(NODES)
@settings(max_examples=100, deadline=None)
def test_only_what_says_what_is_wanted_is_a_query(node):
    refused = False
    try:
        parse(str(node))
    except QueryError as error:
        refused = "NOT alone" in str(error)
    assert refused is not wants_something(node)


@given(st.text(alphabet='ab"()#@~* ANDORTE„“-:/3<=>\u0308ß', max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_query_or_a_sentence_that_points_into_it(text):
    query = mistake = None
    try:
        query = parse(text)
    except QueryError as error:
        mistake = error
    if mistake:
        assert 0 <= mistake.position <= len(text)
        assert str(mistake).endswith(".")
    else:
        assert parse(str(query)) == query
        assert query.literals()


@given(QUERIES, MENTIONS)
@settings(max_examples=250, deadline=None)
def test_a_query_finds_what_the_manual_says(node, mention):
    assert node.holds(Subject.of(mention)) is naive.finds(str(node), mention)


@given(QUERIES, MENTIONS)
@settings(max_examples=120, deadline=None)
def test_what_matches_holds_one_of_the_literals(node, mention):
    literals = Query(node).literals()
    if literals and naive.finds(str(node), mention):
        assert any(literal in fold(mention.text) for literal in literals)


def test_literals_are_the_rarest_words_of_a_conjunction():
    assert parse("ab OR cd").literals() == {"ab", "cd"}
    assert parse("ab nordlichtstrom").literals() == {"nordlichtstrom"}
    assert parse('"der Nordlicht Strom"').literals() == {"nordlicht"}
    assert parse("a NOT (b c)").literals() == {"a"}
    assert parse("NOT (NOT aa OR NOT bbb)").literals() == {"bbb"}
    assert parse("(ab OR cd) NEAR/3 nord*").literals() == {"nord"}
    assert parse("~tarif lang:de").literals() == {"tarif"}
    assert parse("~tarif OR lang:de").literals() == frozenset()
    assert Query(Not(parse("a").root)).literals() == frozenset()


@pytest.mark.parametrize(
    ("query", "worded", "wordless"),
    [
        ("strom", "strom", "None"),
        ("channel:forum kind:post", "None", "channel:forum AND kind:post"),
        ("strom OR author:nord* OR #gas", "strom OR #gas", "author:nord*"),
        ("(strom lang:de) OR (place:kiel NOT gas)", "strom AND lang:de", "place:kiel AND NOT gas"),
        ("(strom OR kind:reply) weg", "(strom OR kind:reply) AND weg", "None"),
    ],
)
def test_the_sides_of_an_or_that_need_a_word_and_that_need_none(query, worded, wordless):
    assert tuple(map(str, parse(query).sides())) == (worded, wordless)


@given(QUERIES, MENTIONS)
@settings(max_examples=80, deadline=None)
def test_one_of_the_sides_holds_exactly_if_the_query_does(root, mention):
    subject = Subject.of(mention)
    assert any(side.matches(subject) for side in Query(root).sides() if side) == Query(root).matches(subject)
