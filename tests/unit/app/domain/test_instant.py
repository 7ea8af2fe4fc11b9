import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.instant import from_rfc3339, rfc3339, told_instant


def test_an_instant_is_written_in_utc_with_milliseconds():
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"
    assert rfc3339(1795284000.5) == "2026-11-21T18:00:00.500Z"


@given(st.integers(0, 4_000_000_000_000))
def test_reading_undoes_writing(milliseconds):
    assert round(from_rfc3339(rfc3339(milliseconds / 1000)) * 1000) == milliseconds


def test_offsets_are_honoured():
    assert from_rfc3339("2026-11-21T19:00:00+01:00") == from_rfc3339("2026-11-21T18:00:00Z")


def test_an_instant_without_offset_is_refused():
    with pytest.raises(ValueError, match="an offset is missing"):
        from_rfc3339("2026-11-21T19:00:00")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "1795284000"])
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 # its sentence is Python's own
        from_rfc3339(text)


@pytest.mark.parametrize(("text", "instant"), [("1970-01-01T00:00:01Z", 1.0), ("", None), (None, None), ("soon", None)])
def test_an_instant_that_may_be_told_is_none_where_it_is_not(text, instant):
    assert told_instant(text) == instant
