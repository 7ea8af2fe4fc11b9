from app.domain.brand import Watched
from benchmarks.crowd import brands, posts
from benchmarks.matching import differences
from ingest.match import Matcher
from tests.speech import spoken

KNOWN = brands(60)
CROWD = list(posts(400, KNOWN, 0.3))
MATCHER = Matcher(Watched(tuple(KNOWN)))


def test_the_crowd_speaks_of_the_brands_and_all_are_heard():
    found = [one for one in CROWD if MATCHER.scopes(one)]
    assert 80 < len(found) < 200
    assert differences(MATCHER.scopes, KNOWN, CROWD) == []


def test_a_planted_matcher_that_forgets_a_brand_is_caught():
    forgetful = Matcher(Watched(tuple(KNOWN[1:])))
    assert differences(forgetful.scopes, KNOWN, [*CROWD[:20], spoken(KNOWN[0].query.split(" OR ")[0])])
