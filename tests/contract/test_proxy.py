"""The proxy of the torture test does what it says to a real Redis: cut, refused, slowed, swallowed, unanswered."""

import time
from collections.abc import Iterator
from threading import Thread

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.bus.server import EmbeddedServer
from tests.fixtures.system import until
from tests.proxy import Proxy


@pytest.fixture
def proxy(redis_server: EmbeddedServer) -> Iterator[Proxy]:
    with Proxy(redis_server.url.removeprefix("unix://")) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[Redis]:
    """A client that says what happened instead of trying again."""
    with Redis.from_url(proxy.url, retry=Retry(NoBackoff(), 0), socket_timeout=0.5, protocol=2) as client:
        client.set("proxied", 0)
        yield client


def fails(client: Redis) -> bool:
    try:
        client.ping()
    except RedisError:
        return True
    return False


def test_a_cut_breaks_every_connection_and_new_ones_work(proxy, client):
    hanging = client.pubsub()
    hanging.subscribe("proxied")
    assert hanging.get_message(timeout=5)
    proxy.cut()
    assert proxy.cuts == 1
    with pytest.raises(RedisError):
        hanging.get_message(timeout=5)
    hanging.close()
    assert client.ping()


def test_refused_lines_come_back_on_the_same_port(proxy, client):
    refusing = Thread(target=proxy.refuse, args=(1.0,))
    refusing.start()
    until(lambda: fails(client), "a refusal", 5)
    assert fails(client)
    refusing.join()
    assert client.ping()


def test_what_redis_did_is_done_though_the_answer_was_cut(proxy, client):
    proxy.cut_answers(1)
    with pytest.raises(RedisError):
        client.incr("proxied")
    assert proxy.armed == 0
    assert client.incr("proxied") == 2


def test_swallowed_bytes_never_arrive_and_their_connection_ends(proxy, client):
    swallowing = Thread(target=proxy.swallow, args=(1.5,))
    swallowing.start()
    until(lambda: proxy._swallowing, "a line that swallows")
    with pytest.raises(RedisError, match="Timeout"):
        client.incr("proxied")
    swallowing.join()
    assert client.get("proxied") == b"0"


def test_a_slow_line_is_slow(proxy, client):
    slowing = Thread(target=proxy.slow, args=(0.05, 10**6, 1.5))
    slowing.start()
    until(lambda: proxy.is_slow, "slowness", 5)
    began = time.monotonic()
    client.ping()
    assert time.monotonic() - began >= 0.1
    slowing.join()
