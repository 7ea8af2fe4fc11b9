"""Mastodon and what else of the Fediverse speaks its API: public timelines, asked for or, with a token, streamed."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from app.domain.mention import Deletion
from app.domain.source import Quota
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import placed
from ingest.allowance import quota_of
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.paced import site
from ingest.poll import Interval, polled
from ingest.streams import Streams, kept_open
from ingest.web import Answer, Web, host_of
from ingest.wires.mastodon import CHANNEL, Read, Reader, named, order

PAGE = 40
"""Statuses a page, at most."""

ASKED = 20
"""Statuses asked after at once, at most."""

REVIEWED = 100
"""Statuses heard last that are asked after when the stream was broken: who edits or deletes mostly does so soon."""

OVERLAP = 60
"""Seconds that are asked for again: a status that came late from another server has the id of when it was written."""

PACE = 1.0
"""Seconds between two questions: 300 in five minutes are allowed."""

LAST = 3
"""Questions of the allowance that are never asked."""

PATIENCE = 60.0
"""Seconds of silence after which a stream is dead: servers send a heartbeat every 15."""

_STREAMS = {"public": "public", "local": "public/local", "remote": "public/remote"}
_TAG = re.compile(r"#?[\w·]+")
_SNOWFLAKE = 2**50
"""Ids above it hold milliseconds, 16 bits further up."""

_REFUSED = frozenset({401, 403, 422})
_GONE = frozenset({404, 410})


class MastodonOptions(BaseModel):
    """Which instance to hear, and what of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(description="an instance, https://mastodon.social")
    timelines: tuple[str, ...] = Field(
        ("public",), min_length=1, max_length=20, description="also local, remote, '#tag'"
    )
    token: SecretStr | None = Field(None, description="has the instance stream; needed where it shows nothing without")
    pause: float = Field(10.0, ge=1, le=3_600, description="seconds between two rounds of asking without a token")

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        return site(url, "of an instance: https://mastodon.social")

    @field_validator("timelines")
    @classmethod
    def _known(cls, timelines: tuple[str, ...]) -> tuple[str, ...]:
        for one in timelines:
            if one not in _STREAMS and not (one.startswith("#") and _TAG.fullmatch(one)):
                raise ValueError("a timeline is public, local, remote, or a hashtag such as '#strom'")
        return timelines


class MastodonConnector:
    """Hears the public timelines of one instance; goes on after a break where it was, by `min_id`."""

    channel = CHANNEL
    Options = MastodonOptions
    terms = Terms(
        stored="Public and unlisted statuses may be kept as far as the instance's own rules allow; what is edited or "
        "deleted there is edited or deleted here.",
        deletions="rechecked",
        page="the rules of each instance, /about; docs.joinmastodon.org/user/posting, read 2026-11-22",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, MastodonOptions):
            raise TypeError("MastodonConnector needs MastodonOptions")
        self._setting, self._options = setting, setting.options
        self._reader = Reader(urlsplit(self._options.url).netloc)
        self._places: dict[str, str] = {}
        self._latest: float | None = None
        self._quota: Quota | None = None

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what is said from `cursor` on: by stream with a token, else round after round."""
        self._places = msgspec.json.decode(cursor, type=dict[str, str]) if cursor else {}
        async with self._web() as web:
            if self._options.token is None:
                pause = self._options.pause
                rounds = polled(self._setting, lambda: self._round(web), Interval(pause, 10 * pause))
            else:
                rounds = kept_open(self._setting, lambda: self._session(web))
            async with aclosing(rounds) as batches:
                async for batch in batches:
                    yield batch

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Ask the instance after its own statuses, and after others it has told of since the start."""
        names = {local: uri for uri in ids if (local := self._reader.id_of(uri))}
        there, gone = set[str](), set[str]()
        async with self._web() as web:
            for chunk in _chunks(list(names)):
                found = named(await self._many(web, chunk))
                there |= found
                for local in set(chunk) - found:
                    alone = await self._alone(web, local)
                    there |= {local} if alone else set()
                    gone |= {local} if alone is None else set()
        return Fates(frozenset(map(names.__getitem__, gone)), frozenset(names[one] for one in there & names.keys()))

    async def probe(self) -> str:
        """Ask for the newest status of each timeline."""
        async with self._web() as web:
            about = await self._ask(web, "/api/v2/instance", also=_GONE)
            said = about.json() if about.status not in _GONE else {}
            for timeline in self._options.timelines:
                path, wanted = _path(timeline)
                await self._ask(web, path, {**wanted, "limit": 1}, also=_GONE)
        version = said.get("version") if isinstance(said, dict) else None
        return f"{host_of(self._options.url)} answers{f' (version {str(version)[:40]})' if version else ''}."

    # Asking

    def _web(self, patience: float = 20.0) -> Web:
        token = self._options.token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else None
        return Web(self._setting, headers=headers, pace=PACE, patience=patience, refusal=self._refusal)

    def _refusal(self, answer: Answer) -> SourceUnavailable | None:
        if answer.status not in _REFUSED:
            return None
        host, put = host_of(answer.url), placed(self._setting, "token")
        way = f"{put}; make one with the scope read at {self._options.url}/settings/applications"
        if self._options.token:
            return CredentialMissing(f"{host} does not accept the token (HTTP {answer.status}): {way}.")
        return CredentialMissing(f"{host} shows this only to whom it knows (HTTP {answer.status}): {way}.")

    async def _ask(
        self, web: Web, path: str, wanted: Mapping[str, Any] | None = None, also: frozenset[int] = frozenset()
    ) -> Answer:
        quota, now = self._quota, self._setting.clock.now()
        if quota and quota.left <= LAST and quota.resets_at is not None and now < quota.resets_at:
            wait = quota.resets_at - now
            raise SourceUnavailable(f"The allowance is used up; asking again in {wait:.0f} s.", "quota", wait)
        answer = await web.get(self._options.url + path, params=wanted, also=also)
        self._quota = quota_of(answer.headers, self._setting.clock.now()) or self._quota
        return answer

    async def _round(self, web: Web) -> AsyncIterator[Batch]:
        for timeline in self._options.timelines:
            async for batch in self._forward(web, timeline, thorough=False):
                yield batch

    async def _forward(self, web: Web, timeline: str, *, thorough: bool) -> AsyncIterator[Batch]:
        """Go forward from where a timeline was heard last; `thorough`: until there is nothing more."""
        path, wanted = _path(timeline)
        begun = self._places.get(timeline)
        after = None if begun is None else _rewound(begun)
        while True:
            answer = await self._ask(web, path, {**wanted, "limit": PAGE, "min_id": after}, also=_GONE)
            read = self._reader.page(answer.body) if answer.status not in _GONE else Read([])  # a tag nobody used yet
            self._advance(timeline, read.ids)
            yield self._batch(read)
            newest = max(read.ids, key=order, default=None)
            stuck = newest is None or (after is not None and order(newest) <= order(after))
            if begun is None or stuck or (not thorough and len(read.ids) < PAGE):
                return
            after = _further(answer.headers.get("Link", "")) or newest

    async def _review(self, web: Web) -> AsyncIterator[Batch]:
        """Ask after the statuses heard last: nobody tells what happened to them while the stream was broken."""
        for chunk in _chunks(self._reader.latest(REVIEWED)):
            read = self._reader.page(await self._many(web, chunk))
            yield self._batch(read)  # before the next question, which may fail: a version is told only once
            for local in set(chunk) - set(read.ids):
                alone = await self._alone(web, local)
                if alone:
                    yield self._batch(self._reader.page(b"[%s]" % alone))
                elif alone is None and (uri := self._reader.forget(local)):
                    yield self._batch(Read([Deletion(CHANNEL, uri, self._setting.clock.now())]))

    async def _many(self, web: Web, locals_: Sequence[str]) -> bytes:
        """Return a page of those of up to 20 statuses that are there; an empty one from servers before 4.3."""
        query = urlencode([("id[]", local) for local in locals_])
        answer = await self._ask(web, f"/api/v1/statuses?{query}", also=_GONE | _REFUSED)
        return b"[]" if answer.status in _GONE | _REFUSED else answer.body

    async def _alone(self, web: Web, local: str) -> bytes | None:
        """Return a single status, None if it is gone, and nothing if that cannot be told."""
        answer = await self._ask(web, f"/api/v1/statuses/{quote(local, safe='')}", also=_GONE | _REFUSED)
        if answer.status in _GONE:
            return None if _said(answer) else b""
        return b"" if answer.status in _REFUSED else answer.body

    # Streaming

    async def _session(self, web: Web) -> AsyncGenerator[Batch, None]:
        """Open the streams, then catch up, then hand on what they say: so nothing falls between."""
        base = await self._streaming(web)
        addresses = {one: f"{base}/api/v1/streaming/{_stream(one)}" for one in self._options.timelines}
        async with self._web(PATIENCE) as hearing, Streams(hearing, addresses) as streams:
            self._setting.report("live", "")
            resumed = bool(self._places)
            for timeline in self._options.timelines:
                async for batch in self._forward(web, timeline, thorough=True):
                    yield batch
            if resumed:
                async for batch in self._review(web):
                    yield batch
            while True:
                heard = await streams.next(lambda: self._setting.report("live", ""))
                yield self._batch(*[self._heard(timeline, name, data) for timeline, (name, data) in heard])

    async def _streaming(self, web: Web) -> str:
        """Return where the instance streams: it may be another host."""
        about = await self._ask(web, "/api/v2/instance", also=_GONE)
        with suppress(SourceUnavailable, LookupError, TypeError):
            said = urlsplit(about.json()["configuration"]["urls"]["streaming"])
            if about.status not in _GONE and said.hostname:
                return f"{urlsplit(self._options.url).scheme}://{said.netloc}"
        return self._options.url

    def _heard(self, timeline: str, name: str, data: bytes) -> Read:
        read = self._reader.event(name, data, self._setting.clock.now())
        if name == "update":
            self._advance(timeline, read.ids)
        return read

    # Keeping the place

    def _advance(self, timeline: str, ids: Sequence[str]) -> None:
        place = max([*ids, self._places.get(timeline, "0")], key=order)
        self._places[timeline] = place

    def _batch(self, *reads: Read) -> Batch:
        self._latest = max([*(read.newest or 0.0 for read in reads), self._latest or 0.0]) or None
        return Batch(
            events=[event for read in reads for event in read.events],
            cursor=msgspec.json.encode(self._places).decode(),
            last_item_at=self._latest,
            received=sum(max(len(read.ids), len(read.events)) for read in reads),
            unreadable=sum(read.unreadable for read in reads),
            fault=next((read.fault for read in reads if read.fault), ""),
            quota=self._quota,
        )


def _chunks(locals_: Sequence[str]) -> list[Sequence[str]]:
    return [locals_[start : start + ASKED] for start in range(0, len(locals_), ASKED)]


def _path(timeline: str) -> tuple[str, dict[str, Any]]:
    if timeline.startswith("#"):
        return f"/api/v1/timelines/tag/{quote(timeline[1:], safe='')}", {}
    return "/api/v1/timelines/public", {} if timeline == "public" else {timeline: "true"}


def _stream(timeline: str) -> str:
    return _STREAMS.get(timeline) or f"hashtag?{urlencode({'tag': timeline[1:]})}"


def _rewound(place: str) -> str:
    """Return an id some seconds before; ids of Pleroma say nothing of time and stay."""
    if not place.isdecimal() or int(place) < _SNOWFLAKE:
        return place
    return str(int(place) - (OVERLAP * 1_000 << 16))


def _further(link: str) -> str | None:
    """Return the `min_id` of the page after this one, as the server names it (RFC 8288)."""
    found = re.search(r'[?&]min_id=([A-Za-z0-9]+)[^>]*>;\s*rel="prev"', link)
    return found[1] if found else None


def _said(answer: Answer) -> bool:
    """Tell whether a 404 comes from the API, not from something that stands before it."""
    with suppress(SourceUnavailable):
        said = answer.json()
        return isinstance(said, dict) and "error" in said
    return False
