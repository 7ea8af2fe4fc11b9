"""What is watched of a configuration, and what a memory takes of a tally."""

from alerts.watching.memory import Memory
from alerts.watching.scopes import watched
from app.config import Config
from app.domain.brand import Brand, Campaign, Topic
from app.domain.tally import MinuteTally


def test_parts_are_watched_with_the_brands_they_belong_to():
    brands = (Brand("nord", "Nord", "nord"), Brand("sued", "Süd", "süd"))
    topics = (Topic("bills", "Bills", "bill"), Topic("grid", "Grid", "grid", brands=("sued",)))
    campaigns = (Campaign("spring", "Spring", "nord", "spring", 0.0, 9.0),)
    found = watched(Config(brands=brands, topics=topics, campaigns=campaigns))
    assert {scope: (one.brand.id, one.kind) for scope, one in found.items()} == {
        "nord": ("nord", "brand"), "nord/bills": ("nord", "topic"), "nord/spring": ("nord", "campaign"),
        "sued": ("sued", "brand"), "sued/bills": ("sued", "topic"), "sued/grid": ("sued", "topic"),
    }  # fmt: skip


def test_a_memory_takes_the_buckets_of_its_own_scope_alone():
    memory = Memory("nord")
    memory.take({"nord:m:3600": {"1:n": 4}, "nord/bills:m:3600": {"1:n": 9}, "sued:m:3600": {"1:n": 9}})
    assert set(memory.tally) == {"nord:m:3600"}
    assert memory.said == {3660: MinuteTally(3660, 4)}
