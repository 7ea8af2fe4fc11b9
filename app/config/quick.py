"""The quick way through YAML: libyaml's events, where a file is written as nearly all are; anything else is left alone.

Nothing here calls itself, so that no depth of nesting can end the process.
"""

from typing import Any, NamedTuple

import yaml
from yaml.nodes import ScalarNode

DEEPEST = 50
"""Levels of blocks within each other; deeper ones are left to the slow way, which says what is wrong."""
_TEXT = "tag:yaml.org,2002:str"

Path = tuple[str | int, ...]
"""Keys and indices from the top, as in `("brands", 0, "query")`."""


class _Unusual(Exception):
    """Something that has to be looked at the slow way."""


class Quick(NamedTuple):
    """What a file says, and the line each path stood on."""

    data: Any
    lines: dict[Path, int]


def read_quickly(text: str) -> Quick | None:
    """Read YAML text without any mistake, as the slow way does; None if that has to do it."""
    if not yaml.__with_libyaml__ or "\t" in text:  # libyaml takes tabs where others see a mistake
        return None
    try:
        return _read(yaml.CSafeLoader(text))
    except (_Unusual, yaml.YAMLError, ValueError):
        return None


class _Block:
    """A mapping or list that is being read; a mapping knows its key while the value is awaited."""

    def __init__(self, path: Path, *, keyed: bool) -> None:
        self.path = path
        self.keyed = keyed
        self.key: str | None = None
        self.mapping: dict[str, Any] = {}
        self.items: list[Any] = []

    def here(self) -> Path:
        """Return the path of the value that comes now."""
        return (*self.path, self.key if self.key is not None else len(self.items))

    def put(self, value: Any) -> None:
        if self.key is None:
            self.items.append(value)
        else:
            self.mapping[self.key] = value
            self.key = None

    def built(self) -> Any:
        return self.mapping if self.keyed else tuple(self.items)


def _read(loader: Any) -> Quick:
    lines: dict[Path, int] = {}
    whole: list[Any] = []
    open_blocks: list[_Block] = []
    while (event := loader.get_event()) is not None:
        kind = type(event)
        block = open_blocks[-1] if open_blocks else None
        if kind is yaml.ScalarEvent and block is not None and block.keyed and block.key is None:
            _name(block, event, lines)
        elif kind is yaml.ScalarEvent:
            lines.setdefault(block.here() if block else (), event.start_mark.line + 1)
            (block.put if block else whole.append)(_scalar(loader, event))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            open_blocks.append(_opened(block, event, lines, len(open_blocks)))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            built = open_blocks.pop().built()
            (open_blocks[-1].put if open_blocks else whole.append)(built)
        elif kind is yaml.AliasEvent:
            raise _Unusual
    if len(whole) > 1:
        raise _Unusual
    return Quick(whole[0] if whole else None, lines)


def _name(block: _Block, event: Any, lines: dict[Path, int]) -> None:
    """Take a key; one that is written twice is a mistake."""
    if event.value in block.mapping:
        raise _Unusual
    block.key = event.value
    lines[block.here()] = event.start_mark.line + 1


def _opened(block: _Block | None, event: Any, lines: dict[Path, int], depth: int) -> _Block:
    if depth >= DEEPEST or (block is not None and block.keyed and block.key is None):
        raise _Unusual
    path = block.here() if block else ()
    lines.setdefault(path, event.start_mark.line + 1)
    return _Block(path, keyed=type(event) is yaml.MappingStartEvent)


def _scalar(loader: Any, event: Any) -> Any:
    tag = event.tag
    if tag is None or tag == "!":
        if not event.implicit[0]:
            return event.value
        tag = loader.resolve(ScalarNode, event.value, event.implicit)
    if tag == _TEXT:
        return event.value
    return loader.construct_object(ScalarNode(tag, event.value, event.start_mark, event.end_mark), deep=True)
