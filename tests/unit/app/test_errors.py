import ast
import inspect
import re

import pytest

from app import errors
from app.errors import Backpressure, ConfigError, EmberwatchError, MentionError, QueryError, WrongInput

TREE = {
    name: found for name, found in vars(errors).items() if inspect.isclass(found) and issubclass(found, EmberwatchError)
}


def test_the_docstring_shows_the_whole_tree():
    shown = re.findall(r"^[│├└─ ]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    assert set(TREE) == set(shown) - {"Every"}
    assert set(TREE) == {
        node.name for node in ast.parse(inspect.getsource(errors)).body if isinstance(node, ast.ClassDef)
    }


def test_the_docstring_shows_who_descends_from_whom():
    depth_of = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^([│├└─ ]*)([A-Z]\w+)", line)
        if found and found[2] in TREE:
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            depth_of[found[2]] = path[depth - 1] if depth else None
    for name, parent in depth_of.items():
        assert TREE[name].__base__.__name__ == (parent or "Exception")


def test_a_configuration_error_lists_every_mistake():
    error = ConfigError("config.yaml", [("site.zone", 3, "no such zone"), ("brands", 5, "missing")])
    assert str(error) == "config.yaml:3: site.zone: no such zone\nconfig.yaml:5: brands: missing"
    assert isinstance(error, WrongInput)


def test_errors_say_where():
    assert QueryError("nothing follows AND", 7).position == 7
    assert MentionError("published_at", "it is missing").field == "published_at"
    with pytest.raises(Backpressure, match=r"try again in 3 s\.") as caught:
        raise Backpressure(3.2)
    assert caught.value.retry_after == 3.2
