"""Whose accounts are whose: authors told by id, handle, and the handle on its home server."""

from collections.abc import Iterable

from app.domain.brand import Brand
from app.domain.folding import fold
from app.domain.mention import Author

_NOBODY: frozenset[str] = frozenset()
_HEAD = 4


class Accounts:
    """Finds the brands whose account an author is.

    Most ids are not even as long as one of them, and most handles do not begin like one.
    """

    def __init__(self, brands: Iterable[Brand] = ()) -> None:
        self._brands: dict[str, frozenset[str]] = {}
        for brand in brands:
            for account in brand.accounts:
                name = _account(account)
                self._brands[name] = self._brands.get(name, _NOBODY) | {brand.id}
        self._lengths = {len(name) for name in self._brands}
        self._heads = {name[:_HEAD] for name in self._brands}
        self._short = any(len(name) < _HEAD for name in self._brands)

    def brands(self, author: Author) -> frozenset[str]:
        """Return the brands whose account an author is."""
        if not self._brands:
            return _NOBODY
        found, handle = _NOBODY, author.handle
        if len(author.id) in self._lengths or not author.id.isascii():
            found = self._brands.get(fold(author.id), _NOBODY)
        if handle and (
            handle[:_HEAD].lower() in self._heads or self._short or not handle.isascii() or handle[0] in "@ "
        ):
            for name in _names(_account(handle)):
                found |= self._brands.get(name, _NOBODY)
        return found


def _names(handle: str) -> set[str]:
    """Return the names under which config.yaml may state a handle."""
    return {handle, handle.partition("@")[0], handle.removesuffix(".bsky.social")}


def _account(written: str) -> str:
    return fold(written.strip()).removeprefix("@")
