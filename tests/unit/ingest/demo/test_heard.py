import pytest

from app.config import load
from app.domain.mention import Mention
from ingest.demo.generator import Generator
from ingest.publish import Intake

START = 1_795_280_400  # 2026-11-21 18:00 in Berlin
CONFIG = """\
brands:
  - id: nordlicht
    name: Nordlicht Strom
    query: '"Nordlicht Strom" OR #nordlicht OR @nordlichtstrom'
    accounts: ['@nordlichtstrom']
"""


@pytest.mark.anyio
async def test_an_hour_is_heard_as_counted_and_once_only(tmp_path, bus, store, identity, clock):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    intake = Intake(load(path), bus, store, identity, clock)
    world, end = Generator(7), START + 3600
    clock.advance(end - clock.now())
    events = world.events(START, end, since=START)
    windows = [events[at : at + 500] for at in range(0, len(events), 500)]
    first = [await intake.take(window, "demo", demo=True) for window in windows]
    counted = sum(world.tally(START + 60 * minute).count for minute in range(60))
    mentions = sum(isinstance(event, Mention) and not event.edited_at for event in events)
    accepted = sum(one.accepted for one in first)
    assert 0.95 * counted < accepted <= 1.005 * counted
    assert sum(one.unmatched for one in first) < 0.1 * mentions
    assert sum(one.edited for one in first) > 0
    assert sum(one.deleted for one in first) > 0
    again = [await intake.take(window, "demo", demo=True) for window in windows]
    assert sum(one.accepted + one.edited for one in again) == 0
