import pytest
from msgspec.structs import replace

from app.domain.query import parse
from benchmarks.crowd import posts, watched
from benchmarks.matching import QUERIES, differences
from ingest.match import Matcher
from tests import naive

KNOWN = watched(100)
CROWD = list(posts(300, KNOWN.brands, 0.3))
MATCHER = Matcher(KNOWN)


def test_the_crowd_speaks_of_the_brands_and_all_are_heard():
    found = [one for one in CROWD if MATCHER.scopes(one)]
    assert 60 < len(found) < 150
    assert differences(MATCHER.scopes, KNOWN, CROWD) == []


def test_the_manual_read_plainly_says_the_same():
    assert differences(MATCHER.scopes, KNOWN, CROWD[::5], naive.finds) == []


def test_a_planted_matcher_that_forgets_a_brand_is_caught():
    hit = next(one for one in CROWD if MATCHER.scopes(one))
    lost = MATCHER.scopes(hit)[0]
    forgetful = Matcher(replace(KNOWN, brands=tuple(brand for brand in KNOWN.brands if brand.id != lost)))
    assert differences(forgetful.scopes, KNOWN, [hit]) == [hit]


def test_the_queries_use_the_whole_language():
    everything = watched(QUERIES)
    queries = [one.query for one in (*everything.brands, *everything.topics)]
    queries += [*everything.spam, *(query for brand in everything.brands for query in brand.exclude)]
    assert len(queries) == QUERIES
    for written in (
        "#",
        "@",
        '"',
        "NOT",
        "NEAR/",
        "*",
        "~",
        "lang:",
        "kind:",
        "author:",
        "followers:>",
        "url:",
        "place:",
    ):
        assert sum(written in query for query in queries) > 30, written
    assert sum(not parse(query).literals() for query in queries) >= 3


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_thousand_queries_and_two_thousand_posts_are_matched_as_the_manual_says():
    everything = watched(QUERIES)
    crowd = list(posts(2_000, everything.brands, 0.3))
    assert differences(Matcher(everything).scopes, everything, crowd, naive.finds) == []
