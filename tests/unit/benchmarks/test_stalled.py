import pytest

from benchmarks.stalled import FLAT, Sample, measure, slope


def test_a_slope_forgets_the_warm_up_and_single_jumps():
    warm = [Sample(at, 100 + min(at, 20)) for at in range(0, 200, 2)]
    assert slope(warm) == 0
    warm[60] = Sample(120, 180)
    assert slope(warm) == 0


def test_a_planted_leak_is_seen():
    assert slope([Sample(at, 100 + at / 60) for at in range(0, 200, 2)]) == pytest.approx(1)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_stalled_screens_cost_no_memory():
    report = measure(quick=True)
    grown = [row.value for row in report.rows if row.must is not None]
    assert max(grown) < 4 * FLAT, "a minute still holds some warming up; ten are what `emberwatch bench` takes"
    reading = [row.value for row in report.rows if "reads" in row.what]
    assert min(reading) > 1
