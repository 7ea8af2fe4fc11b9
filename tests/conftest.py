"""Fixtures live in tests/fixtures, one noun a file."""

import sys
from collections.abc import Iterator

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let a test marked `untraced` run at its own pace: what it goes through a thousand times others have traced."""
    tracing = sys.gettrace()
    if item.get_closest_marker("untraced"):
        sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracing)
