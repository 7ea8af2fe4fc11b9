import socket
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from app.clock import SystemClock
from app.errors import SourceUnavailable
from ingest.connector import Setting
from ingest.connectors.feeds import FeedsOptions
from ingest.perimeter import Perimeter, private
from ingest.web import Web
from tests.intake import Told
from tests.peers.feeds import FeedSite

pytestmark = pytest.mark.anyio

SETTING = Setting("feeds", FeedsOptions(url="https://site.example"), SystemClock(), Path(), Told())
HERE, METADATA = "127.0.0.1", "169.254.169.254"


@pytest.fixture
async def site():
    async with FeedSite() as running:
        running.put("/here", "words")
        running.put("/away", "", status=301, headers={"Location": f"http://intra.example:{running.port}/here"})
        yield running


class Names(AbstractResolver):
    """Knows that every name is here."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [ResolveResult(hostname=host, host=HERE, port=port, family=family, proto=0, flags=0)]

    async def close(self):
        pass


def perimeter(*hosts, private=private):
    return Perimeter(hosts, private, Names)


def other_than_here(host):
    return host != HERE and private(host)


async def got(url, around):
    async with Web(SETTING, perimeter=around, patience=2.0) as web:
        return (await web.get(url)).body


async def refused(url, around):
    with pytest.raises(SourceUnavailable) as caught:
        await got(url, around)
    assert caught.value.cause == "setting"
    return str(caught.value)


@pytest.mark.parametrize(
    "host", [METADATA, HERE, "10.0.0.1", "::1", "::ffff:10.0.0.1", "fd00::1", "redis", "0", "224.0.0.1"]
)
def test_what_lies_inside(host):
    assert private(host)


@pytest.mark.parametrize("host", ["93.184.215.14", "2606:2800:21f::1", "example.org"])
def test_what_lies_outside(host):
    assert not private(host)


@pytest.mark.parametrize("header", ["Location", "URI"])
async def test_a_site_outside_does_not_send_us_inside(site, header):
    site.put("/inside", "", status=302, headers={header: f"http://{METADATA}/latest"})
    sentence = await refused(f"{site.url}/inside", perimeter(HERE, private=other_than_here))
    assert sentence.endswith("leads into a private network; only config.yaml may name an address there.")


async def test_a_link_into_a_private_network_is_not_asked(site):
    await refused(f"{site.url}/here", perimeter())
    assert site.asked == []
    assert await got(f"{site.url}/here", perimeter(HERE)) == b"words"


async def test_a_name_that_leads_inside_is_not_asked_unless_it_was_configured(site):
    named = f"http://intra.example:{site.port}"
    await refused(f"{named}/here", perimeter())
    assert site.asked == []
    assert await got(f"{named}/here", perimeter("intra.example")) == b"words"


async def test_a_private_site_may_send_us_to_another(site):
    assert await got(f"{site.url}/away", perimeter(HERE)) == b"words"
    site.put("/back", "", status=301, headers={"Location": f"{site.url}/here"})
    assert await got(f"http://intra.example:{site.port}/back", perimeter("intra.example")) == b"words"


async def test_a_proxy_of_the_environment_may_stand_inside(site, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://intra.example:{site.port}")
    monkeypatch.setenv("no_proxy", "")
    site.put("/here", "through the proxy")
    assert await got("http://site.example/here", perimeter("site.example")) == b"through the proxy"
