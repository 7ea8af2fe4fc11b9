import pytest

from app import registry
from app.errors import UnknownExtension
from tests.tiny import TinyConnector


def test_extensions_are_found_by_name(tiny):
    assert "tiny" in registry.names("connectors")
    assert registry.load("connectors", "tiny") is TinyConnector


def test_names_are_sorted_and_there_may_be_none():
    names = registry.names("connectors")
    assert list(names) == sorted(names)
    assert registry.names("nothing-of-the-kind") == ()
    assert registry.load_all("nothing-of-the-kind") == {}


def test_an_unknown_name_tells_the_choices(tiny):
    with pytest.raises(UnknownExtension, match=r"no 'tinny' in emberwatch.connectors.*tiny.*reinstall"):
        registry.load("connectors", "tinny")
    with pytest.raises(UnknownExtension, match="Choose one of: none"):
        registry.load("nothing-of-the-kind", "x")
