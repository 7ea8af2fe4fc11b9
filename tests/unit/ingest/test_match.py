import time

from hypothesis import given
from hypothesis import strategies as st

from app.domain.brand import Brand
from app.domain.mention import Author
from app.domain.query import Text, parse
from ingest.match import Matcher

BRANDS = (
    Brand("nord", "Nord", '"Nordlicht Strom" OR #nordlicht', ("@nordlichtstrom", "did:plc:nord")),
    Brand("sued", "Süd", "Süd NOT West"),
    Brand("ost", "Ost", "(ost OR Größe) strom"),
)
QUERIES = ["a", "a b", "a OR b", '"a b"', "a NOT b", "#a", "@a", "(a OR b) c", "bb NOT (a c)", "NOT NOT c"]
QUERIES += ["ä", "eß", "#ae", "ł OR é", '"a é" NOT fi', "@a.b ß"]


def test_a_post_belongs_to_every_brand_whose_query_holds():
    matcher = Matcher(BRANDS)
    assert matcher.brands("NORDLICHT strom liefert Groesse-Strom nach Sued") == ("nord", "sued", "ost")
    assert matcher.brands("Sued und West") == ()
    assert matcher.brands("Nordlicht ohne") == ()
    assert matcher.brands("") == ()


def test_an_account_of_ours_is_known_by_handle_and_id():
    matcher = Matcher(BRANDS)
    assert matcher.brands("Guten Tag", Author("x", "NordlichtStrom.bsky.social")) == ("nord",)
    assert matcher.brands("Guten Tag", Author("x", "@nordlichtstrom@ort.social")) == ("nord",)
    assert matcher.brands("Guten Tag", Author("did:plc:nord")) == ("nord",)
    assert matcher.brands("Guten Tag", Author("x", "nordlichtstrom.example")) == ()
    assert matcher.brands("Guten Tag", Author("x")) == ()


def test_a_bound_source_always_counts_for_its_brand():
    matcher = Matcher(BRANDS)
    assert matcher.brands("Guten Tag", bound="ost") == ("ost",)
    assert matcher.brands("#nordlicht", bound="elsewhere") == ("nord", "elsewhere")
    assert Matcher(()).brands("Guten Tag") == ()


MATCHER = Matcher([Brand(query, query, query) for query in QUERIES])
NAIVE = {query: parse(query) for query in QUERIES}


@given(
    st.text(alphabet="abc #@AB", max_size=30)
    | st.text(alphabet="aAäÄéÀeußẞs#@. _-\u0308\u200d\ufe0fﬁ\uff42\U0001d41bK2😂ł", max_size=20)
)
def test_all_at_once_finds_what_each_alone_finds(text):
    prepared = Text.of(text)
    assert set(MATCHER.brands(text)) == {query for query, parsed in NAIVE.items() if parsed.matches(prepared)}


def test_a_thousand_queries_do_not_slow_a_post_down():
    matcher = Matcher([Brand(f"b{n}", "", f'"marke{n} strom" OR #marke{n}') for n in range(1000)])
    posts = [f"just an ordinary post number {n} about nothing in particular" for n in range(20_000)]
    begun = time.process_time()
    found = [matcher.brands(post) for post in posts]
    assert time.process_time() - begun < 2.0
    assert not any(found)
