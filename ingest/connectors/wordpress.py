"""WordPress: posts and comments of own blogs, by the REST API that every WordPress has."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

import msgspec
from msgspec.structs import replace
from pydantic import Field, SecretStr, StrictBool, field_validator

from app.domain.instant import rfc3339
from app.domain.mention import Mention, SourceEvent
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import placed
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.keyset import Stretch, walk
from ingest.paced import Paced, site
from ingest.poll import Interval, polled
from ingest.seen import Seen
from ingest.web import Answer, Web, host_of
from ingest.wires import wordpress as wire

DAY = 86_400.0
OVERLAP = 3_700.0
"""Seconds by which posts are read again: WordPress orders them by local time, which repeats an hour in autumn."""

PAGE = 100
KEPT = 2_000
PACE = 0.2
BAD, UNAUTHORISED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404
ENDED = "rest_post_invalid_page_number"
HOW = "Make an application password (Users → Profile → Application Passwords) for `user`"


class WordpressOptions(Paced):
    """Which blog to read."""

    url: str = Field(description="the address of the blog: https://blog.example.org")
    user: str | None = Field(None, description="who asks, if the blog shows its API only to those who sign in")
    password: SecretStr | None = Field(None, description="an application password of `user`")
    comments: StrictBool = Field(default=True, description="read comments, too")
    days: Annotated[float, Field(ge=1, le=365)] = Field(7.0, description="how far back the first look goes")
    longest: Annotated[float, Field(ge=10, le=86_400)] = Field(900.0, description="most seconds between two looks")

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        return site(url, "of the blog: https://blog.example.org")


class _Place(msgspec.Struct):
    """The cursor: up to when posts and comments were read, and what they said."""

    posts: float = 0.0
    comments: float = 0.0
    seen: str = ""


class WordpressConnector:
    """Asks for what was changed since the last look; reads comments of the last days again: they are released late."""

    channel = wire.CHANNEL
    Options = WordpressOptions
    terms = Terms(
        stored="Everything public on a blog of your own; for the blogs of others their own terms hold.",
        deletions="rechecked",
        page="The blog is yours; developer.wordpress.org/rest-api sets no terms, as known (not read again).",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, WordpressOptions):
            raise TypeError("WordpressConnector needs WordpressOptions")
        self._setting, self._options = setting, setting.options
        self._place, self._seen = _Place(), Seen(limit=KEPT)
        self._plain = False
        self._how = f"{HOW}; {placed(setting, 'password')}."

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield posts and comments from `cursor` on."""
        try:
            self._place = msgspec.json.decode(cursor or "{}", type=_Place)
        except msgspec.MsgspecError:  # of another release: what comes again is known by its id
            self._place = _Place()
        self._seen = Seen(self._place.seen, KEPT)
        interval = Interval(self._options.shortest, self._options.longest)
        async with self._web() as web:
            async for batch in polled(self._setting, lambda: self._round(web), interval):
                yield batch

    def _web(self) -> Web:
        if self._options.user and self._options.password is None:
            raise CredentialMissing(f"`user` is set, but the password is missing. {self._how}")
        return Web(self._setting, pace=PACE, credential=self._how, refusal=self._refused)

    def _refused(self, answer: Answer) -> SourceUnavailable | None:
        """Return what the API itself says of why it does not answer."""
        host, told = host_of(answer.url), wire.refusal(answer.body)
        if answer.status in {UNAUTHORISED, FORBIDDEN} and told.code:
            if self._options.user:
                return CredentialMissing(
                    f"{host} refuses the password of {self._options.user} ({told.code}). {self._how}"
                )
            return CredentialMissing(
                f"{host} shows its API only to those who sign in ({told.code}). Set `user`. {self._how}"
            )
        if answer.status == NOT_FOUND:
            return SourceUnavailable(
                f"{host} has no WordPress REST API at {self._options.url}; is this the address of the blog?", "setting"
            )
        if answer.status == BAD and told.code:
            return SourceUnavailable(f"{host} does not understand the question ({told.code}).", "server")
        return None

    async def _round(self, web: Web) -> AsyncIterator[Batch]:
        """Read posts that were changed, then comments, so that what is answered is known first."""
        now = self._setting.clock.now()
        start = (self._place.posts or now - self._options.days * DAY) - OVERLAP
        async for found in walk(lambda since, page: self._posts(web, since, page), start, margin=1.0):
            self._place.posts = max(self._place.posts, found.last or 0.0)
            yield self._batch(found, now)
        self._place.posts = self._place.posts or now - OVERLAP
        if not self._options.comments:
            return
        start = min(self._place.comments or now, now) - self._options.days * DAY
        async for found in walk(lambda since, page: self._comments(web, since, page), start, margin=1.0):
            yield self._batch(found, now)
        self._place.comments = now
        yield Batch(cursor=self._cursor())

    async def _posts(self, web: Web, since: float, page: int) -> Stretch:
        asked = {"modified_after": _instant(since), "orderby": "modified", "_embed": "author"}
        fields = "id,date_gmt,modified_gmt,link,title,content,excerpt,author,_links,_embedded"
        return await self._list(web, wire.POSTS, wire.posts, {**asked, "_fields": fields}, page)

    async def _comments(self, web: Web, since: float, page: int) -> Stretch:
        asked = {"after": _instant(since), "orderby": "date_gmt"}
        fields = "id,post,parent,author,author_name,author_url,date_gmt,content,link"
        return await self._list(web, wire.COMMENTS, wire.comments, {**asked, "_fields": fields}, page)

    async def _list(
        self, web: Web, kind: str, read: Callable[[bytes, str], Stretch], asked: dict[str, str], page: int
    ) -> Stretch:
        answer = await self._get(web, kind, {**asked, "order": "asc", "per_page": PAGE, "page": page})
        if answer.status == BAD:
            return Stretch()  # the list ends on a full page
        found = read(answer.body, self._options.url)
        pages = answer.headers.get("X-WP-TotalPages", "")
        found.more = int(pages) > page if pages.isascii() and pages.isdigit() else found.received >= PAGE
        return found

    async def _get(self, web: Web, kind: str, asked: dict[str, object]) -> Answer:
        """Ask a list; a page behind its end is a status of 400, all other errors are raised."""
        secret = self._options.password
        login = (self._options.user or "", secret.get_secret_value()) if secret is not None else None
        url = f"{self._options.url}/wp-json/wp/v2/{kind}"
        if self._plain:
            url, asked = f"{self._options.url}/", {"rest_route": f"/wp/v2/{kind}", **asked}
        also = frozenset({BAD} if self._plain else {BAD, NOT_FOUND})
        answer = await web.ask("GET", url, params=asked, login=login, also=also)
        if answer.status == NOT_FOUND:  # without pretty permalinks the API stands elsewhere
            self._plain = True
            try:
                return await self._get(web, kind, asked)
            except SourceUnavailable:
                self._plain = False
                raise
        if answer.status == BAD and wire.refusal(answer.body).code != ENDED:
            raise self._refused(answer) or SourceUnavailable(f"{host_of(url)} answers with HTTP {BAD}.")
        return answer

    def _batch(self, found: Stretch, now: float) -> Batch:
        events: list[SourceEvent] = []
        for mention in found.events:
            if not isinstance(mention, Mention):
                continue
            match self._seen.look(mention.id, mention.text):
                case "new":
                    events.append(mention)
                case "changed":
                    edited = mention.edited_at or now
                    events.append(replace(mention, edited_at=edited, revision=mention.revision or int(now * 1_000_000)))
        return Batch(
            events,
            self._cursor(),
            last_item_at=max((event.published_at for event in events if isinstance(event, Mention)), default=None),
            received=len(events) + found.unreadable,  # what is read again is no item again
            unreadable=found.unreadable,
            fault=found.fault,
        )

    def _cursor(self) -> str:
        self._place.seen = self._seen.packed
        return msgspec.json.encode(self._place).decode()

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Ask which posts and comments are still public; drafts and what lies in the trash count as gone."""
        asked: dict[str, dict[int, str]] = {wire.POSTS: {}, wire.COMMENTS: {}}
        for name in ids[:PAGE]:
            place = wire.number_of(name)
            if place and name.startswith(f"{self._options.url}/?p="):
                asked[place[0]][place[1]] = name
        gone: set[str] = set()
        there: set[str] = set()
        async with self._web() as web:
            for kind, names in asked.items():
                if not names:
                    continue
                answer = await self._get(
                    web, kind, {"include": ",".join(map(str, names)), "per_page": PAGE, "_fields": "id"}
                )
                living = wire.numbers(answer.body)
                if living is None:
                    continue
                there |= {name for number, name in names.items() if number in living}
                gone |= {name for number, name in names.items() if number not in living}
        return Fates(frozenset(gone), frozenset(there))

    async def probe(self) -> str:
        """Ask for the newest post and say when it was published."""
        async with self._web() as web:
            answer = await self._get(web, wire.POSTS, {"per_page": 1, "_fields": "id,date_gmt,title,content"})
        found = wire.posts(answer.body, self._options.url)
        total = answer.headers.get("X-WP-Total", "?")
        newest = next((event for event in found.events if isinstance(event, Mention)), None)
        latest = f", the newest of {rfc3339(newest.published_at)}" if newest else ""
        return f"{host_of(answer.url)} shows {total} posts{latest}."


def _instant(at: float) -> str:
    return rfc3339(at)[:19] + "Z"
