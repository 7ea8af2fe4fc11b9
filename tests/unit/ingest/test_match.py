import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.brand import Brand, Campaign, Topic, Watched
from app.domain.mention import Author
from app.domain.query import parse
from benchmarks.matching import plainly
from ingest.match import Matcher
from tests import naive, queries
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


@given(
    st.text(alphabet="abc #@AB", max_size=30)
    | st.text(alphabet="aAäÄéÀeußẞs#@. _-\u0308\u200d\ufe0fﬁ\uff42\U0001d41bK2😂ł", max_size=20)
)
def test_all_at_once_finds_what_each_alone_finds(text):
    prepared = subject(text)
    assert set(ALL.scopes(spoken(text))) == {query for query in QUERIES if parse(query).matches(prepared)}


LEAVES = (*queries.WORDS, *queries.PHRASES, *queries.TAGS, *queries.COMPOUNDS, *queries.FIELDS)
MIXED = ("~tarif lang:de", "strom* NEAR/2 (weg OR ~größe)", "channel:forum OR #weg", "NOT weg (kind:reply OR nord*)")
WHOLE = Matcher(Watched(tuple(Brand(query, query, query) for query in (*LEAVES, *MIXED))))


@given(queries.MENTIONS)
@settings(max_examples=60, deadline=None)
def test_the_whole_language_is_found_as_the_manual_says(mention):
    assert set(WHOLE.scopes(mention)) == {query for query in (*LEAVES, *MIXED) if naive.finds(query, mention)}


@given(st.lists(queries.QUERIES, min_size=1, max_size=3), queries.QUERIES, queries.QUERIES, queries.MENTIONS)
@settings(max_examples=40, deadline=None)
def test_any_watched_set_is_matched_as_the_manual_says(wanted, other, spam, mention):
    excluded = tuple(Brand(str(rank), "", str(node), exclude=(str(other),)) for rank, node in enumerate(wanted))
    watched = Watched(excluded, (Topic("t", "", str(other)),), (), (str(spam),))
    assert Matcher(watched).scopes(mention) == plainly(watched, mention, naive.finds)


def test_the_language_is_told_where_the_source_does_not_say():
    asked = []

    def detect(text):
        asked.append(text)
        return "de" if "ist" in text else "en"

    matcher = Matcher(Watched((Brand("b", "", "strom lang:de"),)), detect)
    assert matcher.scopes(spoken("Strom ist weg")) == ("b",)
    assert matcher.scopes(spoken("strom")) == ()
    assert matcher.scopes(spoken("strom", language="de-AT")) == ("b",)
    assert matcher.scopes(spoken("Das ist alles")) == ()
    assert asked == ["", "Strom ist weg", "strom"], "only who is asked about it has to know"


def test_queries_of_fields_alone_are_asked_about_the_posts_of_their_channels():
    brands = (Brand("any", "", "followers:>10"), Brand("forum", "", "channel:forum kind:post"))
    matcher = Matcher(Watched((*brands, Brand("two", "", "channel:forum OR channel:mail"))))
    assert matcher.scopes(spoken("x", author=Author("a", followers=11))) == ("any", "forum", "two")
    assert matcher.scopes(spoken("x", channel="Mail")) == ("two",)
    assert matcher.scopes(spoken("x", channel="bluesky")) == ()


def test_a_thousand_queries_do_not_slow_a_post_down():
    matcher = Matcher(Watched(tuple(Brand(f"b{n}", "", f'"marke{n} strom" OR #marke{n}') for n in range(1000))))
    posts = [spoken(f"just an ordinary post number {n} about nothing in particular") for n in range(20_000)]
    begun = time.process_time()
    found = [matcher.scopes(post) for post in posts]
    assert time.process_time() - begun < 2.0
    assert not any(found)
