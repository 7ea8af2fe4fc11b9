"""Stack Exchange: questions that are searched for, their answers and comments, on any site of the network."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Self

import msgspec
from msgspec.structs import replace
from pydantic import Field, SecretStr, field_validator, model_validator

from app.domain.mention import Mention, SourceEvent
from app.domain.source import Quota
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import placed
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.keyset import walk
from ingest.paced import Paced
from ingest.poll import Interval, polled
from ingest.seen import Seen
from ingest.web import Answer, Web, host_of
from ingest.wires import stackexchange as wire
from ingest.wires.heard import Heard

DAY = 86_400.0
PAGE = 100
"""Items a page and ids a call, at most (api.stackexchange.com/docs/paging)."""

KEPT, TOPICS = 2_000, 300
"""Items, and questions with their answers, that are remembered."""

PACE = 0.2
COMMENTING = 3_600.0
"""Seconds between two looks for comments: they move no question up, so all have to be asked."""

THROTTLED, AWAY = 502, frozenset({500, 503})
REFUSED = frozenset({401, 402, 403, 405, 406})
HOW = "Register at https://stackapps.com/apps/oauth/register"
_SITE = re.compile(r"[a-z0-9.-]{2,60}")
_TAG = re.compile(r"[^\s;]{1,35}")

Reader = Callable[[bytes], wire.Answered]


class StackexchangeOptions(Paced):
    """Which questions to find."""

    site: str = Field("stackoverflow", description="the site: stackoverflow, superuser, serverfault, diy, …")
    query: str | None = Field(None, min_length=1, max_length=200, description="words that questions hold")
    tagged: tuple[str, ...] = Field((), max_length=5, description="tags that questions have, all of them")
    comments: bool = Field(default=True, description="read comments, too")
    api_key: SecretStr | None = Field(None, description="a key raises the quota from 300 to 10,000 questions a day")
    days: Annotated[float, Field(ge=0, le=365)] = Field(7.0, description="how far back the first look goes")
    shortest: Annotated[float, Field(ge=60, le=86_400)] = Field(300.0, description="least seconds between two looks")
    longest: Annotated[float, Field(ge=60, le=86_400)] = Field(3_600.0, description="most seconds between two looks")
    url: str = Field("https://api.stackexchange.com/2.3", pattern="^https?://", description="the API")

    @field_validator("site")
    @classmethod
    def _named(cls, site: str) -> str:
        if not _SITE.fullmatch(site):
            raise ValueError("give the name of a site as the API calls it: stackoverflow, superuser, diy")
        return site

    @field_validator("tagged")
    @classmethod
    def _tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_TAG.fullmatch(tag) for tag in tags):
            raise ValueError("a tag holds no blanks and no semicolons")
        return tags

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.query and not self.tagged:
            raise ValueError("give `query` or `tagged`: what the questions are about")
        return self


class _Place(msgspec.Struct):
    """The cursor: the last activity read, what was seen, and whose comments are to be asked for."""

    activity: float = 0.0
    since: float = 0.0
    """The activity at which the round in progress began: answers are asked for from there on; 0: none is."""
    commented: float = 0.0
    topics: dict[str, float] = {}
    """`q/123` or `a/456` → when something last happened there."""
    seen: str = ""


class StackexchangeConnector:
    """Asks for questions by their last activity, for the answers of those that moved, and now and then for comments."""

    channel = wire.CHANNEL
    Options = StackexchangeOptions
    terms = Terms(
        stored="Everything, under CC BY-SA: whoever shows it names the author and links to author and post.",
        deletions="rechecked",
        page="stackoverflow.com/help/licensing and /legal/api-terms-of-use (as known; not read again)",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, StackexchangeOptions):
            raise TypeError("StackexchangeConnector needs StackexchangeOptions")
        self._setting, self._options = setting, setting.options
        self._place, self._seen = _Place(), Seen(limit=KEPT)
        self._again: dict[str, float] = {}
        self._calls, self._quota = 0, Quota(0, 0)
        self._how = f"{HOW}; {placed(setting, 'api_key')}."

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield questions, answers and comments from `cursor` on."""
        try:
            self._place = msgspec.json.decode(cursor or "{}", type=_Place)
        except msgspec.MsgspecError:  # of another release: what comes again is known by its id
            self._place = _Place()
        self._seen = Seen(self._place.seen, KEPT)
        interval = Interval(self._options.shortest, self._options.longest)
        async with self._web() as web:
            async for batch in polled(self._setting, lambda: self._round(web, interval), interval):
                yield batch

    def _web(self) -> Web:
        return Web(self._setting, pace=PACE, refusal=self._refused)

    async def _round(self, web: Web, interval: Interval) -> AsyncIterator[Batch]:
        """Read what moved: questions with their answers, then comments, so that what is answered is known first."""
        now, place, self._calls = self._setting.clock.now(), self._place, 0
        place.since = place.since or place.activity or now - self._options.days * DAY
        async for found in walk(lambda at, page: self._search(web, at, page), place.activity or place.since):
            replies = [answers async for answers in self._answers(web, found)]
            self._note([found, *replies])
            place.activity = max(place.activity, found.last or 0.0)
            place.since = place.since if found.more else 0.0
            yield self._batch([found, *replies], now)
        if self._options.comments and now - place.commented >= COMMENTING:
            stretches = [comments async for comments in self._comments(web, now)]
            place.commented = now
            yield self._batch(stretches, now)
        self._spread(interval)

    async def _search(self, web: Web, since: float, page: int) -> wire.Answered:
        asked = {"q": self._options.query, "tagged": ";".join(self._options.tagged) or None}
        return await self._ask(
            web, "search/advanced", {**asked, **_ordered("activity", since, page)}, self._read(wire.questions)
        )

    async def _answers(self, web: Web, found: wire.Answered) -> AsyncIterator[wire.Answered]:
        """Yield the answers to those questions of a page that moved, as far as they moved since the round began."""
        moved = {name: at for name, at in found.moved.items() if self._place.topics.get(_topic(name)) != at}
        numbers = [place[1] for place in map(wire.place_of, moved) if place]
        if not numbers:
            return
        path = f"questions/{';'.join(map(str, numbers))}/answers"
        since = self._place.since
        async for answers in walk(
            lambda at, page: self._ask(web, path, _ordered("activity", at, page), self._read(wire.answers)), since
        ):
            yield answers

    async def _comments(self, web: Web, now: float) -> AsyncIterator[Heard]:
        """Yield the comments on the questions and answers of the last days, a hundred of them a call."""
        since = (self._place.commented or now - self._options.days * DAY) - COMMENTING
        for letter, kind in (("q", wire.QUESTIONS), ("a", wire.ANSWERS)):
            numbers = [name.removeprefix(f"{letter}/") for name in self._place.topics if name.startswith(f"{letter}/")]
            for start in range(0, len(numbers), PAGE):
                path = f"{kind}/{';'.join(numbers[start : start + PAGE])}/comments"
                read = partial(wire.comments, site=self._options.site, letter=letter)
                ask = partial(self._comments_of, web, path, read)
                async for comments in walk(ask, since):
                    yield comments

    async def _comments_of(self, web: Web, path: str, read: Reader, since: float, page: int) -> wire.Answered:
        return await self._ask(web, path, _ordered("creation", since, page), read)

    def _note(self, stretches: Sequence[wire.Answered]) -> None:
        """Remember where something happened last: there comments are asked for."""
        topics = self._place.topics
        for found in stretches:
            topics.update((_topic(name), at) for name, at in found.moved.items())
        if len(topics) > TOPICS:
            self._place.topics = dict(sorted(topics.items(), key=lambda one: one[1], reverse=True)[:TOPICS])

    def _read(self, read: Callable[[bytes, str], wire.Answered]) -> Reader:
        return lambda body: read(body, self._options.site)

    async def _ask(self, web: Web, path: str, asked: Mapping[str, Any], read: Reader) -> wire.Answered:
        """Ask one method as soon as it may be asked again; raise `SourceUnavailable` for the errors of the API."""
        method, clock = re.sub(r"[\d;]+", "{ids}", path), self._setting.clock
        await clock.sleep(max(0.0, self._again.get(method, 0.0) - clock.monotonic()))
        key = self._options.api_key.get_secret_value() if self._options.api_key is not None else None
        params = {"site": self._options.site, "filter": "withbody", "pagesize": PAGE, "key": key, **asked}
        answer = await web.get(f"{self._options.url}/{path}", params=params, also=frozenset())
        found = read(answer.body)
        self._calls += 1
        self._quota = found.quota or self._quota
        if found.backoff:
            self._again[method] = clock.monotonic() + found.backoff
        if found.fault.startswith("an answer that is none"):
            raise SourceUnavailable(f"{host_of(answer.url)} answers with something that is no answer of the API.")
        return found

    def _refused(self, answer: Answer) -> SourceUnavailable | None:
        """Return what the API itself says of why it does not answer (api.stackexchange.com/docs/error-handling)."""
        told, host = wire.questions(answer.body, "").refusal, host_of(answer.url)
        if told is None:
            return None
        if told.number == THROTTLED:
            return SourceUnavailable(
                f"{host} says that the quota is used up (throttle_violation)."
                f"{'' if self._options.api_key else ' A key raises it from 300 to 10,000 a day. ' + self._how}",
                "quota",
                told.later or 600.0,
            )
        if told.number in REFUSED:
            return CredentialMissing(f"{host} refuses the key ({told.name}). {self._how}")
        if told.number in AWAY:
            return SourceUnavailable(f"{host} is not available now ({told.name}).", "server", 60.0)
        return SourceUnavailable(f"{host} does not understand the question ({told.name}: {told.message}).", "setting")

    def _batch(self, stretches: Sequence[Heard], now: float) -> Batch:
        events: list[SourceEvent] = []
        heard = [event for found in stretches for event in found.events if isinstance(event, Mention)]
        for mention in heard:
            match self._seen.look(mention.id, mention.text):
                case "new":
                    events.append(mention)
                case "changed":
                    edited = mention.edited_at or now
                    events.append(replace(mention, edited_at=edited, revision=mention.revision or int(now * 1_000_000)))
        self._place.seen = self._seen.packed
        return Batch(
            events,
            msgspec.json.encode(self._place).decode(),
            last_item_at=max((mention.published_at for mention in heard), default=None),
            received=len(events) + sum(found.unreadable for found in stretches),
            unreadable=sum(found.unreadable for found in stretches),
            fault=next((found.fault for found in stretches if found.fault), ""),
            quota=self._quota if self._quota.limit else None,
        )

    def _spread(self, interval: Interval) -> None:
        """Ask so seldom that the quota of a day lasts for the day, whoever else asks from this address."""
        least = self._options.shortest
        if self._quota.limit:
            least = max(least, self._calls * DAY / self._quota.limit)
        if self._calls and self._quota.limit and self._quota.left < self._calls:
            least = max(least, COMMENTING)
        interval.shortest, interval.longest = least, max(least, self._options.longest)
        interval.now = max(interval.now, least)

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Ask which questions, answers and comments are still there."""
        asked: dict[str, dict[int, str]] = {letter: {} for letter in wire.LETTERS}
        for name in ids[:PAGE]:
            place = wire.place_of(name)
            if place and name.startswith(f"{self._options.site}/"):
                asked[place[0]][place[1]] = name
        gone: set[str] = set()
        async with self._web() as web:
            for letter, names in asked.items():
                if names:
                    living = await self._living(web, letter, names)
                    gone |= {name for number, name in names.items() if number not in living}
        return Fates(frozenset(gone), frozenset(name for names in asked.values() for name in names.values()) - gone)

    async def _living(self, web: Web, letter: str, names: Mapping[int, str]) -> frozenset[int]:
        living: list[frozenset[int]] = []

        def read(body: bytes) -> wire.Answered:
            found, there = wire.numbers(body)
            living.append(there)
            return found

        path = f"{wire.LETTERS[letter]}/{';'.join(map(str, names))}"
        found = await self._ask(web, path, {"filter": None}, read)
        if found.unreadable:
            raise SourceUnavailable(f"The API answers with something that is no list of {wire.LETTERS[letter]}.")
        return living[0]

    async def probe(self) -> str:
        """Search once and say what is left of the quota."""
        async with self._web() as web:
            found = await self._search(web, self._setting.clock.now() - 30 * DAY, 1)
        more = "more than " if found.more else ""
        left = f"; {found.quota.left:.0f} of {found.quota.limit:.0f} questions left today" if found.quota else ""
        return f"{self._options.site} finds {more}{found.received} questions of the last 30 days{left}."


def _ordered(by: str, since: float, page: int) -> dict[str, Any]:
    return {"sort": by, "order": "asc", "min": int(since), "page": page}


def _topic(name: str) -> str:
    return name.partition("/")[2]
