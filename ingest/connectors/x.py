"""X: posts that match rules, heard through the filtered stream of the API v2 (paid); breaks are filled by search."""

import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from urllib.parse import urlencode

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.domain.instant import rfc3339
from app.domain.mention import Mention
from app.domain.source import Gap, Quota
from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import demand
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.lines import gathered
from ingest.rules import Rules, derived
from ingest.web import Answer, Web
from ingest.wires import x as wire
from ingest.wires.listing import Entry, Page

WHERE = "Make an app at https://console.x.com (pay-per-usage or more) and take its Bearer Token."
PATIENCE = 25.0
"""Seconds of silence after which the line is dead: X sends a line break at least every 20."""

SEARCHED = 7 * 86_400.0
"""Seconds that recent search goes back."""

OVERLAP = 30.0
"""Seconds that are asked for twice after a break: the stream is not strictly in order."""

BACKFILL = 300.0
"""Longest break that `backfill` bridges."""

HOUR = 3600.0
REMEMBERED = 10_000


class XOptions(BaseModel):
    """What to hear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr | None = Field(None, description="the app's Bearer Token")
    rules: tuple[str, ...] = Field(
        (), description="rules of the filtered stream; none: names and accounts of the brands"
    )
    backfill: bool = Field(default=False, description="Enterprise: let the stream itself bridge breaks up to 5 minutes")
    catch_up: int = Field(1_000, ge=0, le=100_000, description="posts at most that are searched for after a break")
    url: str = Field("https://api.x.com", pattern="^https?://", description="where the API is")


class _Place(msgspec.Struct):
    """The cursor: the newest post heard and when it was published."""

    at: float
    id: int = 0


class XConnector:
    """Keeps the rules, hears the stream, and searches for what a break may have swallowed."""

    channel = wire.CHANNEL
    Options = XOptions
    terms = Terms(
        "Posts may be kept while they stand at X; what was deleted, protected or suspended goes as soon as is "
        "reasonable, and within 24 hours of a request.",
        deletions="rechecked",
        page="https://docs.x.com/developer-terms/policy (read 2026-11-22 in xdevplatform/docs, 184220f)",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, XOptions):
            raise TypeError("XConnector needs XOptions")
        self._setting, self._options, self._clock = setting, setting.options, setting.clock
        self._wanted = self._options.rules or derived(setting.brands)
        self._quota: Quota | None = None
        self._usage_at = 0.0
        self._heard: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._place = _Place(0.0)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield posts and edits from `cursor` on."""
        demand(self._setting, ("token",), WHERE)
        if not self._wanted:
            raise SourceUnavailable("There is nothing to hear on X: write `rules`, or name a brand.", "setting")
        self._place = _placed(cursor) or _Place(self._clock.now())
        yield Batch(cursor=self._cursor())
        backoff = Backoff()
        fresh = cursor is None
        async with self._web() as web:
            while True:
                try:
                    first, fresh = fresh, False  # after the first attempt, failed or not, there is a break to fill
                    async for batch in self._session(web, fresh=first):
                        if batch.received:
                            backoff.worked()
                        yield batch
                except CredentialMissing:
                    raise
                except SourceUnavailable as away:
                    heed_cancellation()
                    self._setting.report("unreachable", str(away), cause=away.cause)  # type: ignore[arg-type] # one of `Cause`
                    await self._clock.sleep(backoff.pause(away))

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Tell which posts are gone, a hundred with one request; each that is still there is billed once a day."""
        demand(self._setting, ("token",), WHERE)
        async with self._web() as web:
            answer = await web.get(f"{self._options.url}/2/tweets", params={"ids": ",".join(ids)})
        return wire.fates(answer.body, frozenset(ids))

    async def probe(self) -> str:
        """Ask for the rules in force: that costs nothing."""
        demand(self._setting, ("token",), WHERE)
        async with self._web() as web:
            found = await Rules(web, self._options.url, self._setting.source).found()
        return f"X answers and takes the token; {len(found)} rules of this source are in force."

    def _web(self) -> Web:
        token = self._options.token
        headers = {"Authorization": f"Bearer {token.get_secret_value() if token else ''}"}
        return Web(self._setting, headers=headers, credential=WHERE, refusal=refusal, patience=PATIENCE)

    def _cursor(self) -> str:
        return msgspec.json.encode(self._place).decode()

    async def _session(self, web: Web, *, fresh: bool) -> AsyncIterator[Batch]:
        """Connect once, fill the break before it, and hear until the line breaks."""
        await Rules(web, self._options.url, self._setting.source).keep(self._wanted)
        broken = self._clock.now() - self._place.at
        bridged = self._options.backfill and broken <= BACKFILL
        minutes = {"backfill_minutes": str(min(5, int(broken // 60) + 1))} if bridged and not fresh else {}
        address = f"{self._options.url}/2/tweets/search/stream?{urlencode({**wire.FIELDS, **minutes})}"
        async with web.lines(address) as lines:
            self._setting.report("live", "")
            await self._ask_usage(web)
            if not fresh and not bridged:
                async for batch in self._catch_up(web):
                    yield batch
            yield Batch(cursor=self._cursor(), quota=self._quota)
            async for some in gathered(lines):
                self._setting.report("live", "")
                yield self._batch([line for line in some if line.strip()])
                if self._clock.now() - self._usage_at > HOUR:
                    await self._ask_usage(web)
        raise SourceUnavailable("X closed the stream; connecting anew.", "network")

    def _batch(self, lines: list[str]) -> Batch:
        """Read lines; a problem among them ends the session after what was heard is told."""
        pages: list[Page] = []
        for line in lines:
            told = wire.line(line)
            if isinstance(told, wire.Problem):
                if not pages:
                    raise SourceUnavailable(f"X ends the stream ({told.title[:80] or 'no reason'}).", "network")
                break  # X closes the line after a problem
            pages.append(told)
        return self._taken([page for page in pages if page.received])

    def _taken(self, pages: list[Page], gap: Gap | None = None) -> Batch:
        """Return the batch of pages, without what was heard before, and move on to its newest post."""
        events = []
        for post in sorted((one for page in pages for one in page.events if isinstance(one, Mention)), key=_when):
            if (post.id, post.revision) in self._heard:
                continue
            self._heard[post.id, post.revision] = None
            if len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
            events.append(post)
            number = wire.number(post)
            if number > self._place.id:
                self._place = _Place(min(_when(post), self._clock.now()), number)
        faults = [page.fault for page in pages if page.fault]
        return Batch(
            list(events),
            self._cursor(),
            received=sum(page.received for page in pages),
            unreadable=sum(page.unreadable for page in pages),
            fault=faults[0] if faults else "",
            quota=self._quota,
            gap=gap,
        )

    async def _catch_up(self, web: Web) -> AsyncIterator[Batch]:
        """Search for what was posted since the newest post heard; what cannot be reached is told as a gap."""
        now, since = self._clock.now(), self._place.at
        pages: list[Page] = []
        reached = max(since, now - SEARCHED + 60)
        if reached > since:
            yield Batch(gap=Gap(since, reached, "X's recent search goes back seven days only."))
        for rule in self._wanted:
            left, token = self._options.catch_up, None
            while True:
                if left <= 0:
                    oldest = min((_when(one) for page in pages for one in page.events), default=now)
                    yield Batch(
                        gap=Gap(reached, max(reached, oldest), "More was posted than `catch_up` lets us search.")
                    )
                    break
                page = await self._search(web, rule, reached, token)
                left -= page.received
                pages.append(page)
                token = page.next
                if token is None:
                    break
        yield self._taken(pages)

    async def _search(self, web: Web, rule: str, since: float, token: str | None) -> Page:
        params = {**wire.FIELDS, "query": rule, "max_results": str(wire.PER_PAGE), "next_token": token}
        if self._place.id and since == self._place.at:
            params["since_id"] = str(wire.earlier(self._place.id, OVERLAP))
        else:
            params["start_time"] = rfc3339(min(since, self._clock.now() - OVERLAP))[:19] + "Z"
        answer = await web.get(f"{self._options.url}/2/tweets/search/recent", params=params, also=frozenset())
        page = wire.search(answer.body)
        if page.broken:
            raise SourceUnavailable("X answers a search with something that cannot be read.")
        return page

    async def _ask_usage(self, web: Web) -> None:
        """Ask how many posts of the month are left; a plan that does not tell goes without."""
        self._usage_at = self._clock.now()
        with suppress(SourceUnavailable):
            answer = await web.get(f"{self._options.url}/2/usage/tweets", also=frozenset())
            self._quota = wire.usage(answer.body) or self._quota


class Backoff:
    """Seconds to wait before connecting anew, by kind of failure (docs.x.com, Handling disconnections)."""

    def __init__(self) -> None:
        self._failures = 0

    def worked(self) -> None:
        """Begin anew: something was heard."""
        self._failures = 0

    def pause(self, away: SourceUnavailable) -> float:
        """Return the seconds: at once and then linearly for the network, doubling for HTTP errors and for quotas."""
        self._failures += 1
        if away.cause == "network":
            return min(16.0, 0.25 * (self._failures - 1))
        wanted = away.retry_after or 0.0
        if away.cause == "quota":
            return max(wanted, min(HOUR, 60.0 * 2.0 ** min(self._failures - 1, 10)))
        return max(wanted, min(320.0, 5.0 * 2.0 ** min(self._failures - 1, 10)))


def refusal(answer: Answer) -> SourceUnavailable | None:
    """Read X's own problem: a monthly cap or used-up credits last; the others are as HTTP says."""
    told = wire.problem(answer.body)
    if told.type.endswith("/usage-capped"):
        period = (told.period or "month")[:20].lower()
        return SourceUnavailable(
            f"The cap on posts for this {period} is reached at X; see console.x.com.", "quota", HOUR
        )
    if answer.status == 402 or told.type.endswith("/credits"):  # noqa: PLR2004 - payment required
        return SourceUnavailable("The credits at X are used up; buy more at console.x.com.", "quota", HOUR)
    if told.connection_issue == "TooManyConnections":
        return SourceUnavailable("Another program hears the stream with this token; only one may.", "quota", 60.0)
    if answer.status in {400, 409}:
        title = told.title if re.fullmatch(r"[\w .-]{1,80}", told.title) else f"HTTP {answer.status}"
        return SourceUnavailable(f"X does not accept what was asked ({title}); see `rules`.", "setting")
    return None


def _placed(cursor: str | None) -> _Place | None:
    try:
        return msgspec.json.decode(cursor, type=_Place) if cursor else None
    except msgspec.MsgspecError:
        return None


def _when(post: Entry) -> float:
    return post.published_at if isinstance(post, Mention) else 0.0
