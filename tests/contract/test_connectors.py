"""Every connector, found by entry point: what it promises, what it survives, what it refuses."""

import importlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from app import registry
from app.config.secret import variable
from app.domain.instant import from_rfc3339
from app.domain.mention import AuthorRemoval, Deletion, Mention, SourceEvent
from app.domain.wire import read, write
from app.errors import CredentialMissing
from dashboard.i18n import catalogue
from ingest.connector import Batch, Setting, Terms
from ingest.normalise import normalise
from ingest.sound import unsound
from tests.connectors.kit import Kit, Read
from tests.connectors.mutation import mutations
from tests.intake import StillClock, Told

ROOT = Path(__file__).parents[2]
NOW = from_rfc3339("2026-11-21T20:00:00Z")
WIRELESS = {"demo", "replay", "push", "scenario"}
"""They read no wire of their own: made up, or NDJSON, which tests of its own try."""

OURS = [name for name in registry.names("connectors") if name not in {"tiny", "fleeting"}]
WIRED = [name for name in OURS if name not in WIRELESS]
FEW, MANY = 60, 100_000


def kit_of(name: str) -> Kit:
    found: Kit = importlib.import_module(f"tests.connectors.{name}").KIT
    return found


def pieces_of(kit: Kit) -> list[bytes]:
    part = kit.pieces or (lambda whole: [whole])
    return [piece for path in kit.recordings for piece in part(path.read_bytes())]


def heard(kit: Kit) -> list[SourceEvent]:
    return [event for piece in pieces_of(kit) for event in kit.read(piece).events]


@pytest.mark.parametrize("name", OURS)
def test_every_connector_states_its_channel_its_options_and_its_terms(name):
    connector = registry.load("connectors", name)
    assert connector.channel
    assert issubclass(connector.Options, BaseModel)
    assert connector.Options.model_config.get("extra") == "forbid"
    terms = connector.terms
    assert isinstance(terms, Terms)
    assert terms.stored.endswith(".")
    assert catalogue("en")[f"terms.{name}"] == terms.stored, "assets/locales says it otherwise"
    assert catalogue("de")[f"terms.{name}"].endswith(".")
    assert terms.deletions in {"announced", "rechecked", "none"}
    assert (terms.deletions == "rechecked") == hasattr(connector, "fates")


@pytest.mark.parametrize("name", OURS)
def test_every_connector_has_its_page_and_its_rows(name):
    tables = (ROOT / "docs" / "channels.md").read_text()
    assert tables.count(f"| [{name}](channels/{name}.md) |") == len(("what it is", "what a cut does"))
    assert (ROOT / "docs" / "channels" / f"{name}.md").read_text().startswith("# ")


@pytest.mark.parametrize("name", WIRED)
def test_every_recording_says_where_it_comes_from(name):
    kit = kit_of(name)
    assert kit.connector == name
    assert kit.recordings
    said = (ROOT / "tests" / "recordings" / name / "README.md").read_text()
    for recording in kit.recordings:
        lines = [line for line in said.splitlines() if recording.name in line]
        assert lines, f"{recording.name} is not named"
        assert any("real" in line.lower() or "made" in line.lower() for line in lines)


@pytest.mark.parametrize("name", WIRED)
def test_recorded_traffic_gives_the_promised_mentions(name):
    kit = kit_of(name)
    assert kit.promises
    missing = unkept(kit.promises, heard(kit))
    assert not missing, missing


def unkept(promises: Sequence[Any], events: Sequence[SourceEvent]) -> list[str]:
    """Return what was promised and did not come as promised."""
    said = {event.id: _public(event) for event in events if not isinstance(event, AuthorRemoval)}
    wrong = []
    for promise in promises:
        came = said.get(promise["id"])
        if came is None:
            wrong.append(f"{promise['id']} did not come")
            continue
        wrong += [f"{promise['id']}: {field}" for field in _differences(promise, came)]
    return wrong


def _public(event: Mention | Deletion) -> dict[str, Any]:
    if isinstance(event, Mention):
        return {**write(normalise(event, "s", NOW)), "deleted_at": None}
    return {"channel": event.channel, "id": event.id, "deleted_at": event.deleted_at}


def _differences(promise: Any, came: Any, path: str = "") -> Iterator[str]:
    if isinstance(promise, dict) and isinstance(came, dict):
        for key, value in promise.items():
            yield from _differences(value, came.get(key), f"{path}.{key}".strip("."))
    elif path == "deleted_at" or path.endswith("_at"):
        if (promise is None) != (came is None) or (promise is not None and _at(promise) != pytest.approx(_at(came))):
            yield f"{path} is {came!r}, promised was {promise!r}"
    elif promise != came:
        yield f"{path} is {came!r}, promised was {promise!r}"


def _at(instant: str | float) -> float:
    return from_rfc3339(instant) if isinstance(instant, str) else instant


def test_a_broken_promise_is_found():
    kit = kit_of("bluesky")
    events = heard(kit)
    first = kit.promises[0]
    assert unkept([{**first, "id": "nobody"}], events) == ["nobody did not come"]
    assert unkept([{**first, "kind": "recipe"}], events)


@pytest.mark.parametrize("name", WIRED)
def test_what_comes_is_sound_and_passes_the_wire(name):
    for event in heard(kit_of(name)):
        check(event)


def check(event: SourceEvent) -> None:
    """Fail if an event that is said to be sound cannot go on."""
    if unsound(event) or not isinstance(event, Mention):
        return
    clean = normalise(event, "source", NOW, key="k")
    again = read(json.dumps(write(clean)).encode(), NOW)
    assert isinstance(again, Mention)
    assert (again.channel, again.id, again.text) == (clean.channel, clean.id, clean.text)


@pytest.mark.parametrize("name", WIRED)
def test_a_mutated_wire_is_counted_never_fatal(name):
    survive(kit_of(name), FEW, 1)


def survive(kit: Kit, count: int, seed: int) -> int:
    """Return how many of the mutations were told as unreadable; fail if one cannot be survived."""
    unreadable = 0
    for number, piece in enumerate(mutations(pieces_of(kit), count, seed)):
        try:
            found = kit.read(piece)
            for event in found.events:
                check(event)
        except Exception as error:
            raise AssertionError(f"{kit.connector}: mutation {number} of seed {seed}: {piece[:300]!r}") from error
        unreadable += found.unreadable
    return unreadable


def test_a_parser_that_stumbles_is_found():
    kit = kit_of("bluesky")
    fragile = kit._replace(read=lambda piece: Read([], len(json.loads(piece)["nothing"])))
    with pytest.raises(AssertionError, match="mutation 0 of seed 1"):
        survive(fragile, 5, 1)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", WIRED)
def test_a_hundred_thousand_mutations_are_survived(name):
    """Together they are 100,000 and more; the seed grows with the day, so that other days try others."""
    seed = int(os.environ.get("EMBERWATCH_SEED", "20261122"))
    assert survive(kit_of(name), -(-MANY // len(WIRED)), seed) > 0


@pytest.mark.anyio
@pytest.mark.parametrize("name", WIRED)
async def test_a_missing_credential_is_named_with_where_to_get_it(name, tmp_path, monkeypatch):
    kit = kit_of(name)
    if not kit.credentials:
        assert not [
            key
            for key, field in registry.load("connectors", name).Options.model_fields.items()
            if field.is_required() and key in {"token", "password"}
        ]
        return
    connector = registry.load("connectors", name)
    for key in kit.credentials:
        monkeypatch.delenv(variable("quelle", key), raising=False)
    made = connector(Setting("quelle", connector.Options(**kit.options), StillClock(NOW), tmp_path, Told()))
    with pytest.raises(CredentialMissing) as refused:
        await _first(made.listen(None))
    sentence = str(refused.value)
    assert any(variable("quelle", key) in sentence for key in kit.credentials), sentence
    assert "http" in sentence or "docs/" in sentence or "." in sentence


async def _first(batches: Any) -> Batch | None:
    async for batch in batches:
        return batch
    return None
