import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "ingest", "alerts", "dashboard", "benchmarks")
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

PLANTED = {
    "layers": ("app/clock.py", "import app.runner"),
    "star": ("alerts/detector.py", "import ingest.connector"),
    "measuring": ("ingest/analyzer.py", "import benchmarks.report"),
    "kernel": ("app/service.py", "import dashboard.panel"),
    "pure": ("app/domain/brand.py", "import asyncio"),
    "redis": ("ingest/connector.py", "import redis"),
    "sql": ("alerts/detector.py", "import sqlalchemy"),
    "drawing": ("alerts/detector.py", "import plotly"),
    "extensions": ("ingest/analyzer.py", "import ingest.connectors.planted"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the packages, to plant violations in."""
    folder = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "ingest" / "connectors" / "planted.py").write_text('"""Planted."""\n')
    return folder


def lint(folder: Path, *contracts: str) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    for contract in contracts:
        command += ["--contract", contract]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_every_contract_holds():
    code, said = lint(ROOT)
    assert code == 0, said


def test_every_contract_has_a_planted_violation():
    assert PLANTED.keys() == CONTRACTS.keys()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_planted_violation_is_caught(contract, tree):
    file, line = PLANTED[contract]
    before = (tree / file).read_text()
    (tree / file).write_text(f"{before}\n{line}\n")
    try:
        code, said = lint(tree, contract)
    finally:
        (tree / file).write_text(before)
    assert code == 1, said
    assert f"{CONTRACTS[contract]} BROKEN" in said


def test_a_new_module_in_app_needs_a_place_in_the_layers(tree):
    (tree / "app" / "planted.py").write_text('"""Planted."""\n')
    try:
        code, said = lint(tree, "layers")
    finally:
        (tree / "app" / "planted.py").unlink()
    assert code == 1
    assert "planted" in said
