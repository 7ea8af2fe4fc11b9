import pytest

from app.domain.accuracy import Verdicts, agreement, wilson


def verdicts(said, meant, count):
    return Verdicts(("nord",), "de", "person", (said,), (meant,), count)


def test_the_interval_is_that_of_the_literature():
    """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, and 0 of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_what_was_called_uncertain_is_neither_right_nor_wrong():
    found = agreement(
        [verdicts("negative", "negative", 6), verdicts("negative", "neutral", 2), verdicts("uncertain", "positive", 3)]
    )
    assert (found.count, found.sure, found.uncertain, found.right, found.share) == (11, 8, 3, 6, 0.75)
    assert found.interval == wilson(6, 8)
    assert found.pairs[("negative",), ("neutral",)] == 2


def test_of_nothing_there_is_no_share():
    assert agreement([]).share is None
    assert agreement([verdicts("uncertain", "neutral", 1)]).share is None
