"""The mark of a drill: whoever opens the folder knows, and nothing in it reaches real data."""

import pytest

from app.clock import SystemClock
from app.domain.drill import Mark
from app.errors import WrongInput
from app.installation import bus_url, open_archive
from app.marking import elsewhere, mark_of, put_mark


def test_a_mark_stays_and_a_real_folder_has_none(tmp_path):
    space = tmp_path / "drills" / "d1"
    put_mark(space, Mark("d1", ("anna",)))
    assert mark_of(space) == Mark("d1", ("anna",))
    assert mark_of(tmp_path) is None
    with pytest.raises(FileExistsError):
        put_mark(space, Mark("d2"))


def test_a_mark_that_cannot_be_read_stops_everything(tmp_path):
    (tmp_path / "drill.json").write_text("{")
    with pytest.raises(WrongInput, match="cannot be read"):
        mark_of(tmp_path)


def test_a_drill_that_is_pointed_at_real_data_is_refused(tmp_path, monkeypatch):
    space = tmp_path / "d1"
    put_mark(space, Mark("d1"))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'real.sqlite'}")
    assert elsewhere(tmp_path, "REDIS_URL") == "redis://127.0.0.1:6379/0"
    with pytest.raises(WrongInput, match="never touches real data"):
        bus_url(space)
    with pytest.raises(WrongInput, match="never touches real data"):
        open_archive(space, SystemClock())
    assert not (tmp_path / "real.sqlite").exists()
