import sys
from pathlib import Path

from tests import lanes

ROOT = Path(__file__).parents[2]


def test_every_test_is_in_exactly_one_lane():
    parts, whole = lanes.lanes(ROOT / "tests")
    assert set(whole) == {"tests/acceptance", "tests/browser"}
    found = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")]
    for path in found:
        assert [lane for lane in (*parts, *whole) if path.is_relative_to(lane)] == ["/".join(path.parts[:2])]


def test_a_folder_added_is_in_a_lane(tmp_path):
    for name in ("acceptance", "fuzz"):
        (tmp_path / "tests" / name).mkdir(parents=True)
        (tmp_path / "tests" / name / "test_it.py").touch()
    assert lanes.lanes(tmp_path / "tests") == (["tests/fuzz"], ["tests/acceptance"])


def test_particular_tests_need_one_lane():
    assert not lanes.one_lane(["-q", "--durations=5"])
    for words in (["-k", "match"], ["-mlong"], ["tests/unit"], ["a.py::test_b"]):
        assert lanes.one_lane(words)


def test_a_failure_in_either_lane_is_told(tmp_path, monkeypatch, capsys):
    for name in ("acceptance", "unit"):
        (tmp_path / "tests" / name).mkdir(parents=True)
        (tmp_path / "tests" / name / f"test_{name}.py").touch()
    monkeypatch.setattr(lanes, "TESTS", tmp_path / "tests")
    for bad in ("acceptance", "unit", "none"):
        judge = [sys.executable, "-c", f"import sys; print(sys.argv[1]); sys.exit('{bad}' in sys.argv[1])"]
        assert lanes.run(judge, []) == (bad != "none")
    assert "tests/acceptance" in capsys.readouterr().out
