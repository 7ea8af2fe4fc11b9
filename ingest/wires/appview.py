"""The wire of Bluesky's AppView: `app.bsky.actor.getProfiles` as authors; no socket inside."""

import msgspec

from app.domain.instant import told_instant
from app.domain.mention import Author
from app.errors import SourceUnavailable


class _Verification(msgspec.Struct, rename="camel"):
    verified_status: str = ""


class _Profile(msgspec.Struct, rename="camel"):
    did: str
    handle: str = ""
    display_name: str | None = None
    followers_count: int | None = None
    verification: _Verification | None = None
    created_at: str | None = None


class _Profiles(msgspec.Struct):
    profiles: list[msgspec.Raw]


_answer = msgspec.json.Decoder(_Profiles)
_profile = msgspec.json.Decoder(_Profile)


def profiles(body: bytes) -> dict[str, Author]:
    """Return the authors of an answer by their DID; one that cannot be read is left out.

    Raises `SourceUnavailable` if the answer as a whole breaks the contract.
    """
    try:
        raw = _answer.decode(body).profiles
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise SourceUnavailable("The AppView answers with something that is no list of profiles.") from None
    found: dict[str, Author] = {}
    for one in raw:
        try:
            said = _profile.decode(one)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            continue
        found[said.did] = Author(
            said.did,
            said.handle if said.handle != "handle.invalid" else None,
            said.display_name,
            said.followers_count,
            verified=said.verification is not None and said.verification.verified_status == "valid",
            created_at=told_instant(said.created_at),
        )
    return found
