"""The rules of X's filtered stream: which of them are ours, and what they should be."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from app.domain.brand import Brand
from app.errors import SourceUnavailable
from ingest.web import Web
from ingest.wires.listing import FAULTY

LONGEST = 512
"""Characters of a rule without an Enterprise contract."""

_HANDLE = re.compile(r"@?(\w{1,15})")


class _Rule(msgspec.Struct):
    id: str
    value: str
    tag: str = ""


class _Refused(msgspec.Struct):
    value: str = ""
    title: str = ""


class _Told(msgspec.Struct):
    data: list[_Rule] = []
    errors: list[_Refused] = []


_told = msgspec.json.Decoder(_Told)


class Rules:
    """The rules of one source, known by their tag; those of other programs are left alone."""

    def __init__(self, web: Web, url: str, source: str) -> None:
        self._web, self._address = web, f"{url}/2/tweets/search/stream/rules"
        self._tag = f"emberwatch:{source}"

    async def found(self) -> dict[str, str]:
        """Return our rules in force by their id."""
        answer = await self._web.get(self._address, also=frozenset())
        return {rule.id: rule.value for rule in _read(answer.body).data if rule.tag == self._tag}

    async def keep(self, wanted: Iterable[str]) -> None:
        """Put the wanted rules in force and take our others away; raise `SourceUnavailable` if X takes one not."""
        values = dict.fromkeys(wanted)
        found = await self.found()
        if stale := [number for number, value in found.items() if value not in values]:
            await self._change({"delete": {"ids": stale}})
        if missing := [value for value in values if value not in found.values()]:
            await self._change({"add": [{"value": value, "tag": self._tag} for value in missing]})

    async def _change(self, body: dict[str, Any]) -> None:
        answer = await self._web.ask("POST", self._address, json=body)
        for refused in _read(answer.body).errors:
            if refused.title == "DuplicateRule":  # another source of ours, or another program, has the very same
                continue
            raise SourceUnavailable(f"X does not take the rule {refused.value[:80]!r}; see `rules`.", "setting")


def _read(body: bytes) -> _Told:
    try:
        return _told.decode(body)
    except FAULTY:
        raise SourceUnavailable("X answers with something that are no rules.") from None


def derived(brands: Iterable[Brand]) -> tuple[str, ...]:
    """Return one rule for each brand: its name as a phrase, its accounts named or speaking."""
    rules = []
    for brand in brands:
        words = [f'"{brand.name.replace(chr(34), " ").strip()}"']
        for account in brand.accounts:
            if handle := _HANDLE.fullmatch(account):
                words += [f"@{handle[1]}", f"from:{handle[1]}"]
        while len(rule := " OR ".join(words)) > LONGEST and len(words) > 1:
            words.pop()
        rules.append(rule[:LONGEST])
    return tuple(rules)
