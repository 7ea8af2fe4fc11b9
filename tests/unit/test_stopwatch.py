"""The watch that leaves out what a machine out of breath takes away."""

import os
import time

import pytest

from tests import stopwatch
from tests.stopwatch import Stopwatch


def test_what_we_wait_for_counts_and_what_others_take_does_not(monkeypatch, tmp_path):
    monkeypatch.setattr(stopwatch, "WAITED", told := tmp_path / "schedstat")
    told.write_text("5 1000000000 3\n")
    watch = Stopwatch()
    began = time.monotonic()
    told.write_text("5 1000000000 3\n")
    while time.monotonic() - began < 0.02:
        os.sched_yield()
    assert watch.read() >= 0.02
    told.write_text("5 8000000000 3\n")
    assert watch.read() < 0, "seven seconds were taken away"


@pytest.mark.parametrize("text", [None, "", "0 x 0"])
def test_without_a_word_of_the_kernel_it_is_a_plain_watch(monkeypatch, tmp_path, text):
    monkeypatch.setattr(stopwatch, "WAITED", told := tmp_path / "schedstat")
    if text is not None:
        told.write_text(text)
    assert 0 <= Stopwatch().read() < 10
