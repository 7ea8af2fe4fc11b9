import pytest

from ingest.connector import Setting
from ingest.connectors.feeds import FeedsOptions
from ingest.web import Web
from tests.intake import StillClock, Told
from tests.peers.feeds import FeedSite

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((), ""), ((301,), "/1"), ((308, 301), "/2"), ((302,), ""), ((302, 301), ""), ((301, 302), "/1")],
)
async def test_where_an_address_has_moved_for_good_is_told(tmp_path, statuses, moved):
    async with FeedSite() as site:
        for number, status in enumerate(statuses):
            site.put(f"/{number}", "", status=status, headers={"Location": f"/{number + 1}"})
        site.put(f"/{len(statuses)}", "here")
        setting = Setting("s", FeedsOptions(url=site.url), StillClock(0.0), tmp_path, Told())
        async with Web(setting) as asks:
            answer = await asks.get(f"{site.url}/0")
        assert (answer.status, answer.body) == (200, b"here")
        assert answer.moved == (site.url + moved if moved else "")
