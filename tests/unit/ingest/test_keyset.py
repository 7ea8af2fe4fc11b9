import pytest

from ingest.keyset import Stretch, walk

pytestmark = pytest.mark.anyio


def listing(stamps, size, *, strict):
    """Answer like a server whose list is `stamps`, some a page."""
    asked = []

    async def ask(since, page):
        asked.append((since, page))
        rows = sorted(at for at in stamps if (at > since if strict else at >= since))
        shown = rows[(page - 1) * size : page * size]
        return Stretch(received=len(shown), last=float(shown[-1]) if shown else None, more=len(rows) > page * size)

    return ask, asked


@pytest.mark.parametrize(("strict", "margin"), [(False, 0.0), (True, 1.0)])
async def test_every_item_comes_although_many_share_an_instant(strict, margin):
    stamps = [10, 11, 12, 12, 12, 12, 12, 13, 14]
    ask, asked = listing(stamps, 3, strict=strict)
    total = [found.last async for found in walk(ask, 5.0, margin=margin)]
    assert total[-1] == 14.0
    assert max(page for _, page in asked) > 1
    assert len(asked) < 9


async def test_a_walk_ends_after_so_many_pages():
    ask, _ = listing(range(100), 1, strict=False)
    assert len([found async for found in walk(ask, 0.0, most=4)]) == 4
