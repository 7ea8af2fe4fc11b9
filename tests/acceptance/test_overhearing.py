"""Single posts reach their detectors through the archive: a loud critic, a post nobody answers until we do."""

import pytest

from alerts.watching.overhearing import Overhearing
from app.domain.analysis import AnalysedMention, Analysis, Sentiment
from app.domain.brand import Brand
from app.domain.mention import Author, Deletion, Mention
from tests.acceptance.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.untraced]
OURS = Author("us", handle="@nordlichtstrom", name="Nordlicht", followers=5_000)
BAD, FINE = Sentiment("negative", 0.9, 0.1, 0.0), Sentiment("neutral", 0.1, 0.8, 0.1)


def said(world: World, name: str, ago: float, *, bad: bool = True, author: Author | None = None, **more):
    at = world.clock.now() - ago
    who = author or Author(name, handle=name, followers=more.pop("followers", 0))
    told = {"key": world.identity.key("chat", name), "brands": ("nordlicht",), "demo": True} | more
    text = told.pop("text", "So eine Frechheit")
    mention = Mention("chat", name, at, text, who, **told)
    return AnalysedMention(mention, Analysis("de", BAD if bad else FINE, intents=()))


async def hearing(world: World):
    brand = Brand("nordlicht", "Nordlicht Strom", "nordlicht", accounts=("@nordlichtstrom",), demo=True)
    world.config = world.config.model_copy(update={"brands": (brand,)})
    service = world.service()
    await service.begin()
    return service, Overhearing(service._context)


def keep(world: World, *mentions: AnalysedMention) -> None:
    with world.store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in mentions])


def signals(watch, at: float):
    return {one.name: one.step(at, ()) for one in watch.detectors if one.name in {"critic", "unanswered", "fault"}}


async def test_a_loud_critic_who_waits_is_told_of_until_we_have_answered(world: World):
    service, overhearing = await hearing(world)
    watch, now = service._watches["nordlicht"], world.clock.now()
    keep(world, said(world, "loud", 3000, followers=900_000), said(world, "small", 3000, followers=12))
    await overhearing.look(service._watches, now)
    found = signals(watch, now)
    assert found["critic"].alarm
    assert found["critic"].actual == 900_000
    assert found["unanswered"].alarm
    assert found["unanswered"].expected == 1800, "half an hour for such a reach"
    keep(world, said(world, "reply", 60, bad=False, author=OURS, in_reply_to="loud", kind="reply"))
    await overhearing.look(service._watches, now + 10)
    assert signals(watch, now + 10)["unanswered"].alarm, "it looks every half minute"
    await overhearing.look(service._watches, now + 40)
    assert not signals(watch, now + 40)["unanswered"].alarm


async def test_what_we_say_ourselves_is_no_critic_and_who_passes_on_says_nothing(world: World):
    service, overhearing = await hearing(world)
    now = world.clock.now()
    passed_on = said(world, "again", 60, followers=900_000, kind="repost")
    keep(world, said(world, "own", 60, author=Author("us", handle="@nordlichtstrom", followers=900_000)), passed_on)
    await overhearing.look(service._watches, now)
    assert not signals(service._watches["nordlicht"], now)["critic"].alarm


async def test_a_post_that_many_take_up_is_loud(world: World):
    service, overhearing = await hearing(world)
    now = world.clock.now()
    keep(world, said(world, "spark", 600, followers=50))
    keep(world, *(said(world, f"f{n}", 300, bad=False, in_reply_to="spark", kind="reply") for n in range(90)))
    await overhearing.look(service._watches, now)
    found = signals(service._watches["nordlicht"], now)["critic"]
    assert found.actual == 50 + 90 * 300


async def test_reports_of_a_fault_are_counted_and_a_new_watch_is_told_of_them(world: World):
    service, overhearing = await hearing(world)
    now = world.clock.now()
    keep(world, *(said(world, f"p{n}", 60 * n, text="Bei mir geht die App nicht") for n in range(8)))
    await overhearing.look(service._watches, now)
    assert signals(service._watches["nordlicht"], now)["fault"].alarm
    fresh = world.service()
    await fresh.begin()
    assert not signals(fresh._watches["nordlicht"], now - 3000)["fault"].alarm
    overhearing.tell_all(fresh._watches.values())
    assert signals(fresh._watches["nordlicht"], now)["fault"].actual == 8


async def test_a_critic_whose_label_is_corrected_and_one_who_deletes_it_are_loud_no_longer(world: World):
    service, overhearing = await hearing(world)
    watch, now = service._watches["nordlicht"], world.clock.now()
    loud = said(world, "loud", 2400, followers=900_000)
    keep(world, loud, *(said(world, f"p{n}", 1000 + 60 * n, text="Bei mir geht die App nicht") for n in range(8)))
    await overhearing.look(service._watches, now)
    found = signals(watch, now)
    assert found["critic"].alarm
    assert found["unanswered"].alarm
    assert found["fault"].alarm
    with world.store.transaction() as tx:
        tx.mentions.upsert([(AnalysedMention(loud.mention, Analysis("de", FINE, intents=())), 2)])
        gone = [Deletion("chat", f"p{n}", now, key=world.identity.key("chat", f"p{n}")) for n in range(8)]
        tx.mentions.wipe([(one, 2, None) for one in gone])
    await overhearing.look(service._watches, now + 40)
    found = signals(watch, now + 40)
    assert not any(one.alarm for one in found.values()), found
