import json
import math

import pytest

from benchmarks.report import Report, Row, Series, median


@pytest.mark.parametrize(
    ("row", "reached"),
    [
        (Row("rate", 60.0, "1/s"), None),
        (Row("rate", 60.0, "1/s", must=50, aim=70), "must"),
        (Row("rate", 60.0, "1/s", must=50, aim=60), "aim"),
        (Row("rate", 60.0, "1/s", must=61), "missed"),
        (Row("rate", 60.0, "1/s", "bare", 100.0, 0.6, must=0.7), "missed"),
        (Row("delay", 0.2, "s", must=0.25, aim=0.1, lower_is_better=True), "must"),
        (Row("delay", 0.3, "s", must=0.25, lower_is_better=True), "missed"),
        (Row("delay", math.nan, "s", must=0.25, aim=0.1, lower_is_better=True), "missed"),
    ],
)
def test_a_row_says_what_it_reached(row, reached):
    assert row.reached == reached


def test_a_report_is_plain_json_even_with_figures_that_are_none():
    report = Report(
        "x", "X", (Row("delay", math.nan, "s", must=1),), series=(Series("s", (1,), (math.inf,), "x", "y"),)
    )
    told = json.loads(json.dumps(report.plain(), allow_nan=False))
    assert told["rows"][0]["value"] is None
    assert told["rows"][0]["reached"] == "missed"
    assert told["machine"]["python"]


def test_a_page_cannot_be_broken_by_what_it_tells():
    told = Report.page([Report("x", "</script><b>", (Row("</script>", 1.0, "&", must=1),))])
    assert told.count("</script>") == 2, "only our own two"
    assert "<b>" not in told.split("<script>", maxsplit=1)[0]


def test_the_median_is_one_of_the_values():
    assert median([3, 1, 2, 9]) == 2
    assert math.isnan(median([]))
