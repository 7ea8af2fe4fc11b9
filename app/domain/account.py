"""Accounts: under which names people call an author, and whether it is one of ours."""

from collections.abc import Collection

from app.domain.folding import HANDLE, fold
from app.domain.mention import Author

HOME = ".bsky.social"


def account(written: str) -> str:
    """Return a handle as it is compared: folded, without the @ before it."""
    return fold(written.strip()).removeprefix("@")


def names(handle: str | None) -> tuple[str, ...]:
    """Return under which names a handle is called: in full, and without its home server; none for no handle."""
    if not handle:
        return ()
    whole = account(handle)
    return tuple(dict.fromkeys((whole, whole.partition("@")[0], whole.removesuffix(HOME))))


def called(text: str) -> tuple[str, ...]:
    """Return the accounts that a text calls with an @, as `names` has them; mail addresses are none."""
    if "@" not in text:
        return ()
    return tuple(dict.fromkeys(account(one).rstrip(".-_") for one in HANDLE.findall(text)))


def ours(author: Author, accounts: Collection[str]) -> bool:
    """Tell whether an author is one of `accounts`, which are written as `account` returns them."""
    return bool(accounts) and (fold(author.id) in accounts or any(one in accounts for one in names(author.handle)))
