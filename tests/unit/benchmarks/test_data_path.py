"""The benchmarks of the data path: they run, and what they find out is sane."""

import math

import pytest

from app.domain.identity import Identity
from benchmarks import cost, end_to_end, latency, publish
from benchmarks.latency import latencies, percentile
from benchmarks.posts import BRANDS, posts
from benchmarks.publisher import prepared
from benchmarks.report import Report
from benchmarks.subscriber import mentions


def test_what_waits_behind_a_stall_is_counted_from_when_it_was_due():
    """Ten a second for a second, all heard at once one second late: the first waited longest."""
    waited = latencies(100.0, 10, 10, [(102.0, 10)])
    assert waited == pytest.approx([1.1 + n / 10 for n in range(10)])
    steady = latencies(100.0, 10, 10, [(100.0 + n / 10 + 0.01, n + 1) for n in range(10)])
    assert steady == pytest.approx([0.01] * 10)


@pytest.mark.parametrize("heard", [9, 11])
def test_a_mention_lost_or_doubled_is_no_figure(heard):
    with pytest.raises(AssertionError, match="10 mentions published"):
        latencies(100.0, 10, 10, [(101.0, heard)])


def test_percentiles_are_nearest_ranks():
    ranked = [float(n) for n in range(1, 101)]
    assert [percentile(ranked, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]
    assert percentile([7.0], 0.5) == 7.0


def test_posts_are_different_long_and_of_one_brand_each():
    said = [prepared(one, Identity(b"x")) for one in posts(500, "t")]
    assert len({one.key for one in said}) == 500
    assert {len(one.brands) for one in said} == {1}
    assert {one.brands[0] for one in said} == set(BRANDS)
    assert 180 < sum(len(one.text) for one in said) / 500 < 230


def test_a_delta_says_how_many_mentions_it_counts():
    assert mentions({"a:s:0": {"1": 2, "2": 1}, "b:s:60": {"1": 1}, "a:m:0": {"0:n": 3}}) == 4


def _sane(report: Report) -> None:
    assert report.rows
    for row in report.rows:
        assert math.isfinite(row.value), row
        assert row.value > 0, row


@pytest.mark.long
@pytest.mark.parametrize("benchmark", [publish, end_to_end, latency, cost], ids=lambda module: module.__name__)
def test_a_quick_run_gives_sane_rows(benchmark):
    _sane(benchmark.measure(quick=True))
