import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = """
import pytest
from tests.fixtures.system import absent

def test_good():
    pass

def test_lacking():
    {body}
"""


@pytest.mark.parametrize(
    ("body", "ci", "code"),
    [
        ('absent("chromium")', "true", 1),
        ('absent("chromium")', "", 0),
        ('pytest.skip("not on this machine")', "true", 0),
        ("pass", "true", 0),
    ],
)
def test_a_test_skipped_for_lack_of_a_service_fails_only_under_ci(body, ci, code, tmp_path):
    (tmp_path / "test_planted.py").write_text(TEST.format(body=body))
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:dash", "-p", "tests.fixtures.system", "-q", str(tmp_path)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert ("skipped for lack of a service" in done.stdout) == ("absent" in body)
