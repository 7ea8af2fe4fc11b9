import asyncio
import json

import pytest

from app.bus.keys import remembered
from app.cli import main
from app.clock import SystemClock
from app.store.engine import open_store
from tests.traffic import part_of, said, work

pytestmark = pytest.mark.anyio
CONFIG = "brands:\n  - {id: acme, name: Acme, query: acme}\n"


@pytest.fixture
def verb(tmp_path, monkeypatch, redis_server, bus, capfd):
    """Run `emberwatch deadletter …` against the running bus; returns what it says."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)

    async def run(*arguments, code=0):
        with pytest.raises(SystemExit) as end:
            await asyncio.to_thread(
                main, ["deadletter", *arguments, "--config", str(config), "--data", str(tmp_path / "data")]
            )
        said = capfd.readouterr()
        assert (end.value.code or 0) == code, said
        return said.out + said.err

    return run


@pytest.fixture
async def letters(bus):
    await bus.publish([said(n, f"poison {n}") for n in range(3)])
    for entry in await bus.read("analysis", "a", 10, 1):
        reason = "it hangs" if entry.event.id == "2" else "it raises"
        await bus.bury(entry.partition, entry, reason)
    return await bus.letters()


def audited(tmp_path):
    store = open_store(tmp_path / "data" / "emberwatch.sqlite", clock=SystemClock())
    try:
        with store.reading() as tx:
            return [(row.verb, row.actor, row.subject, row.detail["outcome"]) for row in tx.audit.find().items]
    finally:
        store.close()


async def test_nothing_waits(verb):
    assert "No dead letters wait." in await verb("list")
    assert json.loads(await verb("list", "--json")) == []
    assert "No dead letters wait." in await verb("retry", "--all")


async def test_they_are_listed_without_their_text_unless_asked(verb, letters):
    listed = await verb("list")
    assert listed.count("it raises") == 2
    assert "1 deliveries" in listed
    assert "poison" not in listed + await verb("list", "--json")
    assert "poison 1" in await verb("list", "--show")
    [row] = json.loads(await verb("list", "--json", "--reason", "hangs", "--show"))
    assert (row["id"], row["channel"], row["text"]) == (letters[2].name, "forum", "poison 2")
    assert row["key"] == said(2).key


async def test_some_are_tried_again_and_some_thrown_away_each_with_its_audit_row(verb, letters, bus, tmp_path):
    assert "1\tput back" in await verb("retry", letters[0].name)
    assert json.loads(await verb("drop", "--all", "--reason", "hangs", "--json")) == {"dropped": 1}
    assert [entry.event.text for entry in await work(bus)] == ["poison 0"]
    assert [letter.name for letter in await bus.letters()] == [letters[1].name]
    assert sorted(audited(tmp_path)) == [
        ("deadletter.drop", "loopback", letters[2].name, "dropped"),
        ("deadletter.retry", "loopback", letters[0].name, "again"),
    ]


async def test_what_is_asked_for_has_to_be_clear(verb, letters, bus):
    assert "give --all" in await verb("retry", code=2)
    assert "not both" in await verb("drop", letters[0].name, "--all", code=2)
    assert "nothing was done" in await verb("drop", letters[0].name, "0/1-1", code=1)
    assert await bus.waiting_letters() == 3


async def test_what_only_the_archive_remembers_is_not_counted_twice(verb, letters, bus, tmp_path):
    store = open_store(tmp_path / "data" / "emberwatch.sqlite", clock=SystemClock())
    event = letters[0].event
    with store.transaction() as tx:
        tx.mentions.upsert([(part_of(event)[0], 1)])
    store.close()
    await bus._connection.client.delete(remembered(letters[0].partition, event.key))
    assert "a later version is counted" in await verb("retry", letters[0].name)
