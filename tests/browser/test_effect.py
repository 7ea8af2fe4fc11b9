"""What our answer changed, in the incident room: in words beside the statement, as a band on the curve."""

import time

import pytest

from app.domain.events import IncidentEvent
from app.domain.forecast import Forecast, Kept, Point
from app.domain.tally import MinuteTally
from tests.browser.checkers import contrast_failures
from tests.browser.crisis import Storm
from tests.browser.test_queries import says

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
AGO = 5400
TWO = "() => document.querySelector('#case-curve').data.filter((one) => one.line.dash === 'dash').length === 2"
"""Dashed on the curve: what is expected now, and what was without our answer."""


@pytest.fixture
def storm(site):
    with site.archive() as store:
        made = Storm(site, store, f"effect-{time.time():.3f}")
        made.open(4)
        spoke = int(time.time()) // 60 * 60 - AGO
        curve = tuple(Point(spoke + 300.0 * place, 300.0, 400.0, 500.0) for place in range(48))
        said = Forecast(spoke - 60.0, None, spoke + 600, spoke + 7200, 300, 520, curve, over=0.1)
        event = IncidentEvent(
            made.kept.id, made.kept.brand, spoke, "statement", "person", "mw", "crisis", 4,
            {"at": spoke, "text": "Wir erstatten zu viel gezahlte Abschläge."},
        )  # fmt: skip
        minutes = [MinuteTally(spoke + 60 * place, 40, 10, 30) for place in range(AGO // 60)]
        with store.transaction() as tx:
            tx.forecasts.keep([Kept(made.kept.id, said)])
            tx.events.append(event)
            tx.tallies.seed("nordlicht", made.kept.id, minutes, time.time())
        yield made
        made.end()


def test_the_effect_of_our_answer_stands_beside_it_and_on_the_curve(visit, storm, tmp_path):
    page = visit("?lang=de", path=f"/incident/{storm.kept.id}")
    page.wait_for_selector("#case-curve .main-svg")
    says(page, ".said-list li", "Weniger als erwartet")
    words = page.inner_text(".case-curve .than")
    assert "je Minute (80 %)" in words
    assert "81" in words, "its own score"
    page.wait_for_function(TWO)
    assert contrast_failures(page) == []
    page.screenshot(path=str(tmp_path / "effect.png"), full_page=True)
