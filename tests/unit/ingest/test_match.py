import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.brand import Brand, Campaign, Topic, Watched
from app.domain.mention import Author
from app.domain.query import parse
from ingest.match import Matcher
from tests.speech import spoken, subject

BRANDS = (
    Brand("nord", "Nord", '"Nordlicht Strom" OR #nordlicht', ("@nordlichtstrom", "did:plc:nord")),
    Brand("sued", "Süd", "Süd NOT West"),
    Brand("ost", "Ost", "(ost OR Größe) strom"),
)
MATCHER = Matcher(Watched(BRANDS))
QUERIES = ["a", "a b", "a OR b", '"a b"', "a NOT b", "#a", "@a", "(a OR b) c", "bb NOT (a c)", "NOT NOT c"]
QUERIES += ["ä", "eß", "#ae", "ł OR é", '"a é" NOT fi', "@a.b ß"]


def test_a_post_belongs_to_every_brand_whose_query_holds():
    assert MATCHER.scopes(spoken("NORDLICHT strom liefert Groesse-Strom nach Sued")) == ("nord", "sued", "ost")
    assert MATCHER.scopes(spoken("Sued und West")) == ()
    assert MATCHER.scopes(spoken("Nordlicht ohne")) == ()
    assert MATCHER.scopes(spoken("")) == ()


def test_an_account_of_ours_is_known_by_handle_and_id():
    def of(author):
        return MATCHER.scopes(spoken("Guten Tag", author=author))

    assert of(Author("x", "NordlichtStrom.bsky.social")) == ("nord",)
    assert of(Author("x", "@nordlichtstrom@ort.social")) == ("nord",)
    assert of(Author("did:plc:nord")) == ("nord",)
    assert of(Author("x", "nordlichtstrom.example")) == ()
    assert of(Author("x")) == ()


def test_a_bound_source_always_counts_for_its_brand():
    assert MATCHER.scopes(spoken("Guten Tag"), bound="ost") == ("ost",)
    assert MATCHER.scopes(spoken("#nordlicht"), bound="elsewhere") == ("nord", "elsewhere")
    assert Matcher(Watched()).scopes(spoken("Guten Tag")) == ()


WATCHED = Watched(
    brands=(
        Brand("nord", "Nord", "nordlicht", ("@nord",), exclude=("aurora OR himmel", '"nordlicht hotel"')),
        Brand("sued", "Süd", "südwind"),
    ),
    topics=(Topic("preis", "Preis", "preis OR teuer"), Topic("wind", "Wind", "wind OR sturm", ("sued",))),
    campaigns=(
        Campaign("sommer", "Sommer", "sued", "#sommerwind", 100.0, 200.0),
        Campaign("herbst", "Herbst", "sued", "herbstwind OR himmel", 0.0, 200.0),
    ),
    spam=("gewinnspiel", "casino bonus"),
)


@pytest.mark.parametrize(
    ("text", "more", "wanted"),
    [
        ("Nordlicht ist teuer", {}, ("nord", "nord/preis")),
        ("Nordlicht am Himmel", {"published_at": 300.0}, ()),
        ("Nordlicht am Himmel", {}, ("sued", "sued/herbst")),
        ("das Nordlicht-Hotel", {}, ()),
        ("teuer, viel Wind", {}, ()),
        ("Südwind und Nordlicht: Sturm!", {}, ("nord", "sued", "sued/wind")),
        ("Südwind und Nordlicht: der Preis!", {}, ("nord", "sued", "nord/preis", "sued/preis")),
        ("#sommerwind", {"published_at": 99.9}, ()),
        ("#sommerwind", {"published_at": 100.0}, ("sued", "sued/sommer")),
        ("#sommerwind, teuer", {"published_at": 199.9}, ("sued", "sued/preis", "sued/sommer")),
        ("#sommerwind", {"published_at": 200.0}, ()),
        ("Nordlicht Gewinnspiel #sommerwind", {"published_at": 150.0}, ()),
        ("Nordlicht Gewinnspiel, teuer", {"author": Author("x", "nord")}, ("nord", "nord/preis")),
        ("Himmel, teuer", {"author": Author("x", "nord"), "published_at": 300.0}, ("nord", "nord/preis")),
        ("casino", {}, ()),
    ],
)
def test_what_a_mention_counts_for(text, more, wanted):
    assert Matcher(WATCHED).scopes(spoken(text, **more)) == wanted


def test_topics_are_looked_for_among_all_mentions_of_their_brands():
    matcher = Matcher(WATCHED)
    assert matcher.scopes(spoken("viel zu teuer"), bound="sued") == ("sued", "sued/preis")
    assert matcher.scopes(spoken("Sturm, teuer"), None, ["nord"]) == ("nord", "nord/preis")
    assert matcher.scopes(spoken("Genau!"), "sued", ["nord", "sued"]) == ("nord", "sued")


ALL = Matcher(Watched(tuple(Brand(query, query, query) for query in QUERIES)))
NAIVE = {query: parse(query) for query in QUERIES}


@given(
    st.text(alphabet="abc #@AB", max_size=30)
    | st.text(alphabet="aAäÄéÀeußẞs#@. _-\u0308\u200d\ufe0fﬁ\uff42\U0001d41bK2😂ł", max_size=20)
)
def test_all_at_once_finds_what_each_alone_finds(text):
    prepared = subject(text)
    assert set(ALL.scopes(spoken(text))) == {query for query, parsed in NAIVE.items() if parsed.matches(prepared)}


def test_a_thousand_queries_do_not_slow_a_post_down():
    matcher = Matcher(Watched(tuple(Brand(f"b{n}", "", f'"marke{n} strom" OR #marke{n}') for n in range(1000))))
    posts = [spoken(f"just an ordinary post number {n} about nothing in particular") for n in range(20_000)]
    begun = time.process_time()
    found = [matcher.scopes(post) for post in posts]
    assert time.process_time() - begun < 2.0
    assert not any(found)
