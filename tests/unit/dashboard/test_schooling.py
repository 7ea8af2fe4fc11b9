"""What a brand has taught, in words on screen."""

import pytest

from app.domain.schooling import Schooling
from app.store.brand_models import Run
from dashboard.i18n import words
from dashboard.schooling import drawn

NOON = 1_795_000_020.0


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("outcome", ["learned", "too_few", "no_better", "harmful", "forgotten"])
def test_every_outcome_has_its_sentence(language, outcome):
    found = Schooling(outcome, 300, right_before=0.5, right_after=0.62, prior=(0.2, 0.7, 0.1), shares=True)
    title, runs, how = drawn([Run("nord", 3, NOON, "loopback", found)], "nord", words(language, "Europe/Berlin"), NOON)
    said = runs.children[0].children[-1]
    assert "{" not in said
    assert "300" in said or outcome == "forgotten"
    assert all(share in said for share in ("50", "62", "70"))
    assert "--brand nord" in str(how)
    assert title.children


def test_before_the_first_run_it_says_so():
    _, none, _ = drawn([], "nord", words("de", "Europe/Berlin"), NOON)
    assert "noch nicht gelernt" in none.children
