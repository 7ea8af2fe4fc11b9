import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.folding import fold
from app.domain.query import And, Not, Or, Query, parse
from app.errors import QueryError
from tests.speech import subject

WORDS = st.sampled_from(["strom", "Größe", "E.ON", "und", "near", "AT&T", "#Tag_1", "@nord.licht.de", "O2", "über"])
PHRASES = st.sampled_from(['"Nordlicht Strom"', '"AND"', '"a (b) OR c"', '"lang:de"', '"nord*"'])


def _joined(operator):
    return lambda parts: f"({f' {operator} '.join(parts)})"


EXPRESSIONS = st.recursive(
    WORDS | PHRASES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=4).map(_joined("OR"))
        | st.lists(inner, min_size=2, max_size=4).map(_joined("AND"))
        | st.lists(inner, min_size=2, max_size=3).map(_joined(""))
        | st.tuples(inner, inner).map(lambda two: f"({two[0]} NOT {two[1]})")
        | inner.map(lambda one: f"(strom NOT NOT {one})")
    ),
    max_leaves=12,
)


def hit(query, text):
    return parse(query).matches(subject(text))


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
    ],
)
def test_matching(query, text, wanted):
    assert hit(query, text) is wanted


@pytest.mark.parametrize(
    ("query", "position", "says"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("NOT a", 0, "NOT alone"),
        ("a OR NOT b", 5, "NOT alone"),
        ("NOT (a AND b)", 0, "NOT alone"),
        ("(a OR b", 0, "never closed"),
        ("a)", 1, "closes nothing"),
        ("a AND", 5, "missing at the end"),
        ("OR a", 0, "missing before OR"),
        ("a AND OR b", 6, "missing before OR"),
        ("( )", 2, "missing before this ')'"),
        ('a "b', 2, "never closed"),
        ('a ""', 2, "no letter"),
        ("a nord*", 2, "Wildcards"),
        ("no*rd", 0, "Wildcards"),
        ("a -b", 2, "NOT b"),
        ("a !b", 2, "NOT b"),
        ("lang:de", 0, "Fields"),
        ("a NEAR/3 b", 2, "reserved"),
        ("a NEAR b", 2, "reserved"),
        ("a & b", 2, "no letter"),
        ("#", 0, "like #"),
        ("#a-b", 0, "like #"),
        ("@", 0, "like @"),
        ("@_", 0, "like @"),
        ("(" * 60 + "a" + ")" * 60, 50, "flatter"),
        ("a " * 5001, 10_000, "shorten"),
    ],
)
def test_a_mistake_is_shown_where_it_is(query, position, says):
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.position == position
    assert says in str(caught.value)


def test_printing_shows_the_reading():
    assert str(parse("a b OR c NOT (d OR e)")) == "(a AND b) OR (c AND NOT (d OR e))"
    assert parse("(a b) c").root == And(parse("a b c").root.parts)
    assert isinstance(parse("a OR (b OR c)").root, Or)
    assert isinstance(parse("a NOT b").root.parts[1], Not)


@given(EXPRESSIONS)
@settings(max_examples=300)
def test_parsing_what_was_printed_gives_the_same_query(text):
    query = parse(text)
    assert parse(str(query)) == query


@given(st.text(alphabet='ab"()#@* ANDORT„“-:/\u0308ß', max_size=40))
@settings(max_examples=500)
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


@given(EXPRESSIONS, st.lists(WORDS | PHRASES | st.just("anders"), max_size=8))
@settings(max_examples=300)
def test_what_matches_holds_one_of_the_literals(text, words):
    query, said = parse(text), " ".join(words)
    if query.matches(subject(said)):
        assert any(literal in fold(said) for literal in query.literals())


def test_literals_are_the_rarest_words_of_a_conjunction():
    assert parse("ab OR cd").literals() == {"ab", "cd"}
    assert parse("ab nordlichtstrom").literals() == {"nordlichtstrom"}
    assert parse('"der Nordlicht Strom"').literals() == {"nordlicht"}
    assert parse("a NOT (b c)").literals() == {"a"}
    assert parse("NOT (NOT aa OR NOT bbb)").literals() == {"bbb"}
    assert Query(Not(parse("a").root)).literals() == frozenset()
