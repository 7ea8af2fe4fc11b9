"""A mapping says which column of a table means which field of a mention, and makes mentions of rows."""

import hashlib
import json
import math
import re
from collections.abc import Mapping as Named
from collections.abc import Sequence
from typing import Any

import msgspec

from app.config.nearest import nearest
from app.domain.wire import read
from app.errors import MentionError, WrongInput
from ingest.moments import Moments
from ingest.recording import Line
from ingest.table import Row

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "mentionid", "postid", "messageid", "guid", "uuid", "reviewid", "commentid", "tweetid", "nummer"),
    "published_at": (
        *("publishedat", "published", "date", "datetime", "timestamp", "time", "createdat", "created", "pubdate"),
        *("datum", "zeit", "zeitpunkt", "zeitstempel", "veroffentlicht", "veroffentlichtam", "erstellt", "erstelltam"),
    ),
    "title": ("title", "headline", "subject", "titel", "betreff", "uberschrift"),
    "text": (
        *("text", "content", "message", "body", "fulltext", "snippet", "review", "comment", "post", "tweet", "mention"),
        *("inhalt", "nachricht", "beitrag", "kommentar", "bewertung", "volltext", "beitragstext", "rezension"),
    ),
    "author.id": ("authorid", "userid", "profileid", "accountid", "autorid", "nutzerid"),
    "author.handle": ("authorhandle", "handle", "username", "screenname", "user", "nutzername", "benutzername"),
    "author.name": ("authorname", "author", "name", "fullname", "displayname", "autor", "autorin", "verfasser"),
    "author.followers": ("authorfollowers", "followers", "followercount", "followerscount", "reach", "reichweite"),
    "author.verified": ("authorverified", "verified", "verifiziert"),
    "author.url": ("authorurl", "profileurl", "userurl", "profil"),
    "channel": ("channel", "platform", "network", "sourcetype", "kanal", "plattform", "netzwerk"),
    "kind": ("kind", "type", "posttype", "mentiontype", "art", "typ"),
    "url": ("url", "link", "permalink", "adresse"),
    "language": ("language", "lang", "sprache"),
    "in_reply_to": ("inreplyto", "replyto", "parentid", "inreplytostatusid", "antwortauf"),
    "quotes": ("quotes", "quotedid"),
    "engagement.likes": ("engagementlikes", "likes", "likecount", "favorites", "favoritecount", "gefalltmir"),
    "engagement.replies": ("engagementreplies", "replies", "comments", "replycount", "commentcount", "kommentare"),
    "engagement.reposts": ("engagementreposts", "reposts", "shares", "retweets", "retweetcount", "sharecount"),
    "engagement.views": ("engagementviews", "views", "impressions", "viewcount", "aufrufe", "impressionen"),
    "place": ("place", "location", "city", "country", "ort", "stadt", "land"),
    "rating": ("rating", "stars", "score", "sterne", "note", "punkte"),
    "edited_at": ("editedat", "edited", "updatedat", "bearbeitet"),
    "deleted_at": ("deletedat", "deleted", "geloscht"),
}
"""Field → names that columns have for it, folded to letters and digits."""

NEEDED = ("published_at", "text")
MOMENTS = ("published_at", "edited_at", "deleted_at")
WHOLE = {field for field in NAMES if field.startswith("engagement.")} | {"author.followers"}
NOBODY = "unknown"
"""Whoever wrote what the table names no author for."""

_GROUPED = re.compile(r"[-+]?\d{1,3}([.,' \u00a0\u202f]\d{3})+")
_UMLAUTS = str.maketrans("äöüß", "aous")


class Mapping(msgspec.Struct, frozen=True):
    """Column by field, and the channel where no column says it."""

    columns: dict[str, str]
    channel: str

    def lines(self, row: Row, moments: Named[str, Moments], now: float) -> Line:
        """Return the mention of a row, or the field and the reason why it is none."""
        if row.fault:
            return Line(row.number, field="row", error=row.fault)
        try:
            said = self._said(row.cells, moments)
            return Line(row.number, read(json.dumps(said), now))
        except MentionError as error:
            return Line(row.number, field=error.field, error=str(error))

    def _said(self, cells: dict[str, Any], moments: Named[str, Moments]) -> dict[str, Any]:
        said: dict[str, Any] = {"author": {}, "engagement": {}}
        for field, column in self.columns.items():
            cell = cells.get(column)
            if _blank(cell):
                continue
            holder, _, name = field.rpartition(".")
            try:
                (said[holder] if holder else said)[name] = _value(field, cell, moments)
            except ValueError as error:
                raise MentionError(field, str(error)) from None
        title = said.pop("title", None)
        said["text"] = "\n\n".join(part for part in (title, said.get("text")) if part)
        return self._completed(said)

    def _completed(self, said: dict[str, Any]) -> dict[str, Any]:
        """Fill in what tables leave out: channel, author, and an id that is the same at every import."""
        said["channel"] = _channel(str(said.get("channel") or self.channel))
        author = said["author"]
        author.setdefault("id", author.get("handle") or author.get("name") or NOBODY)
        if "published_at" not in said and "deleted_at" not in said:
            raise MentionError("published_at", "This row says no moment; fill it in.")
        if not said["text"] and "deleted_at" not in said:
            raise MentionError("text", "This row says nothing; fill its text in, or leave the row out.")
        if "rating" in said:
            said.setdefault("kind", "review")
        if "id" not in said:
            known = (said["channel"], said.get("published_at"), author["id"], said["text"])
            said["id"] = f"sha256:{hashlib.sha256(json.dumps(known).encode()).hexdigest()}"
        return said


def suggested(columns: Sequence[str]) -> dict[str, str]:
    """Return which column seems to mean which field, by their names; each column means one field at most."""
    free = {_folded(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field, names in NAMES.items():
        for name in names:
            if name in free:
                found[field] = free.pop(name)
                break
    if "text" not in found and "title" in found:
        found["text"] = found.pop("title")
    return found


def mapped(columns: Sequence[str], wanted: Named[str, str], channel: str) -> Mapping:
    """Return the mapping that is wanted, what is left open filled in by suggestion; raise `WrongInput`.

    A field that is wanted from the column "" is left out.
    """
    for field, column in wanted.items():
        if field not in NAMES:
            raise WrongInput(f"There is no field {field!r};{nearest(field, NAMES)} fields are {', '.join(NAMES)}.")
        if column and column not in columns:
            raise WrongInput(
                f"There is no column {column!r} for {field};{nearest(column, columns)} "
                f"columns are {', '.join(columns)}."
            )
    taken = {column for column in wanted.values() if column}
    chosen = {
        field: column for field, column in suggested(columns).items() if field not in wanted and column not in taken
    }
    chosen |= {field: column for field, column in wanted.items() if column}
    missing = [field for field in NEEDED if field not in chosen]
    if missing:
        raise WrongInput(
            f"No column seems to mean {missing[0]}; say which one with --map '{missing[0]}=COLUMN'. "
            f"Columns are {', '.join(columns)}."
        )
    return Mapping({field: chosen[field] for field in NAMES if field in chosen}, _channel(channel))


def _blank(cell: Any) -> bool:
    return (
        cell is None or (isinstance(cell, str) and not cell.strip()) or (isinstance(cell, float) and math.isnan(cell))
    )


def _value(field: str, cell: Any, moments: Named[str, Moments]) -> Any:
    if field in MOMENTS:
        return moments[field].rfc3339(cell)
    if field in WHOLE:
        return round(_number(cell))
    if field == "rating":
        return _number(cell)
    if field == "author.verified":
        return str(cell).strip().lower() in {"true", "1", "yes", "ja", "x", "wahr"}
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return text.lower() if field == "kind" else text


def _number(cell: Any) -> float:
    """Return a number, written in the German or the English way; raise `ValueError` with a sentence."""
    text = str(cell).strip()
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[^\d+-]", "", text)
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]!r} is no number; correct it, or leave the cell empty.")
    return number


def _channel(name: str) -> str:
    """Return a channel's name in the form channels have."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower().translate(_UMLAUTS)).strip("-._")[:64] or "files"


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().translate(_UMLAUTS))
