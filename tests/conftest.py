"""Fixtures live in tests/fixtures, one noun a file."""

import pytest

pytest_plugins = [
    "tests.fixtures.bus",
    "tests.fixtures.store",
    "tests.fixtures.system",
    "tests.fixtures.browser",
    "tests.fixtures.whole",
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
