import msgspec
import pytest

from app.domain.incident import Incident, Signal, read

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
