import msgspec
import pytest

from app.domain.explanation import Counter, Explanation
from app.domain.incident import Incident, Signal, read, wiped

SIGNAL = Signal("volume", "acme", 1.0, alarm=True, actual=90, expected=10, low=5, high=20, risk=9.5, window=300)
STORM = Incident("i1", "acme", 1.0, "firing", "warning", (SIGNAL,), reason={"de": "Sturm."})


def test_a_document_of_an_earlier_version_is_firing():
    written = msgspec.json.encode(STORM)
    assert read(written) == STORM
    assert read(written.replace(b'"firing"', b'"open"')) == STORM


@pytest.mark.parametrize("broken", ['{"state": "open"}', '{"state": "ajar"}', "[]"])
def test_what_is_no_incident_is_not_taken_for_one(broken):
    with pytest.raises(msgspec.ValidationError):
        read(broken)


def test_a_wiped_author_is_no_longer_the_one_who_was_left_out():
    tried = (Counter("without_author", holds=True, author="gone"), Counter("without_author", holds=True, author="kept"))
    told = Explanation(0.0, 1.0, 1.0, 1.0, 1.0, counters=tried)
    incident = Incident("i1", "acme", 0.0, "firing", "warning", (), explanation=told)
    left = wiped(incident, set(), {"gone"}).explanation.counters
    assert [one.author for one in left] == [None, "kept"]
