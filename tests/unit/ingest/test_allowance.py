import pytest

from app.domain.instant import from_rfc3339
from app.domain.source import Quota
from ingest.allowance import quota_of, retry_after

NOW = from_rfc3339("2026-11-21T20:00:00Z")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("17", 17.0),
        ("-5", 0.0),
        ("Sat, 21 Nov 2026 20:01:00 GMT", 60.0),
        ("Sat, 21 Nov 2026 19:00:00 GMT", 0.0),
        ("2026-11-21T20:00:30Z", 30.0),
        ("soon", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_when_a_server_wants_us_back_is_read_in_all_its_forms(said, seconds):
    assert retry_after({"Retry-After": said}, NOW) == seconds


def test_a_quota_that_is_used_up_says_when_it_begins_anew():
    used = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 90)}
    assert retry_after(used, NOW) == 90.0
    assert retry_after({**used, "X-RateLimit-Remaining": "1"}, NOW) is None
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        (
            {"RateLimit-Limit": "10, 10;w=60", "RateLimit-Remaining": "3", "RateLimit-Reset": "60"},
            Quota(10, 3, NOW + 60),
        ),
        ({"X-Ratelimit-Remaining": "5"}, None),
        ({"X-RateLimit-Remaining": "98.5", "X-RateLimit-Used": "1.5"}, Quota(100, 98.5)),
        ({"X-Rate-Limit-Limit": "9", "X-Rate-Limit-Remaining": "9"}, Quota(9, 9)),
        (
            {"X-RateLimit-Remaining": "1", "X-RateLimit-Limit": "2", "X-RateLimit-Reset": "2026-11-21T20:05:00Z"},
            Quota(2, 1, NOW + 300),
        ),
        ({"X-RateLimit-Remaining": "many"}, None),
    ],
)
def test_quotas_are_read_in_all_their_forms(headers, quota):
    assert quota_of(headers, NOW) == quota
