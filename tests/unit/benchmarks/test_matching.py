from benchmarks.crowd import brands, posts
from benchmarks.matching import differences
from ingest.match import Matcher

KNOWN = brands(60)
CROWD = list(posts(400, KNOWN, 0.3))
MATCHER = Matcher(KNOWN)


def test_the_crowd_speaks_of_the_brands_and_all_are_heard():
    found = [text for text in CROWD if MATCHER.brands(text)]
    assert 80 < len(found) < 200
    assert differences(MATCHER.brands, KNOWN, CROWD) == []


def test_a_planted_matcher_that_forgets_a_brand_is_caught():
    forgetful = Matcher(KNOWN[1:])
    assert differences(forgetful.brands, KNOWN, [*CROWD[:20], f"{KNOWN[0].query.split(' OR ')[0]}"])
