"""A draft of a row of the watchlist, as a form holds it: text that people wrote, read with every mistake at once."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from app.config import Config
from app.config.merged import row_of
from app.config.period import begin, end
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.folding import fold
from app.domain.preview import Wish, any_of
from app.domain.query import Query, parse
from app.domain.saved import Kind, Row
from app.errors import QueryError
from dashboard.i18n import Words

KINDS: tuple[Kind, ...] = ("brands", "competitors", "topics", "campaigns")
"""What has rows of its own; spam is one list of queries."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
LONGEST_NAME = 60
OLDEST, NEWEST = 1970, 9000
"""Years that a campaign may be in."""


class Draft(msgspec.Struct, frozen=True):
    """What the fields of the form hold."""

    name: str = ""
    id: str = ""
    query: str = ""
    accounts: str = ""
    exclude: str = ""
    brands: tuple[str, ...] = ()
    """Of a topic: among whose mentions; of a competitor: of which brands."""
    brand: str = ""
    """Of a campaign."""
    start: str = ""
    end: str = ""


class Slip(msgspec.Struct, frozen=True):
    """A mistake in a field; `line` (from 0) and `position` point at the character where there is one."""

    sentence: str
    position: int | None = None
    line: int = 0


def drafted(row: Row | None, zone: str) -> Draft:
    """Return the draft that says what a row says; an empty one for None."""
    match row:
        case Brand():
            among = tuple(one for one in row.rivals if one != EVERY)
            return Draft(row.name, row.id, row.query, "\n".join(row.accounts), "\n".join(row.exclude), among)
        case Topic():
            return Draft(row.name, row.id, row.query, brands=row.brands)
        case Campaign():
            first, last = _shown(row.start, zone), _shown(row.end, zone, days=1)
            return Draft(row.name, row.id, row.query, brand=row.brand, start=first, end=last)
        case tuple():
            return Draft(exclude="\n".join(row))
        case _:
            return Draft()


def lines(text: str) -> list[str]:
    """Return what stands in the lines of a field, without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def wish(kind: Kind, draft: Draft, zone: str, say: Words) -> tuple[Wish | None, dict[str, Slip]]:
    """Return what a draft wants to hear, None if it cannot be told, and the mistakes by field."""
    slips: dict[str, Slip] = {}
    exclude = _exclusions(draft.exclude, say, slips) if kind in {"brands", "competitors", "spam"} else ()
    if kind == "spam":
        query, exclude = any_of(exclude), ()
    else:
        query = _parsed(draft.query, say, slips) if draft.query.strip() else None
    if query is None or slips:
        return None, slips
    if kind == "campaigns":
        return Wish(query, (), *(_period(draft, zone) or (float("-inf"), float("inf")))), slips
    return Wish(query, exclude), slips


def row(kind: Kind, draft: Draft, config: Config, say: Words, known: str | None) -> tuple[Row | None, dict[str, Slip]]:
    """Return the row a draft makes, or None and what is wrong, by field; `known` is the id of the row it changes."""
    found, slips = wish(kind, draft, config.site.zone, say)
    if kind == "spam":
        return (None if slips else tuple(lines(draft.exclude))), slips
    if not draft.query.strip():
        found, slips["query"] = None, Slip(say.say("query.missing"))
    name = draft.name.strip()
    if not name or len(name) > LONGEST_NAME:
        slips["name"] = Slip(say.say("query.name_missing"))
    id_ = known or draft.id.strip() or named(name, config)
    if not _ID.fullmatch(id_):
        slips["id"] = Slip(say.say("query.id_wrong"))
    elif known is None and any(row_of(config, one, id_) for one in KINDS):
        slips["id"] = Slip(say.say("query.id_taken", id=id_))
    for account in lines(draft.accounts):
        if not any(map(str.isalnum, account)):
            slips["accounts"] = Slip(say.say("query.account_wrong", account=account))
    if kind == "campaigns":
        slips |= _campaign_slips(draft, config.site.zone, say)
    if slips or found is None:
        return None, slips
    return _made(kind, draft, id_, row_of(config, kind, id_), config.site.zone), {}


def named(name: str, config: Config) -> str:
    """Return an id nobody has, made from a name."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:50] or "x"
    taken = {one.id for kind in KINDS for one in getattr(config, kind)}
    numbers = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(one for one in numbers if one not in taken)


def _made(kind: Kind, draft: Draft, id_: str, before: Row | None, zone: str) -> Row:
    name, query = draft.name.strip(), draft.query.strip()
    if kind == "topics":
        return Topic(id_, name, query, draft.brands)
    if kind == "campaigns" and (period := _period(draft, zone)):
        return Campaign(id_, name, draft.brand, query, *period)
    rivals = (draft.brands or (EVERY,)) if kind == "competitors" else ()
    demo = isinstance(before, Brand) and before.demo
    return Brand(id_, name, query, tuple(lines(draft.accounts)), demo, tuple(lines(draft.exclude)), rivals)


def _campaign_slips(draft: Draft, zone: str, say: Words) -> Mapping[str, Slip]:
    slips = {}
    if not draft.brand:
        slips["brand"] = Slip(say.say("query.brand_missing"))
    slips |= {
        name: Slip(say.say("query.day_wrong"))
        for name, written in (("start", draft.start), ("end", draft.end))
        if _moment(written, zone) is None
    }
    period = _period(draft, zone)
    if period and period[1] <= period[0]:
        slips["end"] = Slip(say.say("query.days_wrong"))
    return slips


def _period(draft: Draft, zone: str) -> tuple[float, float] | None:
    """Return when a campaign begins and when it is over, None while a draft does not say."""
    first, last = _moment(draft.start, zone), _moment(draft.end, zone)
    return None if first is None or last is None else (begin(first, zone), end(last, zone))


def _moment(written: str, zone: str) -> date | float | None:
    """Read a day, or an instant, which without an offset is one of that time zone."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    if not OLDEST <= at.year <= NEWEST:
        return None
    if len(written.strip()) == len("2026-11-21"):
        return at.date()
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).timestamp()


def _shown(at: float, zone: str, days: int = 0) -> str:
    """Write a midnight as the day, or that many days before, and any other instant with its time."""
    local = (datetime.fromtimestamp(0, UTC) + timedelta(seconds=at)).astimezone(ZoneInfo(zone))
    if local.time() == time():
        return (local.date() - timedelta(days=days)).isoformat()
    told = local if local.fold else local.replace(tzinfo=None)
    return told.isoformat(" ", "auto" if told.second or told.microsecond else "minutes")


def _parsed(text: str, say: Words, slips: dict[str, Slip]) -> Query | None:
    try:
        return parse(text)
    except QueryError as error:
        slips["query"] = _slip(error, say)
        return None


def _exclusions(text: str, say: Words, slips: dict[str, Slip]) -> tuple[Query, ...]:
    found = []
    for number, line in enumerate(text.splitlines()):
        if line.strip():
            try:
                found.append(parse(line))
            except QueryError as error:
                slips.setdefault("exclude", _slip(error, say, number))
    return tuple(found)


def _slip(error: QueryError, say: Words, line: int = 0) -> Slip:
    """Return what is wrong with a query in the words of the screen."""
    return Slip(say.say(f"mistake.{error.key}", **error.values), error.position, line)
