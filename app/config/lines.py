"""YAML with its line numbers: plain data, where each part stood, and what is wrong with the writing itself."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.config.quick import Path, read_quickly


def written(path: Path) -> str:
    """Return a path as people write it: `brands[0].query`, or `file` for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "file"


@dataclass
class Document:
    """What a file says, the line each path stood on, and the mistakes in the writing as (path, line, sentence)."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[tuple[Path, int, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest part above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    """Composes nodes and refuses aliases: they would hide where a value comes from."""

    def compose_node(self, parent: Any, index: Any) -> Node | None:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call] # types-PyYAML
            raise yaml.MarkedYAMLError(
                problem="an alias (*name) is not read here; write the value out", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


def read_yaml(text: str) -> Document:
    """Read YAML text; never raises, mistakes are in the document."""
    found = read_quickly(text)
    return read_carefully(text) if found is None else Document(*found)


def read_carefully(text: str) -> Document:
    """Read YAML text slowly, which finds every mistake."""
    document = Document()
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            document.data = _build(node, (), document, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        document.mistakes.append(((), mark.line + 1 if mark else 1, f"this is not YAML: {what}{_hint(what, text)}"))
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0]
        document.mistakes.append(((), _line_of(error, text), f"this is not YAML: {what}"))
    except RecursionError:
        document.mistakes.append(((), 1, "this is nested far too deeply; see docs/configuration.md for the layout"))
    finally:
        if loader is not None:
            loader.dispose()
    return document


def _hint(what: str, text: str) -> str:
    """Return what newcomers forget: quotes."""
    if re.search("character '[@`%]'", what):
        return "; put the text in quotes"
    if re.search("stream end|block end", what) and re.search(r"^[^#'\"]*\S[^'\"]* #\S", text, re.MULTILINE):
        return "; a # outside quotes begins a comment, put the text in quotes"
    return "; indent with spaces" if r"'\t'" in what else ""


def _line_of(error: yaml.YAMLError, text: str) -> int:
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position) + 1


def _build(node: Node, path: Path, document: Document, loader: _Loader) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _mapping(node, path, document, loader)
    if isinstance(node, SequenceNode):
        return tuple(_build(child, (*path, index), document, loader) for index, child in enumerate(node.value))
    return _scalar(node, path, document, loader)


def _mapping(node: MappingNode, path: Path, document: Document, loader: _Loader) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            document.mistakes.append((path, line, "a key has to be a plain word"))
            continue
        key = str(key_node.value)
        here = (*path, key)
        if key in built:
            first = document.lines[here]
            document.mistakes.append((here, line, f"`{key}` is written twice; the first is in line {first}"))
            continue
        document.lines[here] = line
        built[key] = _build(value_node, here, document, loader)
    return built


def _scalar(node: Node, path: Path, document: Document, loader: _Loader) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except (ConstructorError, ValueError) as error:
        reason = error.problem if isinstance(error, ConstructorError) else str(error)
        document.mistakes.append((path, node.start_mark.line + 1, f"this value cannot be read: {reason}"))
        return None
