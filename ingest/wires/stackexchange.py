"""Stack Exchange: questions, answers and comments of its API 2.3, read into mentions; any bytes are legal input."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from app.domain.mention import Author, Engagement, Mention
from app.domain.source import Quota
from ingest.keyset import Stretch
from ingest.markup import text_of

CHANNEL = "stackexchange"
QUESTIONS, ANSWERS, COMMENTS = "questions", "answers", "comments"
LETTERS = {"q": QUESTIONS, "a": ANSWERS, "c": COMMENTS}
FAULTY = (msgspec.MsgspecError, UnicodeError, ValueError, OverflowError, RecursionError)

_ID = re.compile(r"/([qac])/(\d{1,18})$")
_SECONDS = re.compile(r"(\d{1,9}) seconds")


class _User(msgspec.Struct):
    user_id: int | None = None
    display_name: str | None = None
    link: str | None = None


class _Item(msgspec.Struct):
    creation_date: int
    question_id: int | None = None
    answer_id: int | None = None
    comment_id: int | None = None
    post_id: int | None = None
    title: str | None = None
    body: str | None = None
    link: str | None = None
    owner: _User | None = None
    score: int = 0
    answer_count: int | None = None
    view_count: int | None = None
    last_edit_date: int | None = None
    last_activity_date: int | None = None
    edited: bool = False


class _Wrapper(msgspec.Struct):
    items: list[msgspec.Raw] = []
    has_more: bool = False
    quota_max: int | None = None
    quota_remaining: int | None = None
    backoff: int | None = None
    error_id: int | None = None
    error_name: str = ""
    error_message: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """An error as the API tells it."""

    number: int
    name: str
    message: str

    @property
    def later(self) -> float | None:
        """Seconds after which it wants to be asked again, if it says so."""
        found = _SECONDS.search(self.message)
        return float(found[1]) if found else None


@dataclass
class Answered(Stretch):
    """One answer of the API."""

    quota: Quota | None = None
    backoff: float = 0.0
    """Seconds to wait before the same method may be asked again."""
    refusal: Refusal | None = None
    moved: dict[str, float] = field(default_factory=dict)
    """Id → when something last happened there."""


_wrapper = msgspec.json.Decoder(_Wrapper)
_item = msgspec.json.Decoder(_Item)


def questions(body: bytes, site: str) -> Answered:
    """Return found questions, ordered by their last activity; ids begin with `site`."""
    return _read(body, lambda item: _question(item, site), "a question that cannot be read")


def answers(body: bytes, site: str) -> Answered:
    """Return answers to questions, ordered by their last activity."""
    return _read(body, lambda item: _answer(item, site), "an answer that cannot be read")


def comments(body: bytes, site: str, letter: str) -> Answered:
    """Return comments on questions (`q`) or answers (`a`), ordered by when they were written."""
    return _read(body, lambda item: _comment(item, site, letter), "a comment that cannot be read")


def numbers(body: bytes) -> tuple[Answered, frozenset[int]]:
    """Return the numbers of what was asked for by ids and is there."""
    found = _read(body, None, "")
    there: set[int] = set()
    try:
        rows = _wrapper.decode(body).items
        items = [_item.decode(row) for row in rows]
    except FAULTY:
        found.miss("a list of ids that cannot be read")
        return found, frozenset()
    for item in items:
        number = item.comment_id or item.answer_id or item.question_id
        if number is not None:
            there.add(number)
    return found, frozenset(there)


def _read(body: bytes, read: Callable[[_Item], Mention] | None, fault: str) -> Answered:
    found = Answered()
    try:
        told = _wrapper.decode(body)
    except FAULTY:
        found.miss("an answer that is none of the API")
        return found
    found.more, found.backoff = told.has_more, float(max(0, min(told.backoff or 0, 86_400)))
    if told.quota_max is not None and told.quota_remaining is not None:
        found.quota = Quota(float(min(told.quota_max, 10**9)), float(min(told.quota_remaining, 10**9)))
    if told.error_id is not None:
        found.refusal = Refusal(told.error_id, told.error_name, told.error_message)
    for row in told.items if read else ():
        try:
            item = _item.decode(row)
            mention, last = read(item) if read else None, float(item.last_activity_date or item.creation_date)
        except FAULTY:
            found.miss(fault)
            continue
        found.hear(mention)
        found.last = last
        if mention is not None:
            found.moved[mention.id] = last
    return found


def _question(item: _Item, site: str) -> Mention:
    title, body = text_of(item.title or ""), text_of(item.body or "")
    return _mention(item, identity(site, "q", item.question_id), f"{title}\n\n{body}".strip(), "post", None, site)


def _answer(item: _Item, site: str) -> Mention:
    parent = identity(site, "q", item.question_id)
    return _mention(item, identity(site, "a", item.answer_id), text_of(item.body or ""), "reply", parent, site)


def _comment(item: _Item, site: str, letter: str) -> Mention:
    parent = identity(site, letter, item.post_id)
    return _mention(item, identity(site, "c", item.comment_id), text_of(item.body or ""), "comment", parent, site)


def _mention(item: _Item, name: str, text: str, kind: str, parent: str | None, site: str) -> Mention:
    owner = item.owner or _User()
    shown = text_of(owner.display_name or "")
    edited = float(item.last_edit_date) if item.last_edit_date else None
    return Mention(
        channel=CHANNEL,
        id=name,
        published_at=float(item.creation_date),
        text=text,
        author=Author(
            f"{site}/user/{owner.user_id}" if owner.user_id is not None else f"{site}/user/{shown or 'unknown'}"[:500],
            name=shown or None,
            url=owner.link,
        ),
        kind=kind,
        url=item.link,
        in_reply_to=parent,
        engagement=Engagement(likes=max(0, item.score), replies=item.answer_count or 0, views=item.view_count),
        place=site,
        edited_at=edited,
        revision=int(edited * 1_000_000) if edited else 0,
    )


def identity(site: str, letter: str, number: int | None) -> str:
    """Return the id of a question (`q`), an answer (`a`) or a comment (`c`); raise `ValueError` without a number."""
    if number is None:
        raise ValueError("an item without its number")
    return f"{site}/{letter}/{number}"


def place_of(name: str) -> tuple[str, int] | None:
    """Return the letter and the number of an id; None if it is no id of ours."""
    found = _ID.search(name)
    return (found[1], int(found[2])) if found else None
