"""Documentation is tested: what exists is named, what is shown runs."""

import inspect
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from app import registry
from app.clock import SystemClock
from app.config import load
from app.config.alerting import AlertsSection, BudgetSection, PatienceRow
from app.config.model import (
    AnalysisSection,
    BusSection,
    PrioritySection,
    SiteSection,
    ThresholdsSection,
    TransformerSection,
    WeightsSection,
)
from app.config.notifying import HeartbeatSection, MailSection, RetrySection, WebhookSection
from app.config.rows import BrandRow, CampaignRow, CompetitorRow, RuleRow, SourceRow, TopicRow, WallRow
from app.domain.mention import Mention
from app.domain.wire import read
from app.errors import EmberwatchError

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
GROUPS = (
    "commands",
    "services",
    "connectors",
    "analyzers",
    "detectors",
    "notifiers",
    "panels",
    "routers",
    "pages",
    "benchmarks",
)
SECTIONS = (
    SiteSection, BrandRow, CompetitorRow, TopicRow, CampaignRow, SourceRow, WallRow, BusSection, AnalysisSection,
    TransformerSection, PrioritySection, WeightsSection, ThresholdsSection, RuleRow, AlertsSection, BudgetSection,
    PatienceRow, MailSection, WebhookSection, HeartbeatSection, RetrySection,
)  # fmt: skip

OF_OTHERS = {"--now", "--system"}
"""Options of the programs of the system that the pages name."""


def missing(words: Iterable[str], page: str) -> list[str]:
    """Return the words that a page does not show as code."""
    return [word for word in words if not re.search(rf"`[^`\n]*(?<![\w-]){re.escape(word)}(?![\w-])[^`\n]*`", page)]


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def broken_links(page: Path) -> list[str]:
    """Return relative links and pictures that lead nowhere."""
    links = re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8"))
    return [link for link in links if not (page.parent / link).exists()]


def strangers(page: str) -> list[str]:
    """Return commands, options, services and settings that a page shows and that do not exist."""
    verbs = set(registry.names("commands"))
    commands = [registry.load("commands", verb) for verb in verbs]
    taken = {name for command in commands if callable(command) for name in inspect.signature(command).parameters}
    options = {f"--{name.replace('_', '-')}" for name in taken} | OF_OTHERS
    services = {*registry.names("services"), "service"}
    found = [verb for verb in re.findall(r"(?<=[`/\n])emberwatch ([a-z][a-z-]*)", page) if verb not in verbs]
    found += [name for name in re.findall(r"emberwatch@(\w+)", page) if name not in services]
    found += [option for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", page) if option not in options]
    sections = {"bus": BusSection, "site": SiteSection, "analysis": AnalysisSection}
    named = re.findall(r"`(bus|site|analysis)\.(\w+)", page)
    return found + [f"{section}.{key}" for section, key in named if key not in sections[section].model_fields]


def mistakes(unit: str) -> list[str]:
    """Return what a systemd unit runs that does not exist, and what it lacks."""
    run = [line.partition("bin/")[2] for line in unit.splitlines() if line.startswith("Exec")]
    needed = ("[Unit]", "[Service]", "[Install]", "User=emberwatch", "NoNewPrivileges=yes", "Restart=always")
    return strangers("\n" + "\n".join(run)) + [word for word in needed if word not in unit]


def test_every_setting_is_named_in_the_configuration_page() -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    for section in SECTIONS:
        assert missing(section.model_fields, page) == []
    for name in registry.names("connectors"):
        options = registry.load("connectors", name).Options
        assert missing((name, *options.model_fields), page) == []


def test_every_command_is_named_in_the_configuration_page() -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    assert missing(registry.names("commands"), page) == []


def test_every_entry_point_group_has_a_recipe() -> None:
    page = (ROOT / "docs/extending.md").read_text("utf-8")
    assert missing([f"emberwatch.{group}" for group in GROUPS], page) == []


def test_every_part_found_by_entry_point_is_named_somewhere() -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    for group in ("services", "analyzers", "detectors", "notifiers", "panels", "benchmarks"):
        assert missing(registry.names(group), text) == [], group


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize(
    ("page", "index"),
    [(page, i) for page in PAGES for i in range(len(blocks(page, "yaml")))],
    ids=lambda value: value.name if isinstance(value, Path) else str(value),
)
def test_configurations_shown_are_valid(page: Path, index: int, tmp_path: Path) -> None:
    """A page of a channel shows only its rows: they stand beside a brand."""
    shown = blocks(page, "yaml")[index]
    if "brands:" not in shown:
        shown += "brands:\n  - {id: nordlicht, name: Nordlicht Strom, query: nordlicht}\n"
    file = tmp_path / "config.yaml"
    file.write_text(shown, "utf-8")
    assert load(file).brands


def test_recipes_run() -> None:
    for code in blocks(ROOT / "docs/extending.md", "python"):
        exec(compile(code, "docs/extending.md", "exec"), {})  # noqa: S102 - the page is ours, and this is its test


def test_the_mention_shown_is_one() -> None:
    (line,) = blocks(ROOT / "docs/quickstart.md", "json")
    assert isinstance(read(line, SystemClock().now()), Mention)


def test_the_shipped_configuration_is_valid() -> None:
    assert load(ROOT / "config.yaml").brands


def test_the_operations_page_shows_only_what_exists() -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    assert strangers(page) == []
    metrics = list(REGISTRY.collect())
    known = {metric.name for metric in metrics} | {f"{metric.name}_total" for metric in metrics}
    assert set(re.findall(r"`(?:rate of |increase of )?(emberwatch_\w+)", page)) - known == set()


def test_units_run_commands_and_services_that_exist() -> None:
    units = sorted((ROOT / "docs/systemd").glob("*.service"))
    assert [unit.name for unit in units] == ["emberwatch.service", "emberwatch@.service"]
    for unit in units:
        assert mistakes(unit.read_text("utf-8")) == [], unit.name


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is a matter of the machine, not of tests")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in (ROOT / "docs/systemd").glob("*.service"):
        copy = tmp_path / unit.name.replace("@", "@ingest")
        told = unit.read_text("utf-8").replace("/opt/emberwatch/bin/emberwatch", "/bin/true")
        copy.write_text(told.replace("User=emberwatch", "User=root"), "utf-8")
        said = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
        assert (said.returncode, said.stderr) == (0, "")


def twice(glossary: str) -> list[str]:
    """Return the terms that have two rows of a glossary with the same German word."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", glossary, re.MULTILINE)
    return sorted({english for english, german in rows if rows.count((english, german)) > 1})


def test_a_term_has_one_row_of_the_glossary() -> None:
    assert twice((ROOT / "docs/glossary.md").read_text("utf-8")) == []


def test_planted_faults_are_caught(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](nowhere.md)\n`emberwatch up`\n```yaml\nbrandz: []\n```\n", "utf-8")
    assert missing(["up", "down"], page.read_text("utf-8")) == ["down"]
    assert broken_links(page) == ["nowhere.md"]
    (shown,) = blocks(page, "yaml")
    (tmp_path / "config.yaml").write_text(shown, "utf-8")
    with pytest.raises(EmberwatchError):
        load(tmp_path / "config.yaml")
    wrong = "`emberwatch pu` `emberwatch@nobody` `run --wrokers` `bus.partitons`"
    assert strangers(wrong) == ["pu", "nobody", "--wrokers", "bus.partitons"]
    assert mistakes("[Service]\nExecStart=/opt/emberwatch/bin/emberwatch rnu\n")[0] == "rnu"
    assert twice("| a | A | x |\n| b | B | x |\n| b | C | x |\n| a | A | y |\n") == ["a"]
