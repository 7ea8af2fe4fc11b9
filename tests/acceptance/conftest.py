"""Fixtures of the time lines: a house that tells people."""

import pytest

from tests.acceptance.telling import a_house
from tests.peers.post_office import post_office


@pytest.fixture
def office():
    with post_office() as made:
        yield made


@pytest.fixture
async def house(tmp_path, redis_server, store, clock, office):
    async with a_house(tmp_path, redis_server, store, clock, office) as made:
        yield made


@pytest.fixture
async def any_house(tmp_path, redis_server, any_store, clock, office):
    async with a_house(tmp_path, redis_server, any_store, clock, office) as made:
        yield made
