"""The takeover: what happens, since when, how bad, how sure, evidence, who has it, what is next, how long already."""

from app.domain.incident import Incident
from app.domain.reasoning import checks, confident
from app.explained import Explained, Post
from dashboard.audience import masked, named, quoted
from dashboard.brief import Brief
from dashboard.drivers import of_incident
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.scale import named as grade
from dashboard.sign import MARKS
from dashboard.storm import Storm, began, storm_of

MUCH = 1.4
"""How many times the usual is worth saying."""
LONGEST = 220
"""Characters of a post; the rest is cut with an ellipsis."""
SHOWN = 3
DROPS = {"against": 12, "peak": 11, "pace": 9, "people": 7, "done": 6}
"""What is given up when room is short, the highest first; sentence, start, level, certainty, owner, clock stay."""
PROOF_DROPS = (4, 8, 10)
TERM_DROPS = (0, 3, 5)


class TakeoverPanel:
    """Fills the lead screen from level 4 on, and the right third of every screen at level 3."""

    name = "takeover"
    title = "takeover.title"
    slot = "takeover"
    pace = 0.25
    """As the banner has it: when one goes the other is there."""

    def draw(self, view: View) -> Drawing:
        """Return the takeover in the order of its questions; nothing where a banner or a tile says it."""
        storm = storm_of(view)
        if storm is None or storm.stage not in ("third", "full"):
            return Drawing()
        say = words(view.screen.language, view.screen.zone)
        one = storm.incident
        brief = view.around.briefs.get(one.id, Brief())
        mode: dict[str, str] = {
            "key": one.id,
            "class": f"taken {storm.stage}",
            "data-mode": storm.stage,
            "data-level": str(one.level.value if one.level else 0),
        }
        parts = (_verdict(storm, view, say), _proofs(brief, view, say), _facts(one, brief, view, say))
        return Drawing((("div", mode, *parts),))


def _verdict(storm: Storm, view: View, say: Words) -> Node:
    one = storm.incident
    drill: tuple[Node, ...] = ()
    if one.drill or view.around.drill:
        drill = (" ", ("span", {"class": "demo", "key": "drill"}, say.say("drill.word")))
    level = one.level.value if one.level else 0
    return (
        "div",
        {"class": "verdict part", "key": "verdict"},
        ("p", {"class": "what", "key": "what"}, *_sentence(one, level, view, say)),
        ("p", {"class": "since", "key": "since"}, *_since(one, view, say)),
        ("div", {"class": "grade", "key": "grade"}, ("b", {}, str(level)), ("span", {}, grade(level, say))),
        ("p", {"class": "certain", "key": "certain"}, _certain(one, say), *drill),
    )


def _sentence(one: Incident, level: int, view: View, say: Words) -> tuple[Node, ...]:
    """Return what happens in one sentence: how bad, around whom, about what."""
    word = grade(level, say)
    about = say.say("takeover.about", level=word[:1].upper() + word[1:], brand=view.around.name(one.brand))
    terms = of_incident(one, view) if quoted(view.screen) else []
    if not terms:
        return (f"{about}.",)
    first, *rest = terms
    more = (("span", {"key": str(n), "data-drop": str(TERM_DROPS[n])}, f", {term}") for n, term in enumerate(rest, 1))
    return (f"{about}: {first}", *more, ".")


def _since(one: Incident, view: View, say: Words) -> tuple[Node, ...]:
    """Return since when, then how much more than usual, by how many people and where."""
    first = [say.say("takeover.since", time=say.when(began(one), view.at))]
    if one.state == "resolved":
        first = [say.say("takeover.over", time=say.clock(one.resolved_at or one.updated_at))]
    elif one.worse:
        first.append(say.say("takeover.worse"))
    told, pace = one.explanation, []
    if told is not None:
        pace.append(say.say("takeover.pace", actual=say.figure(told.actual), expected=say.figure(told.expected)))
        if told.ratio >= MUCH:
            pace.append(say.say("takeover.ratio", factor=say.figure(told.ratio)))
    heard = [say.count("takeover.people", one.resonance.authors)] if one.resonance else []
    if told is not None and told.channels:
        heard.append(say.count("takeover.channels", len(told.channels)))
    return (
        " · ".join(first),
        *_more("people", heard),
        *_more("pace", pace),
    )


def _more(name: str, told: list[str]) -> tuple[Node, ...]:
    return tuple(
        ("span", {"key": f"{name}{n}", "data-drop": str(DROPS[name])}, f" · {one}") for n, one in enumerate(told)
    )


def _certain(one: Incident, say: Words) -> str:
    return f"{say.say('takeover.sure')}: {confident(one.explanation, say.language)}"


def _proofs(brief: Brief, view: View, say: Words) -> Node:
    title: Node = ("h2", {"key": "title"}, say.say("takeover.proofs"))
    if not quoted(view.screen):
        return ("div", {"class": "proofs part", "key": "proofs"}, title, _plain(say.say("takeover.unquoted")))
    told = brief.told.get(say.language)
    posts = told.evidence[:SHOWN] if told else ()
    found = [_proof(post, PROOF_DROPS[place], view, say) for place, post in enumerate(posts)]
    shown: list[Node] = [*found] if found else [_plain(say.say("takeover.proofs_wait"))]
    return ("div", {"class": "proofs part", "key": "proofs"}, title, *shown, *_against(told, view, say))


def _plain(text: str) -> Node:
    return ("p", {"class": "than", "key": "plain"}, text)


def _proof(post: Post, drop: int, view: View, say: Words) -> Node:
    text = " ".join(post.text.split())
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rsplit(" ", 1)[0] + " …"
    about = [say.channel(post.channel), say.when(post.published_at, view.at)]
    if named(view.screen):
        about = [
            post.author or "",
            *about,
            *([say.count("newest.followers", post.followers)] if post.followers else []),
        ]
    else:
        text = masked(text)
    return (
        "div",
        {"class": f"card {MARKS[post.label]}", "key": post.key, "data-drop": str(drop)},
        ("p", {"class": "quote"}, say.say("newest.quote", text=text)),
        ("p", {"class": "than"}, " · ".join(filter(None, about))),
    )


def _against(told: Explained | None, view: View, say: Words) -> tuple[Node, ...]:
    """Return what was tried against it; it may name an author, so that only who may read names gets it."""
    counters = told.counters if told and named(view.screen) else ()
    if not counters:
        return ()
    title: Node = ("h2", {}, checks((one.holds for one in counters), say.language))
    drop = DROPS["against"]
    said = [
        ("span", {"key": one.doubt, **({"data-drop": str(drop + place)} if place else {})}, f"{one.reason} ")
        for place, one in enumerate(counters)
    ]
    return (("div", {"class": "against", "key": "against", "data-drop": str(drop)}, title, ("p", {}, *said)),)


def _facts(one: Incident, brief: Brief, view: View, say: Words) -> Node:
    seen = say.say("takeover.acknowledged", time=say.when(one.acknowledged_at, view.at)) if one.acknowledged_at else ""
    owner = (brief.owner if view.screen.audience != "foyer" else "") if one.owner else ""
    who = owner or say.say("incident.state.owned" if one.owner else "takeover.nobody")
    step = brief.step.get(say.language, "")
    if step and brief.due is not None and brief.due > view.at:
        step = f"{step}, {say.say('room.due', time=say.when(brief.due, view.at))}"
    step = step or say.say("takeover.no_step" if not one.owner else "takeover.all_done")
    done = f" {say.say('takeover.done', n=brief.done, of=brief.steps)}" if brief.steps else ""
    rows: list[Node] = [
        _row("owner", (" · ".join(filter(None, (who, seen))),), say),
        _row("step", (step, ("span", {"key": "done", "data-drop": str(DROPS["done"])}, done)), say),
    ]
    peak = _peak(one, view, say)
    if peak:
        rows.append(_row("peak", (peak,), say, str(DROPS["peak"])))
    rows.append(_row("runs", (("b", {"class": "run"}, _clock(view.at - began(one))),), say))
    return ("dl", {"class": "facts part", "key": "facts"}, *rows)


def _row(name: str, told: tuple[Node, ...], say: Words, drop: str = "") -> Node:
    attributes = {"key": name, "class": f"row {name}", **({"data-drop": drop} if drop else {})}
    return ("div", attributes, ("dt", {}, say.say(f"takeover.{name}")), ("dd", {}, *told))


def _peak(one: Incident, view: View, say: Words) -> str:
    """Return between which times and figures the peak is expected; "" where nobody can say."""
    told = one.forecast
    if told is None or told.peak_from is None or told.peak_to is None or told.low is None or told.high is None:
        return ""
    return say.say(
        "takeover.expected",
        from_=say.when(told.peak_from, view.at),
        to=say.when(told.peak_to, view.at),
        low=say.number(told.low),
        high=say.number(told.high),
    )


def _clock(seconds: float) -> str:
    """Write a length of time as hours, minutes and seconds."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
