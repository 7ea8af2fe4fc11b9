"""Fixtures live in tests/fixtures, one noun a file."""

import pytest

pytest_plugins = [
    "tests.fixtures.system",
    "tests.fixtures.bus",
    "tests.fixtures.cluster",
    "tests.fixtures.store",
    "tests.fixtures.postgres",
    "tests.fixtures.browser",
    "tests.fixtures.whole",
    "tests.acceptance.world",
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests last: Playwright keeps an event loop running for as long as its browser lives."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
