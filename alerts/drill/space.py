"""The space of a drill: a data folder and a config.yaml of its own, made from the real ones, which are only read."""

from pathlib import Path
from shutil import rmtree
from typing import Any

import msgspec
import yaml
from msgspec.structs import replace

from app.clock import Clock
from app.config.file import ConfigFile
from app.config.lines import read_yaml
from app.domain.brand import Brand
from app.domain.drill import Drill, Mark
from app.domain.tally import MinuteTally
from app.installation import open_archive
from app.marking import FOLDER, put_mark
from app.premises import holder
from app.store.engine import Store, Transaction

PAST = 28 * 86_400
"""Seconds of what is usual that come along."""
HEARD = 86_400
"""Seconds of it there have to be; with less, a made-up past stands in."""
KEPT = ("site", "brands", "competitors", "topics", "campaigns", "rules", "spam", "walls", "analysis", "priority")
"""Parts of config.yaml that are the same in a drill; sources, the heartbeat and where things lie are not."""
POINTERS = ("ca", "model", "tokenizer")
"""Keys whose files lie beside the real config.yaml, as do those that end with `_file`."""


def sweep(data: Path) -> None:
    """Remove the spaces of drills that were killed."""
    for left in (data / FOLDER).glob("*"):
        if holder(left) is None:
            rmtree(left, ignore_errors=True)


def make(space: Path, drill: Drill, file: ConfigFile, real: Store, brand: Brand, clock: Clock) -> Path:
    """Make the space of a drill and return its config.yaml; of the real archive it reads, and writes nothing."""
    put_mark(space, Mark(drill.id, drill.recipients))
    past = _past(real, drill)
    if past:
        (space / "past.mpk").write_bytes(msgspec.msgpack.encode(past))
    config = space / "config.yaml"
    config.write_text(yaml.safe_dump(derived(space, drill, file.path, brand, past=bool(past)), allow_unicode=True))
    own = open_archive(space, clock)
    try:
        with real.reading() as theirs, own.transaction() as ours:
            _people(theirs, ours, drill)
            ours.drills.save(drill)
    finally:
        own.close()
    return config


def derived(space: Path, drill: Drill, path: Path, brand: Brand, *, past: bool) -> dict[str, Any]:
    """Return the configuration of a drill: the real one, with the player as the only source and nobody outside."""
    data = _plain(read_yaml(path.read_text("utf-8")).data or {}, path.parent)
    made = {key: data[key] for key in KEPT if key in data}
    if all(row.get("id") != brand.id for row in made.get("brands", ())):
        row = {"id": brand.id, "name": brand.name, "query": brand.query, "accounts": list(brand.accounts)}
        made["brands"] = [*made.get("brands", ()), row]
    alerts = {key: block for key, block in data.get("alerts", {}).items() if key not in {"heartbeat", "address"}}
    made["alerts"] = {**alerts, **({"address": drill.address} if drill.address else {})}
    source: dict[str, Any] = {
        "id": "drill",
        "connector": "scenario",
        "brand": brand.id,
        "name": brand.name,
        "language": drill.language,
        "speed": drill.speed,
        "seed": drill.seed,
        "account": next(iter(brand.accounts), ""),
    }
    source["recording" if Path(drill.scenario).is_absolute() else "scenario"] = drill.scenario
    if past:
        source["past"] = str(space / "past.mpk")
    made["sources"] = [source]
    return made


def _past(real: Store, drill: Drill) -> tuple[MinuteTally, ...]:
    """Return what is usual of the brand, moved by nothing: the past weeks up to now; empty where that is too little."""
    with real.reading() as tx:
        found = tx.tallies.read(drill.brand, drill.at - PAST, drill.at)
    return tuple(found) if found and found[-1].start - found[0].start >= HEARD else ()


def _people(theirs: Transaction, ours: Transaction, drill: Drill) -> None:
    """Take along who there is and what was saved on screens; ways only of those who take part."""
    for person in theirs.people.all():
        ours.people.put(person if person.id in drill.recipients else replace(person, ways=()))
    for shift in theirs.people.shifts():
        ours.people.put_shift(shift)
    for chain in theirs.people.chains():
        ours.people.put_chain(chain)
    for saved in theirs.saved.all():
        ours.saved.put(saved)
    for brand, wanted in theirs.thresholds.wanted().items():
        ours.thresholds.want(brand, wanted)
    for language in ("de", "en"):
        for playbook in theirs.playbooks.find(language):
            ours.playbooks.save(playbook)


def _plain(data: Any, beside: Path, key: str = "") -> Any:
    """Return data with lists for tuples, and files named as seen from anywhere."""
    if isinstance(data, dict):
        return {name: _plain(value, beside, name) for name, value in data.items()}
    if isinstance(data, tuple):
        return [_plain(value, beside, key) for value in data]
    if isinstance(data, str) and (key.endswith("_file") or key in POINTERS):
        return str(beside / data)
    return data
