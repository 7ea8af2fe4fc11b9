"""REDIS_URL in all its forms."""

import pytest

from app.bus.address import Address


def test_one_server_is_itself():
    for url in ("redis://host:6379/0", "rediss://user:a,b@host:6379?ssl_cert_reqs=none", "unix:///run/redis.sock"):
        assert Address(url).starts == [url]


@pytest.mark.parametrize(
    "url",
    [
        "rediss://me:s%2Cp@a:1,b:2/0?ssl_ca_certs=ca.pem",
        "rediss://me:s%2Cp@a:1,rediss://b:2/0?ssl_ca_certs=ca.pem",
    ],
)
def test_several_nodes_share_password_and_options(url):
    address = Address(url)
    assert address.starts == [f"rediss://me:s%2Cp@{place}/0?ssl_ca_certs=ca.pem" for place in ("a:1", "b:2")]
    assert address.at("c", 3) == "rediss://me:s%2Cp@c:3/0?ssl_ca_certs=ca.pem"
    assert address.at("::1", 3) == "rediss://me:s%2Cp@[::1]:3/0?ssl_ca_certs=ca.pem"


@pytest.mark.parametrize("url", ["http://a:1", "redis://a:1,b:x", "a:1,b:2"])
def test_what_is_no_address_is_a_value_error(url):
    with pytest.raises(ValueError):  # noqa: PT011 - the reason may hold the password, nobody reads it
        Address(url)
