"""From a plan to a mention: the words, what it answers, its address and its echo."""

from functools import lru_cache
from random import Random

import msgspec

from app.domain.mention import Author, Engagement, Mention
from ingest.demo.chance import chance
from ingest.demo.content import ROOTS
from ingest.demo.plan import Plan, Planner
from ingest.demo.script import Line, Script
from ingest.demo.speech import HABIT_CHANNELS, accent, fill
from ingest.demo.storm import Storm

FIRST_LOOK, LAST_LOOK = 6, 24
"""Minutes back in which people find something to answer: first at random in these, then on until there is one."""
TOLD_LANGUAGE = frozenset({"bluesky", "mastodon"})
STARS = {"negative": (1, 1, 1, 2, 2), "neutral": (3,), "positive": (4, 4, 5, 5, 5)}
ANY_TOPIC = frozenset({"any", "chat", "own", "storm"})
"""Topics of answers that fit whatever was said."""
CANDIDATES = 3
"""Of so many posts people pass on the one whose author has most followers."""
CROWD = 12
"""Of so many in a storm: what is large grows larger."""


class Writer:
    """Writes plans out; the same plan always gives the same mention."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._said = lru_cache(maxsize=1024)(self._said_in)

    def write(self, plan: Plan, storm: Storm | None) -> Mention:
        """Return the mention of a plan."""
        rng = chance("write", plan.token)
        if plan.line.kind in ROOTS:
            return self._mention(plan, plan.line, rng)
        parent = self._find(plan, storm, rng)
        if plan.line.template is None:
            return self._pass_on(plan, storm, parent, rng)
        return self._mention(plan, plan.line, rng, parent)

    def edit(self, mention: Mention, language: str, at: float) -> Mention:
        """Return a mention as its author changed it at an instant."""
        rng = chance("edit", mention.id)
        extra = fill("{edit}", language, rng, {})
        return msgspec.structs.replace(
            mention, text=f"{mention.text} {extra}", edited_at=at, revision=round(at * 1_000_000)
        )

    def _pass_on(self, plan: Plan, storm: Storm | None, parent: Plan | None, rng: Random) -> Mention:
        if parent is None:
            line = rng.choice(self._roots(plan, storm))
            return self._mention(plan, line, rng)
        said = self.write(parent, None)
        return self._mention(plan, plan.line, rng, parent, text=said.text)

    def _roots(self, plan: Plan, storm: Storm | None) -> list[Line]:
        script: Script = (
            self._planner.everyday if storm is None or not plan.stormy else self._planner.act(plan.at, storm)
        )
        line = plan.line
        return script.roots[line.channel, line.language, line.sentiment]

    def _find(self, plan: Plan, storm: Storm | None, rng: Random) -> Plan | None:
        """Return an earlier post of its channel and language that a plan answers; on its topic, if there is one."""
        minute = int(plan.at // 60)
        spare: list[Plan] = []
        looks = _looks(plan, storm, rng)
        for back in looks:
            said = self._said(minute - back, storm if plan.stormy else None, plan.line.channel, plan.line.language)
            found = [one for one in said if one.at < plan.at and _answers(plan.line, one.line)]
            fitting = [one for one in found if plan.line.topic in {*ANY_TOPIC, one.line.topic}]
            if fitting:
                return self._pick(plan, fitting, rng)
            spare = spare or found
        return self._pick(plan, spare, rng) if spare else None

    def _pick(self, plan: Plan, found: list[Plan], rng: Random) -> Plan:
        candidates = (CROWD if plan.stormy else CANDIDATES) if plan.line.template is None else 1
        picked = [rng.choice(found) for _ in range(candidates)]
        return max(picked, key=lambda one: one.speaker.reach)

    def _said_in(self, minute: int, storm: Storm | None, channel: str, language: str) -> list[Plan]:
        """Return the posts of a minute, of every day or of a storm, that somebody can answer in their language."""
        plans = self._planner.plans(minute) if storm is None else self._planner.storm_plans(minute, storm)
        return [
            one
            for one in plans
            if (one.line.channel, one.line.language) == (channel, language)
            and one.line.kind in ROOTS
            and not one.line.noise
        ]

    def _mention(
        self, plan: Plan, line: Line, rng: Random, parent: Plan | None = None, text: str | None = None
    ) -> Mention:
        author = plan.speaker.author
        target = None if parent is None else address(parent)
        answers = line.kind in {"reply", "comment"}
        return Mention(
            channel=line.channel,
            id=address(plan),
            published_at=int(plan.at * 1000) / 1000,
            text=self._text(plan, line, rng, parent) if text is None else text,
            author=author,
            kind=line.kind,
            url=_url(line.channel, plan.token, author),
            language=line.language if line.channel in TOLD_LANGUAGE else None,
            in_reply_to=target if answers else None,
            quotes=None if answers else target,
            engagement=_echo(plan, rng),
            place=plan.place or plan.speaker.person.place,
            rating=float(rng.choice(STARS[line.sentiment])) if line.kind == "review" else None,
            demo=True,
        )

    def _text(self, plan: Plan, line: Line, rng: Random, parent: Plan | None) -> str:
        template = line.template
        if template is None:
            raise ValueError("only a template has words of its own")
        given = {"an": "zusammen" if line.language == "de" else "there"}
        if parent is not None and parent.speaker.person.role == "person":
            given["an"] = f"@{parent.speaker.person.handle}"
        if plan.place is not None:
            given["stadt"] = plan.place
        if line.channel not in TOLD_LANGUAGE:
            given["m"] = "Nordlicht Strom"
        text = fill(template.text, line.language, rng, given)
        if line.channel not in HABIT_CHANNELS:
            return text
        habits = plan.speaker.person.habits - {"hashtag"} if line.noise else plan.speaker.person.habits
        return accent(text, habits, line.sentiment, rng)


def _looks(plan: Plan, storm: Storm | None, rng: Random) -> range:
    """Return how many minutes back people look for something, one after the other.

    In a storm they answer what is new, but pass on what others have passed on, from its beginning to now.
    """
    if not plan.stormy or storm is None:
        return range(rng.randrange(1, FIRST_LOOK), LAST_LOOK)
    if plan.line.template is not None:
        return range(3)
    return range(rng.randrange(1 + int(plan.at // 60) - storm.start // 60), -1, -1)


def _answers(line: Line, other: Line) -> bool:
    wanted = line.sentiment if line.template is None else line.template.to
    return wanted in {None, other.sentiment} and not (_official(line) and _official(other))


def _official(line: Line) -> bool:
    return line.template is not None and line.template.by == "brand"


def address(plan: Plan) -> str:
    """Return the native id of a planned mention in its channel."""
    author, token = plan.speaker.author, plan.token
    match plan.line.channel:
        case "bluesky":
            return f"at://{author.id}/app.bsky.feed.post/{token}"
        case "mastodon":
            return f"{author.id}/statuses/{token}"
        case "mail":
            return f"<{token}@post.example>"
        case channel:
            return f"{channel}-{token}"


def _url(channel: str, token: str, author: Author) -> str | None:
    match channel:
        case "bluesky":
            return f"{author.url}/post/{token}"
        case "mastodon" | "news":
            return f"{author.url}/{token}"
        case "forum":
            return f"https://forum.example/t/{token}"
        case "reviews":
            return f"https://reviews.example/nordlicht-strom/{token}"
        case _:
            return None


def _echo(plan: Plan, rng: Random) -> Engagement:
    """Return likes, replies and reposts: the more followers, the more of them, with a long tail."""
    if plan.line.channel in {"reviews", "mail"}:
        return Engagement(likes=int(rng.paretovariate(1.6)) - 1)
    loudness = (1 + plan.speaker.reach) ** 0.45 * rng.lognormvariate(-1.6, 1.0) * (3 if plan.stormy else 1)
    views = int(plan.speaker.reach * rng.uniform(0.05, 0.4)) if plan.line.channel == "news" else None
    return Engagement(int(loudness), int(loudness * rng.uniform(0, 0.4)), int(loudness * rng.uniform(0, 0.5)), views)
