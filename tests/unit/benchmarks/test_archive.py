import pytest

from benchmarks.archive import measure


@pytest.mark.long
def test_both_databases_are_measured_beside_their_limits():
    report = measure(quick=True)
    assert report.rows[0].limit == "executemany"
    assert all(0 < row.ratio < 2 and row.value > 0 for row in report.rows)
